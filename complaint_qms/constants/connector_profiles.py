"""Ready requests for kinds of systems: data that a form takes over and people fit to theirs.

No two PLM or MES have the same interface: these two show how one is described. What Kingdee and Yonyou are told follows their
public documentation.
"""

from typing import Any, Final

_JSON: Final = '{"Accept": "application/json"}'

PROFILES: Final[dict[str, dict[str, Any]]] = {
    "generic_rest": {
        "about": "item_code",
        "access": "api_key",
        "key_header": "Authorization",
        "key_prefix": "Bearer",
        "method": "by_get",
        "path": "/items/{{ item_code }}",
        "query": "",
        "headers": _JSON,
        "body": "",
        "success_path": "",
        "success_values": "",
        "mapping": [{"label": "Name", "path": "$.name"}],
    },
    "plm": {
        "about": "item_code",
        "access": "oauth2",
        "method": "by_get",
        "path": "/api/parts/{{ item_code }}/documents",
        "query": '{"state": "released"}',
        "headers": _JSON,
        "body": "",
        "success_path": "",
        "success_values": "",
        "mapping": [
            {"label": "Revision", "path": "$.part.revision"},
            {"label": "Drawing", "path": "$.documents[*].number"},
            {"label": "Drawing Revision", "path": "$.documents[*].revision"},
            {"label": "Released On", "path": "$.documents[*].released_on"},
            {"label": "Change Order", "path": "$.part.change_order"},
        ],
    },
    "mes": {
        "about": "batch_no",
        "access": "api_key",
        "key_header": "X-API-Key",
        "key_prefix": "",
        "method": "by_get",
        "path": "/api/production-records",
        "query": '{"batch": "{{ batch_no }}", "item": "{{ item_code }}"}',
        "headers": _JSON,
        "body": "",
        "success_path": "",
        "success_values": "",
        "mapping": [
            {"label": "Line", "path": "$.records[*].line"},
            {"label": "Shift", "path": "$.records[*].shift"},
            {"label": "Started At", "path": "$.records[*].started_at"},
            {"label": "Finished At", "path": "$.records[*].finished_at"},
            {"label": "Good", "path": "$.records[*].good"},
            {"label": "Scrap", "path": "$.records[*].scrap"},
            {"label": "Deviations", "path": "$.records[*].deviations[*].text"},
        ],
    },
    "jira": {
        "purpose": "open_issue",
        "about": "investigation",
        "access": "basic",
        "method": "by_post",
        "path": "/rest/api/3/issue",
        "query": "",
        "headers": _JSON,
        "body": """{
 "fields": {
  "project": {"key": "QA"},
  "issuetype": {"name": "Task"},
  "summary": "{{ investigation }}: {{ title }}",
  "labels": ["{{ key }}"],
  "description": {
   "type": "doc",
   "version": 1,
   "content": [
    {"type": "paragraph", "content": [{"type": "text", "text": "Problem: {{ problem }}"}]},
    {"type": "paragraph", "content": [{"type": "text", "text": "Item {{ item_code }}, batch {{ batch_no }}. {{ link }}"}]}
   ]
  }
 }
}""",
        "success_path": "",
        "success_values": "",
        "issue_key_path": "$.key",
        "issue_page": "/browse/{{ issue_key }}",
        "find_path": "/rest/api/3/search/jql",
        "find_query": '{"jql": "labels = \\"{{ key }}\\"", "fields": "status", "maxResults": "1"}',
        "find_value_path": "$.issues[0].key",
        "status_path": "/rest/api/3/issue/{{ issue_key }}",
        "status_query": '{"fields": "status"}',
        "status_value_path": "$.fields.status.name",
        "done_path": "$.fields.status.statusCategory.key",
        "done_values": "done",
        "mapping": [],
    },
    "kingdee": {
        "about": "item_code",
        "access": "kingdee",
        "method": "by_post",
        "path": "/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery.common.kdsvc",
        "query": "",
        "headers": "",
        "body": """{
 "data": {
  "FormId": "BD_MATERIAL",
  "FieldKeys": "FNumber,FName,FSpecification,FDocumentStatus",
  "FilterString": [
   {"Left": "", "FieldName": "FNumber", "Compare": "67", "Value": "{{ item_code }}", "Right": "", "Logic": 0}
  ],
  "TopRowCount": 1,
  "Limit": 1,
  "StartRow": 0
 }
}""",
        "success_path": "",
        "success_values": "",
        "mapping": [
            {"label": "Name", "path": "$[0][1]"},
            {"label": "Specification", "path": "$[0][2]"},
            {"label": "Document Status", "path": "$[0][3]"},
        ],
    },
    "yonyou": {
        "about": "item_code",
        "access": "yonyou",
        "method": "by_post",
        "path": "/iuap-api-gateway/yonbip/digitalModel/product/list",
        "query": "",
        "headers": "",
        "body": '{"pageIndex": 1, "pageSize": 1, "code": "{{ item_code }}"}',
        "success_path": "$.code",
        "success_values": "200, 00000",
        "mapping": [
            {"label": "Name", "path": "$.data.recordList[0].name"},
            {"label": "Model", "path": "$.data.recordList[0].model"},
            {"label": "Specification", "path": "$.data.recordList[0].modelDescription"},
        ],
    },
}
"""Profile → fields of a connector."""
