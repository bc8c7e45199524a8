"""Numbers, addresses and names in what is written: orders, deliveries, invoices, serial numbers, telephone, mail, products."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from complaint_qms.constants.dialog import NO_PRODUCT_SIGNS_ZH, NO_PRODUCT_WORDS, NO_PRODUCTS, NO_PRODUCTS_ZH
from complaint_qms.engine.phone_number import is_number
from complaint_qms.engine.product_code import read_code
from complaint_qms.engine.text import HAN, code_tokens

_CODE: Final = r"[a-z0-9](?:[a-z0-9._/\-]{0,38}[a-z0-9])?"
# A number of parts that blanks were put between: `SAL ORD 2026 00012`
_SERIES: Final = re.compile(
    r"(?<![a-z0-9\-/])[a-z]{2,6}(?:[ \-][a-z]{2,6}){0,2}[ \-]?(?:20)\d{2}[ \-]\d{3,8}(?![a-z0-9\-])",
    re.IGNORECASE,
)
_ORDER: Final = re.compile(
    r"(?:(?<![a-z])(?:order|invoice|delivery(?: note)?|receipt|bill|tracking|waybill|purchase|p\.?o\.?)(?![a-z])|订单|单号|发票|送货单|出货单|运单|快递单)"
    r"\s{0,3}(?:no\.?|nr\.?|number|num|id|code|编号|号码|号)?\s{0,3}(?:is|was|应该是|是|为)?\s{0,3}[:：=#\-]?\s{0,3}#?"
    rf"({_CODE})",
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(
    r"(?:(?<![a-z])(?:serial|s/n|sn)(?![a-z])|(?<![a-z])sn(?=\d)|序列号|机身号|出厂编号)\s{0,3}(?:no\.?|nr\.?|number|号码)?\s{0,3}(?:is|was|应该是|是|为)?\s{0,3}[:：=#\-]?\s{0,3}"
    rf"((?:sn[ \-]?)?{_CODE})",
    re.IGNORECASE,
)
_SERIAL_PART: Final = re.compile(r"(?i)\A(?:sn|ser|serial)\b")
_COMPLAINT: Final = re.compile(r"(?<![a-z0-9\-])(cmp-\d{4}-\d{1,12})(?![a-z0-9\-])", re.IGNORECASE)
_MAIL: Final = re.compile(
    r"(?<![a-z0-9_.+\-@])[a-z0-9_.+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,5}(?![a-z0-9_@])",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"(?<![a-zA-Z0-9_\-/.])\+?\(?\d[\d ()\-./]{4,22}\d(?![a-zA-Z0-9_\-/])")
_PHONE_LABEL: Final = re.compile(
    r"(?i)(?:phone|tel|mobile|cell|call me|reach me|whatsapp|电话|手机|联系方式|联系)[^\d+]{0,20}\Z"
)
_CHINESE_MOBILE: Final = re.compile(r"(?:\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}\Z")
_DATE: Final = re.compile(
    r"\A(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[-/.]\d{1,2})\Z"
)
_DIGITS: Final = re.compile(r"\d")
_NAME: Final = re.compile(
    r"(?:(?<![a-z])my name is\s{1,3}((?:[a-z][\w'\-]{0,30}\s?){1,3})|我(?:叫|姓名是|的名字是)\s{0,2}(["
    + HAN
    + r"a-z]{1,20}))",
    re.IGNORECASE,
)

# Words after which a product stands, and what may stand behind one
_PRODUCT_LABEL: Final = re.compile(
    r"(?:(?<![a-z])(?:(?:product|model|device|article)(?: name| number| no\.?)?\s{0,2}(?:is|was|[:=])|item\s{0,2}[:=])|(?:产品|型号|商品|东西|物品|品名)(?:名称|名)?(?:应该是|是|为|[:：=]))\s{0,3}(?:an? |the |my |一个|一台|一把)?([^\s,.;!?，。；！？][^,.;!?，。；！？\n]{0,80})",
    re.IGNORECASE,
)
_EN_PRODUCT: Final = re.compile(
    r"(?<![a-z])(?:my|our|your|the|this|that|an?|these|new)\s{1,2}((?:[a-z0-9][a-z0-9\-]{0,30}\s){0,3}?[a-z0-9][a-z0-9\-]{1,30})\s{1,2}"
    r"(?:(?:i|we) (?:bought|ordered|got|received|purchased)|(?:just |already |suddenly |constantly |also |still |always )?"
    r"(?:is|was|are|were|has|have|had|does|do|did|will|would|doesn't|don't|didn't|won't|isn't|aren't|wasn't|can't|cannot|not|leaks?|leaked|leaking|stopped|stops|broke|breaks|broken|arrived|came|cracked|fell|makes|made|smells|tastes|keeps|kept|looks|stays|stayed|shows|remains|shrank|tore|wobbles|squeaks|turned|started|failed|fails|exploded|caught|burned|rattles|rusts|rusted|shuts|went|got|gets)(?![a-z]))",
    re.IGNORECASE,
)
# The same without a word before it, at the beginning of a clause: "kettle leaks", "水壶坏了"
_EN_BARE: Final = re.compile(
    r"(?:^|[.!?;,:\n])\s{0,3}((?:[a-z]{2,30}\s){0,2}?[a-z]{3,30})\s{1,2}"
    r"(?:is |was |are |were |has |have |just |already |still |suddenly )?(?:broken|leaks|leaking|leaked|broke|cracked|stopped|defective|damaged|faulty|not working|doesn't|does not|won't|failed|fails|arrived|came|rattles|smells|rusted|missing)(?![a-z])",
    re.IGNORECASE,
)
_ZH_BARE: Final = re.compile(
    rf"(?:^|[,，.。!！;；:：\s])([{HAN}A-Za-z0-9\-]{{2,8}}?)(?:有点|突然|总是|一直|经常|老是|已经|又)?"
    r"(?:漏|坏|破|裂|碎|断|不能用|不工作|不加热|不通电|不制冷|不好用|不转|无法|没法|没反应|打不开|开不了|用不了|充不|有异|有划|有裂|有霉|出问题|出故障|发霉|生锈|变质|掉|松动|异响|冒|过期)"
)
_EN_WITH: Final = re.compile(
    r"(?<![a-z])(?:problem|problems|issue|issues|trouble|complaint|wrong)\s(?:with|about)\s(?:my|our|your|the|this|an?)\s((?:[a-z0-9][a-z0-9\-]{0,30}\s){0,3}[a-z0-9][a-z0-9\-]{1,30})",
    re.IGNORECASE,
)
_EN_OF: Final = re.compile(
    r"(?<![a-z])(?:i|we)\s(?:have\s)?(?:bought|ordered|received|got|purchased)\s(?:an?|the|your|this|one|two|three)\s((?:[a-z0-9][a-z0-9\-]{0,30}\s){0,2}?[a-z0-9][a-z0-9\-]{1,30})(?=\s(?:and|but|from|in|on|at|last|yesterday|today|which|that|two|three|with|it|for)(?![a-z])|[,.;!?]|$)",
    re.IGNORECASE,
)
_ZH_PRODUCT: Final = re.compile(
    rf"(?:买|购买|收到|订|下单|购|家|公司|们|我|这个|这台|这款|那台)的?(?:了)?(?:一|两|三)?(?:个|台|把|款|件|只|套|箱|瓶|包|袋|盒|双|部)?的?([{HAN}A-Za-z0-9\-]{{2,12}}?)"
    r"(?:有点|突然|现在|总是|一直|经常|老是|已经|又|就|还|才|都|很|太|也)?"
    r"(?:漏|坏|破|裂|碎|断|不能|不工作|不加热|不通电|不制冷|不好|不行|不转|无法|没法|没反应|打不开|开不了|用不了|充不|有异|有问题|有划|有裂|有霉|出问题|出现|出故障|发霉|生锈|变质|掉|松|异响|噪音|冒|过期|少了|声音|质量|味道|颜色|尺寸|，|,|。|$)"
)  # fmt: skip
# A model as makers write one, glued to its Chinese name or not: `HB-STEAM-2`, `血压计HB-BPM-10`
_MODEL: Final = re.compile(
    rf"([{HAN}]{{2,8}})?(?<![A-Za-z0-9\-_./])([A-Z][A-Z0-9]{{0,9}}(?:-[A-Z0-9]{{1,10}}){{1,4}})(?![A-Za-z0-9\-_/@])"
)
_OF_BATCH: Final = re.compile(
    r"(?i)(?:(?<![a-z])(?:lot|batch)(?: no\.?| number)?|批次|批号|批次号)[^A-Za-z0-9]{0,4}\Z"
)
_NO_PRODUCTS: Final = frozenset(one.strip() for one in f"{NO_PRODUCTS},{NO_PRODUCTS_ZH}".split(","))
_NO_BEGINNINGS: Final = ("is ", "was ", "very ", "really ", "not ", "only ", "most ", "best ", "worst ", "who ", "same ")  # fmt: skip
_OF_TIME: Final = re.compile(
    rf"(?:昨天|今天|前天|上周|上个月|刚|刚刚|去年|最近|网上)?(?:在)?[{HAN}]{{0,6}}?买的"
)
# Of "lid of my kettle" the kettle is the product.
_OF_WHAT: Final = re.compile(r"(?i)\A.{1,40} (?:of|on|in|from) (?:my|our|your|the|this) ")
_DETERMINER: Final = re.compile(r"(?i)\A(?:my|our|your|the|this|that|an?) ")
_NO_PRODUCT_WORDS: Final = frozenset(NO_PRODUCT_WORDS.split())
_NO_PRODUCT_PARTS: Final = tuple(one for one in NO_PRODUCTS_ZH.split(", ") if len(one) > 1)
_PRODUCT_WITHIN: Final = 300
_NO_PRODUCT_SIGNS: Final = frozenset(NO_PRODUCT_SIGNS_ZH)
_MOST_LABELS: Final = 20


@dataclass(frozen=True)
class Numbers:
    """What was found; an empty text for what was not. `loose`: a number that nothing says the kind of."""

    order: str = ""
    serial: str = ""
    batch: str = ""
    item: str = ""
    phone: str = ""
    mail: str = ""
    name: str = ""
    complaint: str = ""
    loose: str = ""
    labelled: frozenset[str] = frozenset()


def numbers_of(text: str) -> Numbers:
    """Numbers, addresses and a name in a text whose width is plain (NFKC)."""
    complaint = _COMPLAINT.search(text)
    mail = _MAIL.search(text)
    plain = _MAIL.sub(" ", _COMPLAINT.sub(" ", text))
    phone, without = _phone(plain)
    labelled = set()
    order = ""
    for match in list(_ORDER.finditer(without))[:_MOST_LABELS]:
        if _may_be_number(match[1]):
            order = match[1]
            labelled.add("order")
            series = _SERIES.match(without, match.start(1))
            order = series[0] if series and len(series[0]) > len(order) else order
            break
    code = read_code(without)
    labels = (match[1] for match in _SERIAL.finditer(without))
    serial = next((one for one in labels if _kept(one)), "") or _kept(code.serial)
    batch = _kept(code.batch)
    item = _kept(code.item) or (code.gtin or "")
    series = _SERIES.search(without)
    if series and not order:
        if _SERIAL_PART.match(series[0]):
            serial = serial or series[0]
        elif series[0] not in (serial, batch, item):
            order = series[0]
    known = " ".join((order, serial, batch, item)).upper()
    loose = next(
        (one for one in code_tokens(without) if one.upper() not in known and _may_be_number(one)), ""
    )
    name = _NAME.search(text)
    return Numbers(
        order=order.upper(),
        serial=serial,
        batch=batch,
        item=item,
        phone=phone,
        mail=mail[0] if mail else "",
        name=" ".join((name[1] or name[2]).split()) if name else "",
        complaint=complaint[1].upper() if complaint else "",
        loose=loose,
        labelled=frozenset(labelled),
    )


def product_in(text: str) -> tuple[str, bool]:
    """The product that a text is about, as it is called there, and whether the text says so itself ("the product is …")."""
    told = _PRODUCT_LABEL.search(text)
    if told:
        return told[1].strip(), True
    text = text[:_PRODUCT_WITHIN]
    for pattern in (_EN_PRODUCT, _EN_WITH, _EN_OF, _EN_BARE, _ZH_PRODUCT, _ZH_BARE):
        for match in pattern.finditer(text):
            found = _OF_WHAT.sub("", _OF_TIME.sub("", " ".join(match[1].split()))).strip("的是 ")
            found = _DETERMINER.sub("", found)
            if is_product(found):
                return found, False
    return "", False


def model_in(text: str, numbers: Numbers) -> str:
    """The model that a text names by its maker's code alone, with the Chinese name before it."""
    plain = _ORDER.sub(" ", _SERIAL.sub(" ", _MAIL.sub(" ", text[:_PRODUCT_WITHIN])))
    known = {one.upper() for one in (numbers.order, numbers.serial, numbers.batch, numbers.complaint) if one}
    for match in _MODEL.finditer(plain):
        name, code = (match[1] or "").rpartition("的")[2], match[2]
        # With three digits it may as well be the number of an order.
        if not _DIGITS.search(code) or _may_be_number(code) or code in known:
            continue
        if _OF_BATCH.search(plain[max(0, match.start(2) - 20) : match.start(2)]):
            continue
        return f"{name}{code}" if name and is_product(name) else code
    return ""


def is_product(found: str) -> bool:
    """Whether words that stand where a product is named may name one."""
    low = found.lower()
    words = low.split()
    return (
        len(found) > 1
        and low not in _NO_PRODUCTS
        and not (words and words[-1] in _NO_PRODUCTS)
        and not (words and words[0] in _NO_PRODUCTS)
        and not low.startswith(_NO_BEGINNINGS)
        and _NO_PRODUCT_SIGNS.isdisjoint(found)
        and _NO_PRODUCT_WORDS.isdisjoint(words)
        and not any(part in found for part in _NO_PRODUCT_PARTS)
        and any(sign.isalpha() for sign in found)
    )


def _phone(text: str) -> tuple[str, str]:
    """A telephone number that a label, a plus or its form tells of, and the text without it."""
    for match in _PHONE.finditer(text):
        number = match[0].strip()
        told = (
            number.startswith("+")
            or _CHINESE_MOBILE.match(number)
            or _PHONE_LABEL.search(text[max(0, match.start() - 40) : match.start()])
        )
        if told and is_number(number):
            return number, f"{text[: match.start()]} {text[match.end() :]}"
    return "", text


def _may_be_number(code: str) -> bool:
    return len(_DIGITS.findall(code)) >= 3 and len(code) >= 4 and not _DATE.match(code)


def _kept(code: str | None) -> str:
    return code if code and len(code) >= 4 and _DIGITS.search(code) else ""
