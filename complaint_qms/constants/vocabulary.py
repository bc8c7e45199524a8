"""What a new site starts with: complaint types and a first SOP (channels: `fixtures/`). A site owns its copies and may change them."""

from typing import Any, Final

from complaint_qms.constants import roles

ROOT_TYPE: Final = "All Complaint Types"


def _type(key: str, name: str, severity: str, keywords: str, children: tuple = ()) -> dict[str, Any]:
    return {"key": key, "name": name, "severity": severity, "keywords": keywords, "children": children}


# Severity is a key of constants.risk.SEVERITIES; keywords are separated by commas, English first, then Chinese.
TYPES: Final = (
    _type("product", "Product Quality", "serious", "quality,defect,faulty,质量,瑕疵,次品", (
        _type("product.broken", "Broken or Damaged", "serious", "broken,cracked,shattered,torn,snapped,破损,断裂,碎了,裂开"),
        _type("product.function", "Does Not Work", "serious", "does not work,stopped working,won't start,malfunction,dead on arrival,不能用,无法使用,失灵,故障"),
        _type("product.appearance", "Appearance or Finish", "minor", "scratch,dent,stain,colour differs,discoloured,划痕,掉色,色差,污渍"),
        _type("product.dimension", "Dimension or Fit", "serious", "does not fit,wrong size,loose,too tight,out of tolerance,尺寸不符,装不上,松动"),
        _type("product.contamination", "Contamination or Foreign Body", "critical", "foreign body,contaminated,mould,mold,insect,glass in,异物,发霉,污染,虫子"),
        _type("product.leak", "Leak", "serious", "leak,leaking,dripping,seeping,漏水,漏油,渗漏"),
        _type("product.noise", "Noise or Vibration", "minor", "noise,rattle,vibration,squeak,噪音,异响,震动"),
        _type("product.early_wear", "Early Wear", "minor", "wore out,peeling,rusted,corroded,开胶,生锈,磨损,老化"),
        _type("product.expired", "Expired or Short Dated", "serious", "expired,best before,shelf life,过期,临期,保质期"),
        _type("product.label", "Labelling or Instructions", "minor", "label,manual missing,wrong instructions,标签,说明书"),
        _type("product.harm", "Safety or Harm", "critical", "injured,burn,fire,smoke,electric shock,hospital,allergic,受伤,着火,烫伤,触电,过敏,住院"),
    )),
    _type("service", "Service Attitude", "minor", "service,staff,服务,态度", (
        _type("service.rude", "Rude or Unfriendly", "minor", "rude,unfriendly,shouted,arrogant,态度差,恶劣,不耐烦"),
        _type("service.no_reply", "No Answer or Call-back", "minor", "no reply,nobody answers,never called back,ignored,没人回复,不理,联系不上"),
        _type("service.wrong_advice", "Wrong Advice or Promise", "minor", "misled,wrong information,promised,误导,承诺,虚假"),
        _type("service.repair", "Repair or Installation Work", "minor", "technician,repair again,installation,维修,安装,师傅"),
        _type("service.privacy", "Privacy or Data", "serious", "privacy,personal data,data leak,隐私,个人信息,泄露"),
    )),
    _type("logistics", "Logistics and Delivery", "minor", "delivery,shipping,courier,物流,配送,快递", (
        _type("logistics.late", "Late Delivery", "minor", "late,delayed,still waiting,not arrived,延迟,迟到,太慢,还没到"),
        _type("logistics.lost", "Lost or Not Delivered", "minor", "lost,never arrived,not delivered,丢件,没收到,未送达"),
        _type("logistics.transport_damage", "Damaged in Transport", "minor", "damaged in transit,box crushed,packaging damaged,包装破损,运输损坏,压坏"),
        _type("logistics.wrong_item", "Wrong Item", "minor", "wrong item,different model,sent the wrong,发错货,货不对板,型号不对"),
        _type("logistics.short", "Short or Missing Parts", "minor", "missing parts,short quantity,incomplete,少件,缺货,漏发,少了"),
        _type("logistics.cold_chain", "Temperature or Cold Chain", "serious", "thawed,not cold,temperature,cold chain,化了,冷链,不冷"),
    )),
    _type("billing", "Billing", "negligible", "invoice,charge,bill,账单,发票,收费", (
        _type("billing.overcharge", "Overcharged", "minor", "overcharged,charged twice,double charge,too much,多收,重复扣款,乱收费"),
        _type("billing.price", "Price or Discount", "negligible", "price,discount not,coupon,价格,优惠,折扣"),
        _type("billing.invoice", "Invoice Wrong or Missing", "negligible", "wrong invoice,tax invoice,vat,开票,发票错误,抬头"),
        _type("billing.refund_late", "Refund Late or Missing", "minor", "refund not,waiting for refund,no refund,退款慢,不退款,未退款"),
        _type("billing.contract", "Contract or Terms", "negligible", "contract,cancel subscription,terms,合同,条款,取消"),
    )),
)  # fmt: skip

DEFAULT_CHANNEL: Final = "Phone"  # of `fixtures/complaint_channel.csv`
DEFAULT_SOP_NAME: Final = "Standard Procedure"
_HOUR, _DAY = 3600, 8 * 3600  # a working day of eight hours
DEFAULT_SOP: Final[dict[str, Any]] = {
    "sop_name": DEFAULT_SOP_NAME,
    "enabled": 1,
    "is_default": 1,
    "first_response_time": 4 * _HOUR,
    "resolution_time": 20 * _DAY,
    "warn_percent": 75,
    "escalation_role": roles.MANAGER,
    "description": "A first procedure to work with and to adapt: office hours from Monday to Friday.",
}
WORKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SHIFTS: Final = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
# stage, seconds of working time, who answers for it, whom an overrun goes to
SOP_STAGES: Final = (
    ("intake", 4 * _HOUR, roles.AGENT, roles.MANAGER),
    ("triage", 1 * _DAY, roles.MANAGER, roles.QUALITY_MANAGER),
    ("investigate", 8 * _DAY, roles.INVESTIGATOR, roles.QUALITY_MANAGER),
    ("solve", 3 * _DAY, roles.AGENT, roles.MANAGER),
    ("confirm", 5 * _DAY, roles.AGENT, roles.MANAGER),
    ("execute", 5 * _DAY, roles.AGENT, roles.MANAGER),
    ("review", 2 * _DAY, roles.MANAGER, roles.QUALITY_MANAGER),
)
SOP_CHECKS: Final = (
    ("triage", "Immediate containment considered", 1),
    ("investigate", "Similar complaints and open signals looked at", 1),
    ("execute", "Remedy reached the customer", 1),
)

# Whom handler and superior do not answer to in time: who is important waits two hours for a first word.
SOP_LADDER: Final = (
    {
        "clock": "response",
        "moment": "after_start",
        "hours": 2 * _HOUR,
        "recipient": "superior",
        "from_urgency": "high",
    },
    {"clock": "stage", "moment": "percent", "percent": 150, "recipient": "manager", "role": roles.MANAGER},
    {
        "clock": "stage",
        "moment": "percent",
        "percent": 200,
        "recipient": "director",
        "role": roles.QUALITY_MANAGER,
    },
)

# Role, highest amount in company currency, without limit.
APPROVAL_LIMITS: Final = (
    (roles.MANAGER, 5000, 0),
    (roles.ACCOUNTS_MANAGER, 0, 1),
)

# Who is told at once: role, from which severity (key), from which harm.
ALERTS: Final = (
    (roles.MANAGER, "critical", "serious"),
    (roles.REGULATORY, "", "serious"),
)

# DocType → fields that hold such words as text, one a line, and no link to a record that has a name in each language.
SHIPPED_TEXTS: Final = {
    "CAPA": ("measured_types", "risk_level"),
    "Complaint": ("required_action", "risk_level"),
    "Complaint Checklist Item": ("check",),
    "Complaint SOP Check": ("check",),
    "Risk Matrix Cell": ("required_action", "risk_level"),
}
