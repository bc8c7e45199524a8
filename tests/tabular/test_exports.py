"""More exports, of programs and of people: what is taken as what, and that nothing of a file goes unsaid."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.tabular.column_choice import choose_columns
from complaint_qms.tabular.fields import FIELDS
from tests.tabular.test_columns import CELLS, profiled

OF_PEOPLE = {
    "state": ["New", "In Progress", "Closed", "Closed", "Resolved"],
    "record": ["Question", "Problem", "Request", "Problem", "Question"],
    "task": ["Bug", "Task", "Bug", "Bug", "Story"],
    "span": ["00:12:30", "27:05:00", "1:02:03", "100:00:10", "3:15:00"],
    "words": ["2d 3h", "4h 10m", "1d", "35m", "6h"],
    "ja": ["nein", "ja", "nein", "nein", "ja"],
    "oui": ["Oui", "Non", "Non", "Oui", "Non"],
    "sí": ["Sí", "No", "No", "No", "Sí"],
    "sim": ["Não", "Sim", "Não", "Não", "Não"],
    "あり": ["なし", "あり", "なし", "なし", "なし"],
    "是": ["否", "是", "否", "否", "否"],
    "place": ["Ohio", "Texas", "Ohio", "Utah", "Iowa"],
    "mail": ["a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com"],
    "code": ["EUR", "EUR", "USD", "EUR", "EUR"],
    "none": ["", "", "", "", ""],
    "faults": ["Leak", "Noise", "Leak", "Crack", "Noise"],
    "parts": ["Pump", "Motor", "Pump", "Seal", "Motor"],
}
# program: heading / cells / field ("" none), one after another
EXPORTS = {
    "ServiceNow": "Number/id/id|Opened/moment/received|Opened by/name/|Short description/story/subject|Description/story/text|Account/name/customer|Contact/name/|Priority/label/urgency|"
    "State/state/status|Category/faults/type|Assigned to/name/handler|Assignment group/label/|Updated/later/|Resolved/later/solve_done|Closed/later/closed|Due date/later/|Product/name/item|"
    "Business resolve time/number/|Made SLA/flag/",
    "Dynamics 365": "(Do Not Modify) Row Checksum/id/|(Do Not Modify) Modified On/later/|Case Title/story/text|Case Number/id/id|Priority/label/urgency|Origin/label/channel|Customer/name/customer|"
    "Owner/name/handler|Status Reason/state/status|Created On/moment/received|Case Type/record/|Product/name/item|Serial Number/id/serial|Resolve By/later/|Severity/label/severity",
    "HubSpot": "Ticket ID/id/id|Ticket name/story/text|Create date/moment/received|Last modified date/later/|Pipeline/label/|Ticket status/state/status|Category/faults/type|Priority/label/urgency|"
    "Source/label/channel|Ticket owner/name/handler|Close date/later/closed|Time to close (HH:mm:ss)/span/|Time to first agent reply (HH:mm:ss)/span/first_response",
    "Zendesk Explore": "Ticket ID/id/id|Ticket created - Timestamp/moment/received|Ticket subject/story/text|Ticket status/state/status|Ticket type/record/|Requester name/name/customer|"
    "First reply time (hrs)/hours/first_response|Full resolution time (hrs)/hours/solve_done|First reply time - Business hours (hrs)/hours/",
    "Freshdesk in hours": "Ticket ID/id/id|Subject/story/text|Created time/moment/received|First response time (in hrs)/span/first_response|Resolution time (in hrs)/span/solve_done|Type/record/|"
    "Email/mail/|Tags/label/",
    "Jira with a service desk": "Issue Type/task/|Issue key/id/id|Summary/story/text|Reporter/name/|Assignee/name/handler|Creator/name/|Created/jira/received|Component/s/parts/item|"
    "Time to first response/words/first_response|Time to resolution/words/solve_done|Votes/number/|Environment/none/",
    "Jira in the cloud": "Work type/task/|Issue key/id/id|Issue Type/task/|Created/jira/received|Components/parts/|Custom field (Product)/name/item|Custom field (Failure mode)/faults/type|Summary/story/text",
    "Shopify returns": "Return/id/id|Order/id/|Created at/moment/received|Status/state/status|Product title/name/item|Variant/label/model|Return reason/faults/type|Customer note/story/text|"
    "Quantity/number/quantity|Refund amount/money/cost|Currency/code/|Country/place/region",
    "Returns of a marketplace": "return-date/moment/received|order-id/id/|sku/name/item|quantity/number/quantity|fulfillment-center-id/label/|detailed-disposition/label/|reason/faults/type|"
    "status/state/status|customer-comments/story/text",
    "NetSuite": "Case Number/id/id|Subject/story/text|Date Created/moment/received|Status/state/status|Assigned To/name/handler|Priority/label/urgency|Type/faults/type|Item/parts/item|Last Message Date/later/",
    "SaferProducts": "Report No./id/id|Report Date/day/received|Publication Date/later/|Category of Submitter/label/|Product Category/label/|Brand/name/supplier|Model Name or Number/id/model|"
    "Serial Number/id/serial|Date Manufactured/day/|Incident Description/story/text|State/place/region|(Primary) Victim Severity/label/severity|Incident Date/day/occurred",
    "A form on the web": "Timestamp/moment/received|Your name/name/customer|Email address/mail/|What product did you buy?/parts/item|What went wrong?/story/text|Was anyone hurt?/flag/harm",
    "A list of a German plant": "Lfd. Nr./id/id|Rekl.-Datum/german/received|Kd.-Nr./id/|Kundenname/name/customer|Art.-Nr./id/|Artikelbezeichnung/parts/item|Charge/id/batch|Menge/number/quantity|"
    "Fehlerbild/faults/type|Fehlerbeschreibung/story/text|Fehlerort/label/|Maßnahme/story/outcome|Verantwortlich/name/handler|Termin/german/|Erledigt am/german/solve_done|Kosten EUR/money/cost|"
    "Verletzte (J/N)/ja/injured|Erfasst von/name/",
    "A French list": "N° ticket/id/id|Date d'ouverture/slashed/received|Date de clôture/slashed/closed|Date limite/slashed/|Nom client/name/customer|Réf. produit/id/item|Défaut constaté/faults/type|"
    "Commentaire client/story/text|Statut/state/status|Montant avoir (€)/money/cost|Pays/place/region|Blessure (oui/non)/oui/harm|Saisi par/name/",
    "A Spanish list": "Folio/id/id|Fecha de alta/slashed/received|Fecha compromiso/slashed/|Cliente/name/customer|Modelo/parts/item|Falla reportada/faults/type|Comentarios/story/text|Estatus/state/status|"
    "Monto ($)/money/cost|Hubo lesionados (Sí/No)/sí/injured|Fecha de solución/slashed/solve_done",
    "A Portuguese list": "Nº/id/id|Data de entrada/slashed/received|Data prevista/slashed/|Cliente/name/customer|Cód. produto/id/item|Descrição do produto/parts/|Lote/id/batch|Defeito apresentado/faults/type|"
    "Observações/story/text|Situação/state/status|Valor (R$)/money/cost|Houve feridos?/sim/injured|UF/place/region|Criado por/name/",
    "A Japanese list": "No./id/id|受付日時/moment/received|得意先名/name/customer|製品名/parts/item|型番/id/model|不具合現象/faults/type|不具合内容/story/text|処置内容/story/outcome|対応者/name/handler|"
    "完了予定日/day/|完了日/day/closed|状態/state/status|費用(円)/number/cost|けが(有無)/あり/harm|作成者/name/",
    "A Chinese list": "序号/id/id|登记日期/day/received|客户/name/customer|机型/parts/item|故障描述/story/text|故障类别/faults/type|责任部门/label/|处理措施/story/outcome|预计完成日期/day/|"
    "实际完成日期/day/closed|费用（元）/number/cost|是否受伤/是/injured|录入人/name/",
}  # fmt: skip


def export(text: str):
    columns, wanted = {}, {}
    for part in text.split("|"):
        name, cells, key = part.rsplit("/", 2)
        columns[name] = OF_PEOPLE.get(cells) or CELLS[cells]
        if key:
            wanted.setdefault(key, []).append(name)
    return profiled(columns), wanted


@pytest.mark.parametrize("program", EXPORTS)
def test_what_is_taken_and_that_every_other_column_is_told_of(program):
    seen, wanted = export(EXPORTS[program])
    choices = choose_columns(seen)
    assert choices.columns == wanted
    told = {r.name for r in choices.refused.values()} | {left.name for left in choices.left}
    taken = {name for names in wanted.values() for name in names}
    assert told | taken == {column.name for column in seen.columns}
    assert not told & taken


KNOWN = [name for field in FIELDS for name in list(field.names)[:3]]
OTHERS = ("Due Date", "Updated", "Reporter", "Votes", "column 7", "Ship State", "Mileage at failure")
CONTENT = {**CELLS, **OF_PEOPLE}


@settings(max_examples=150, deadline=None)
@given(
    columns=st.dictionaries(
        st.sampled_from([*KNOWN, *OTHERS]), st.sampled_from(sorted(CONTENT)), min_size=1, max_size=14
    )
)
def test_every_column_of_any_file_is_taken_or_told_of_once(columns):
    choices = choose_columns(profiled({name: CONTENT[cells] for name, cells in columns.items()}))
    taken = [name for names in choices.columns.values() for name in names]
    told = {refused.name for refused in choices.refused.values()}
    left = [each.name for each in choices.left]
    assert {*taken, *told, *left} == set(columns)
    assert (len(taken), len(left)) == (len(set(taken)), len(set(left)))
    assert len({*taken, *left}) + len(told) == len(columns)


def test_a_state_of_a_country_is_no_status_and_a_mileage_no_type():
    seen = profiled(
        {
            "No": CELLS["id"],
            "Received": CELLS["day"],
            "Country": OF_PEOPLE["place"],
            "Ship State": OF_PEOPLE["place"],
            "Mileage at failure": CELLS["number"],
            "Sales organization": CELLS["number"],
        }
    )
    assert choose_columns(seen).columns == {"id": ["No"], "received": ["Received"], "region": ["Country"]}
