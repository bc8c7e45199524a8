"""The canonical fields of a complaint in the back-test, and the names companies give them.

Data only. `names` are compared with headings after folding case, punctuation and width; English first, then Chinese.
`kind`: id, date, text (long), label (few distinct values), name, number, flag.
"""

from __future__ import annotations

from dataclasses import dataclass

STAGES = ("intake", "triage", "investigate", "solve", "confirm", "execute", "review")


@dataclass(frozen=True)
class Field:
    key: str
    kind: str
    names: tuple[str, ...]


def _field(key: str, kind: str, names: str) -> Field:
    return Field(key, kind, tuple(n.strip() for n in names.split("|")))


FIELDS: tuple[Field, ...] = (
    _field(
        "id",
        "id",
        "complaint id|complaint no|complaint number|case id|case number|case no|ticket id|ticket no|ticket number|"
        "report number|report id|record id|reference|ref no|cmplid|odino|id|no|number|name|key|投诉编号|投诉单号|"
        "投诉号|工单号|工单编号|案件编号|单号|编号|序号",
    ),
    _field(
        "received",
        "date",
        "received|received at|received on|date received|receipt date|complaint date|date of complaint|date opened|"
        "opened|opened at|open date|created|created at|created on|creation|creation date|date created|date added|"
        "date submitted|submitted at|submission date|report date|reported|reported at|reported on|register date|"
        "registration date|awareness date|aware date|posting date|date|timestamp|datetime|time|投诉日期|投诉时间|"
        "接收日期|接收时间|受理日期|受理时间|登记日期|登记时间|创建时间|创建日期|收到日期|收到时间|反馈日期|反馈时间|日期|时间",
    ),
    _field(
        "occurred",
        "date",
        "occurred|occurred at|occurred on|date of occurrence|occurrence date|event date|date of event|incident date|"
        "date of incident|failure date|fail date|faildate|defect date|发生日期|发生时间|故障日期|故障时间|事件日期|事发日期",
    ),
    _field(
        "customer",
        "name",
        "customer|customer name|customer id|customer no|client|client name|account|account name|buyer|complainant|"
        "complainant name|consumer|contact|user|user id|raised by|客户|客户名称|客户编号|客户代码|投诉人|客户姓名|姓名|"
        "买家|用户|顾客|联系人",
    ),
    _field(
        "item",
        "label",
        "item|item code|item name|product|product name|product code|sku|article|article no|part|part no|part number|"
        "material|brand name|device|device name|model|产品|产品名称|产品编码|产品编号|物料|物料编码|物料名称|商品|"
        "商品名称|货品|品名|型号|cat|category|类目",
    ),
    _field(
        "model",
        "label",
        "model|model number|model no|model name|sub product|variant|version|model year|make|型号|规格|规格型号|机型|款式",
    ),
    _field(
        "batch",
        "label",
        "batch|batch no|batch number|batch code|lot|lot no|lot number|lot code|production batch|批号|批次|批次号|"
        "生产批号|生产批次|产品批号",
    ),
    _field(
        "serial",
        "name",
        "serial|serial no|serial number|sn|s n|imei|vin|vin11|udi|device id|序列号|出厂编号|机身号|车架号|设备编号",
    ),
    _field(
        "supplier",
        "label",
        "supplier|supplier name|vendor|vendor name|manufacturer|manufacturer name|manufacturer d name|maker|供应商|"
        "供应商名称|生产商|制造商|厂家|生产厂家",
    ),
    _field("company", "label", "company|company name|subsidiary|legal entity|公司|公司名称|所属公司"),
    _field(
        "type",
        "label",
        "type|complaint type|complaint category|category|issue|issue type|issue category|defect|defect code|"
        "defect type|failure mode|problem|problem type|reason|complaint reason|reason code|label|"
        "label component failure|component|fault|投诉类型|投诉类别|投诉分类|问题类型|问题分类|问题类别|类型|类别|分类|"
        "缺陷|缺陷类型|不良现象|故障类型|投诉原因|原因",
    ),
    _field(
        "severity",
        "label",
        "severity|severity level|seriousness|event type|grade|criticality|严重度|严重程度|严重性|严重等级|等级|级别|事件类型",
    ),
    _field("urgency", "label", "urgency|priority|urgent|紧急程度|紧急度|优先级|优先程度"),
    _field(
        "subject",
        "text",
        "subject|title|summary|headline|short description|sub issue|主题|标题|摘要|投诉主题|问题概述",
    ),
    _field(
        "text",
        "text",
        "description|complaint description|details|complaint details|narrative|complaint narrative|"
        "consumer complaint narrative|complaint|complaint text|text|content|body|message|comment|comments|remarks|"
        "note|notes|review|what happened|投诉内容|投诉描述|问题描述|描述|内容|详情|详细描述|反馈内容|客户反馈|评论|评价|说明|备注",
    ),
    _field(
        "channel",
        "label",
        "channel|source|origin|submitted via|received via|via|intake channel|contact channel|report source|"
        "report source code|渠道|投诉渠道|来源|投诉来源|反馈渠道|受理渠道",
    ),
    _field(
        "region",
        "label",
        "region|territory|state|province|country|area|city|market|location|地区|区域|省份|省|城市|国家|销售区域|大区",
    ),
    _field(
        "status", "label", "status|state of complaint|complaint status|case status|状态|投诉状态|处理状态"
    ),
    _field(
        "expectation",
        "label",
        "expectation|desired remedy|desired resolution|remedy sought|request|customer wants|期望|客户期望|诉求|客户诉求|"
        "客户要求|期望处理方式",
    ),
    _field("injured", "number", "injured|injuries|no of injured|number injured|受伤|受伤人数|伤者"),
    _field("deaths", "number", "deaths|death|fatalities|no of deaths|number of deaths|死亡|死亡人数"),
    _field(
        "harm",
        "flag",
        "harm|adverse event|adverse event flag|injury flag|safety|safety issue|patient harm|伤害|是否伤害|不良事件|安全问题",
    ),
    _field("crash", "flag", "crash|crash or fire a|accident|collision|事故|碰撞"),
    _field("fire", "flag", "fire|crash or fire b|burn|smoke|起火|着火|火灾"),
    _field(
        "quantity",
        "number",
        "quantity|qty|quantity affected|units|units affected|数量|投诉数量|涉及数量|不良数量",
    ),
    _field(
        "cost",
        "number",
        "cost|amount|claim amount|refund amount|credit amount|金额|赔偿金额|费用|成本|退款金额",
    ),
    _field(
        "handler",
        "name",
        "handler|owner|assigned to|assignee|agent|handled by|responsible|处理人|负责人|责任人|经办人|客服|受理人",
    ),
    _field(
        "outcome",
        "label",
        "outcome|resolution|decision|remedy|company response|company response to consumer|disposition|处理结果|结果|解决方案|处理方式|处理方案",
    ),
    _field(
        "duplicate_of",
        "name",
        "duplicate of|duplicate|merged into|parent|related complaint|重复投诉|重复于|关联投诉|合并至",
    ),
    _field(
        "first_response",
        "date",
        "first response|first response at|first reply|first reply at|acknowledged|acknowledged at|"
        "acknowledgement date|首次响应|首次响应时间|首次回复|首次回复时间|响应时间",
    ),
    _field("intake_done", "date", "intake done|registered at|intake done at|登记完成|登记完成时间"),
    _field(
        "triage_done",
        "date",
        "triage done|triage done at|triaged|triaged at|assigned at|assigned on|date sent to company|forwarded at|"
        "分派时间|分诊完成|分诊时间|派单时间|转办时间",
    ),
    _field(
        "investigate_done",
        "date",
        "investigate done|investigation done|investigated|investigated at|investigation done at|"
        "investigation completed|investigation date|调查完成|调查完成时间|调查时间|原因分析完成",
    ),
    _field(
        "solve_done",
        "date",
        "solve done|solved|solved at|solution at|resolved|resolved at|resolution date|date resolved|answered at|"
        "reply date|解决时间|方案时间|解决日期|回复时间|答复时间|处理时间",
    ),
    _field(
        "confirm_done",
        "date",
        "confirm done|confirmed|confirmed at|customer confirmed|确认时间|客户确认时间|确认日期",
    ),
    _field(
        "execute_done",
        "date",
        "execute done|executed|executed at|settled at|settlement date|refund date|执行完成|执行时间|赔付时间|退款时间",
    ),
    _field("review_done", "date", "review done|reviewed|reviewed at|review date|复核时间|审核时间|评审时间"),
    _field(
        "closed",
        "date",
        "closed|closed at|closed on|close date|closing date|date closed|closure date|completed at|completion date|"
        "关闭时间|关闭日期|结案时间|结案日期|完成时间|完成日期",
    ),
)

BY_KEY = {f.key: f for f in FIELDS}
DATE_KEYS = tuple(f.key for f in FIELDS if f.kind == "date")
NUMBER_KEYS = tuple(f.key for f in FIELDS if f.kind == "number")
FLAG_KEYS = tuple(f.key for f in FIELDS if f.kind == "flag")

# Deliveries, for rates instead of counts: item, batch, date, units net of returns.
EXPOSURE_FIELDS: tuple[Field, ...] = (
    BY_KEY["item"],
    BY_KEY["batch"],
    _field(
        "received",
        "date",
        "date|delivery date|delivered|delivered on|posting date|ship date|shipped|invoice date|month|week|"
        "发货日期|交货日期|出库日期|日期|销售日期|开票日期",
    ),
    _field(
        "quantity",
        "number",
        "quantity|qty|units|delivered quantity|delivered units|net units|shipped|sold|units sold|数量|发货数量|交货数量|销量|销售数量",
    ),
)
