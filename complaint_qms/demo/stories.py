"""What the customers of the demo company write. Every text is made up for the demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KETTLE, FLASK, STEAM, MONITOR = "HB-KETTLE-17", "HB-FLASK-05", "HB-STEAM-2", "HB-BPM-10"
ANY: Final = (KETTLE, FLASK, STEAM, MONITOR)


@dataclass(frozen=True)
class Story:
    """A kind of complaint: type, items it happens to, how grave and how often, what is written and wanted."""

    complaint_type: str
    items: tuple[str, ...]
    severity: str
    occurrence: str
    subject: str
    text: str
    wants: str
    weight: int = 3
    chinese: bool = False
    harm: str = "none"
    urgency: str = "normal"


LEAK: Final = (
    Story("Leak", (KETTLE,), "Serious", "Probable", "Kettle drips from the base",
          "Water comes out between body and base as soon as it is filled above the middle. The worktop is wet after each use.",
          "credit", urgency="high"),
    Story("Leak", (FLASK,), "Serious", "Probable", "Flask leaks in the bag",
          "The lid was closed tightly and still half of the tea ran out. The seal feels hard, not soft like on our older flasks.",
          "exchange", urgency="high"),
    Story("Leak", (KETTLE,), "Critical", "Probable", "Hot water ran over the hand",
          "While pouring, hot water came out under the handle and ran over the fingers. Cooled at once, the skin was red for a day.",
          "refund", harm="minor", urgency="critical"),
    Story("Leak", (FLASK,), "Serious", "Probable", "保温杯盖子漏水", "杯盖拧紧后倒置仍然漏水，密封圈摸起来很硬，顾客要求换货。", "exchange",
          chinese=True, urgency="high"),
    Story("Leak", (KETTLE,), "Serious", "Probable", "电热水壶底部渗漏", "加水到一半以上底部就开始渗漏，插座附近都是水，非常危险。", "refund",
          chinese=True, urgency="high"),
)  # fmt: skip
"""Complaints that the bad lot of gaskets causes."""

STORIES: Final = (
    Story("Does Not Work", (KETTLE, STEAM), "Serious", "Occasional", "Does not heat any more",
          "The lamp lights up but the water stays cold. It worked for three weeks. Tried another socket, same result.", "exchange", 6),
    Story("Does Not Work", (MONITOR,), "Serious", "Remote", "Shows an error instead of a value",
          "After inflating it shows the error sign two times out of three. New batteries made no difference.", "repair", 4),
    Story("Does Not Work", (MONITOR,), "Serious", "Remote", "血压计读数偏差大", "同一个人连续测量三次，高压相差三十以上，与医院设备对比明显偏高。", "exchange", 3, True),
    Story("Safety or Harm", (MONITOR,), "Critical", "Improbable", "Cuff did not let go and bruised the arm",
          "The cuff kept pumping until it hurt and did not release. The patient has a bruise on the upper arm and was seen by a nurse.",
          "information", 1, harm="minor", urgency="critical"),
    Story("Safety or Harm", (STEAM,), "Critical", "Improbable", "Steam burst out at the side",
          "Steam came out beside the mask, not through it. One user had a light burn on the cheek that was cooled and creamed.",
          "refund", 1, harm="minor", urgency="critical"),
    Story("Broken or Damaged", (KETTLE,), "Serious", "Occasional", "Handle cracked", "There is a crack where the handle meets the body. Nobody dropped it.", "exchange", 4),
    Story("Broken or Damaged", (STEAM, MONITOR), "Minor", "Occasional", "Battery door broken", "The small hook of the door broke at the first change of batteries.", "repair", 3),
    Story("Appearance or Finish", (FLASK, KETTLE), "Negligible", "Probable", "Scratches on the shell", "Six out of twenty pieces have scratches under the film. We cannot sell them at full price.", "credit", 5),
    Story("Appearance or Finish", (FLASK,), "Negligible", "Probable", "杯身掉漆", "使用不到一个月杯身大面积掉漆，影响销售。", "credit", 2, True),
    Story("Dimension or Fit", (FLASK,), "Minor", "Occasional", "Lid does not screw on straight", "The thread catches after half a turn. Pressing down helps, but that cannot be right.", "exchange", 3),
    Story("Noise or Vibration", (KETTLE,), "Minor", "Occasional", "Very loud while heating", "It rattles so loudly that our guests in the breakfast room complain.", "information", 2),
    Story("Early Wear", (FLASK,), "Minor", "Remote", "Rust at the inner rim", "After four weeks there are brown spots at the welding inside the neck.", "refund", 2),
    Story("Labelling or Instructions", (STEAM,), "Minor", "Remote", "Instructions missing in our language", "The leaflet is in two languages only, neither of them ours.", "information", 3),
    Story("Contamination or Foreign Body", (STEAM,), "Critical", "Improbable", "Plastic chips in the water tank", "White plastic chips swam in the tank before the first use. A patient would have breathed through this.", "exchange", 1, urgency="high"),
    Story("Late Delivery", ANY, "Minor", "Frequent", "Delivery two weeks late", "The goods were promised for the first of the month. We had advertised them and had to send customers away.", "apology", 5),
    Story("Wrong Item", ANY, "Minor", "Probable", "Other colour than ordered", "We ordered brushed steel and got black. The delivery note says steel.", "exchange", 3),
    Story("Damaged in Transport", ANY, "Minor", "Probable", "Pallet arrived crushed", "The lower layer was crushed, eight cartons are open. Photos were taken with the driver.", "credit", 4),
    Story("Damaged in Transport", ANY, "Minor", "Probable", "外箱压坏，内件破损", "收货时外箱严重变形，其中五台外壳开裂，已与司机当场拍照。", "credit", 2, True),
    Story("Short or Missing Parts", ANY, "Minor", "Probable", "Two cartons short", "The delivery note says twelve cartons, ten were on the truck.", "credit", 3),
    Story("No Answer or Call-back", ANY, "Minor", "Occasional", "Nobody calls back", "Three calls and two mails in ten days, and no answer to a simple question about spare seals.", "apology", 3),
    Story("No Answer or Call-back", ANY, "Minor", "Occasional", "售后一直没人回复", "提交维修申请已经十天，电话打不通，邮件也没人回复。", "apology", 2, True),
    Story("Overcharged", ANY, "Minor", "Occasional", "Freight charged twice", "The invoice has freight as a line and again in the price, against our agreement.", "credit", 3),
    Story("Invoice Wrong or Missing", ANY, "Negligible", "Occasional", "Wrong address on the invoice", "The invoice shows our old address; our accounts cannot book it.", "information", 2),
)  # fmt: skip

# One case from a ward, seen by our own engineer there and reported to the authority.
FIELD_CASE: Final = Story("Safety or Harm", (MONITOR,), "Critical", "Improbable", "Monitor froze on a normal reading while the patient collapsed",
    "The display kept 124/81 for twenty minutes while the patient lost consciousness. A manual cuff showed 74/40. The patient was moved to intensive care and has recovered. "
    "Our field engineer saw the monitor on the ward and took the photos.",
    "information", harm="serious", urgency="critical")  # fmt: skip
FIELD_PLACE: Final = "Ward 4"

NOT_A_COMPLAINT: Final = (
    ("Price list for next year?", "Please send the new price list and the discount steps."),
    ("Can the flask go into the dishwasher?", "One of our customers would like to know before she buys it."),
    ("请问有没有配件目录", "想了解密封圈和杯盖是否可以单独购买，请发一份目录。"),
)

DETAILS: Final = (
    "It is used every day in our break room.",
    "Two more pieces from the same carton look the same.",
    "We kept the piece and can send it back.",
    "The customer brought it back within the first week.",
    "Please tell us what to do with the remaining stock.",
    "Photos can be sent on request.",
)
DETAILS_ZH: Final = ("同一箱还有两件有相同问题。", "样品已保留，可以寄回。", "请尽快回复处理办法。")

ACKNOWLEDGEMENT: Final = "<p>Thank you for your message. Your complaint has the number {name}; we look into it and write to you again.</p>"
ACKNOWLEDGEMENT_ZH: Final = "<p>您好，已收到您的反馈，投诉编号为 {name}。我们会尽快核实并再次回复您。</p>"
QUESTION: Final = "<p>May we ask you one thing? Please send us a photo of the label on the carton, so that we see which batch it was.</p>"
THANKS: Final = "<p>Thank you, that settles the matter for us.</p>"
THANKS_ZH: Final = "<p>谢谢，我们同意这样处理。</p>"

REPLIES: Final = {
    "credit": "<p>Thank you for telling us. We are sorry for the trouble and credit the pieces concerned.</p>",
    "replacement": "<p>We are sorry. Replacements leave our house this week, free of charge.</p>",
    "": "<p>Thank you for your patience. We looked into it and explain below what we found and what we changed.</p>",
}
REPLY_ZH: Final = "<p>感谢您的反馈，给您带来不便我们深表歉意。我们已核实情况并将按约定处理。</p>"

# Studies beside the one on the bad lot: type it looks into, findings, conclusion, cause and CAPA (None: no CAPA).
STUDIES: Final = {
    "Does Not Work": ("Thermal fuse opens at normal load; eight of ten returned pieces show it.", "Fuse rated too low for the upper mains tolerance.",
        ("Thermal fuse underrated", "occurrence", "method", "design"), ("Fit the next higher fuse rating", "corrective")),
    "Broken or Damaged": ("Weld line at the boss of the handle; mould temperature 12 °C below the set point.", "Mould ran too cold after the night break.",
        ("Mould heater fails after restart", "occurrence", "machine", "process"), ("Check mould temperature before release of the line", "preventive")),
    "Appearance or Finish": ("Scratches match the edge of the transport tray.", "Trays without lining at the polishing cell.",
        ("Unlined trays at polishing", "occurrence", "method", "handling"), ("Line all trays at polishing", "corrective")),
    "Dimension or Fit": ("Thread pitch within drawing, first turn damaged by the deburring tool.", "Deburring tool worn beyond its limit.",
        ("Deburring tool worn", "non_detection", "machine", "process"), ("Tool change by count, not by eye", "corrective")),
    "Contamination or Foreign Body": ("Chips are of the tank's own material, from the sprue cutter.", "Tanks are blown out before, not after cutting.",
        ("Cleaning before cutting", "systemic", "method", "process"), ("Blow out after cutting", "corrective")),
    "Safety or Harm": ("Valve closes late when battery voltage is low.", "Firmware checks the voltage before inflating only.",
        ("Low voltage not checked while inflating", "occurrence", "method", "software"), ("Firmware with continuous voltage check", "corrective")),
    "Early Wear": ("Welding seam without passivation on three of five samples.", "Bath exhausted; no record of its concentration.",
        ("Passivation bath not monitored", "non_detection", "measurement", "process"), None),
    "Wrong Item": ("Two colours share one label layout; picked by picture.", "Colour not part of the barcode.",
        ("Barcode without colour", "systemic", "method", "process"), None),
}  # fmt: skip
