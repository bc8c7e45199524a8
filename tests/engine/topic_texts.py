"""Complaints made of themes, and sentences whose tone a person has judged."""

from __future__ import annotations

import random
from typing import Final

from complaint_qms.engine.topics.terms import ComplaintText

ENGLISH: Final = {
    "leak": (
        ["The pump is leaking oil at the shaft seal", "Oil leaks from the shaft seal of the pump", "Found an oil leak, the shaft seal is damaged"],
        ["after two days", "since the start", "and the floor is wet", "during the test run"],
    ),
    "charge": (
        ["The battery does not charge any more", "Battery will not hold a charge", "Charging stops and the battery stays empty"],
        ["with the charger supplied", "the charger gets warm", "the charging light blinks", "even over night"],
    ),
    "label": (
        ["The label shows the wrong expiry date", "Barcode label cannot be scanned", "Expiry date on the label is missing"],
        ["on the whole carton", "at our warehouse scanner", "the barcode is blurred", "and the carton was relabelled"],
    ),
    "noise": (
        ["A grinding noise comes from the gearbox", "The gearbox makes a loud grinding noise", "Loud noise and vibration of the gearbox"],
        ["under load", "at high speed", "the vibration shakes the frame", "the bearing feels rough"],
    ),
    "scratch": (
        ["The display has a deep scratch", "Scratched display glass out of the box", "There are scratches on the display"],
        ["the packaging was torn", "the foam packaging was missing", "the glass is chipped at the corner", "the film was torn"],
    ),
}  # fmt: skip
CHINESE: Final = {
    "漏油": (["水泵轴封漏油", "轴封处一直漏油", "水泵漏油，轴封损坏"], ["地面都是油污", "试运行就漏油", "油污弄脏了地面", "更换轴封后还漏油"]),
    "充电": (["电池充不进电", "电池无法充电", "充电器发热，电池充不进电"], ["指示灯闪烁", "充电器发热严重", "指示灯不亮", "充了一夜电池还是空的"]),
    "标签": (["标签上的有效期打印错误", "条码标签扫描不出来", "标签缺少有效期"], ["整箱条码模糊", "仓库扫描枪读不出条码", "外箱条码模糊", "有效期打印模糊"]),
    "异响": (["齿轮箱异响严重", "齿轮箱运转有异响", "高速运转时齿轮箱震动异响"], ["轴承震动很大", "负载时震动", "轴承磨损", "机架震动"]),
}  # fmt: skip


def complaints(
    themes: dict, number: int, seed: int = 1, joint: str = ". "
) -> tuple[list[ComplaintText], list[str]]:
    """Texts of themes by turns, and the theme of each; from thirty senders."""
    chance = random.Random(seed)
    keys = list(themes)
    told, kinds = [], []
    for at in range(number):
        kind = keys[at % len(keys)]
        first, second = themes[kind]
        text = f"{chance.choice(first)}{joint}{chance.choice(second).capitalize()}."
        told.append(ComplaintText(text, f"sender {chance.randrange(30)}"))
        kinds.append(kind)
    return told, kinds


JUDGED: Final = (
    # Written and judged by hand as somebody hears them: how the writer feels, not how grave the fault is.
    ("This is the worst machine we have ever had, a nightmare.", "negative"),
    ("I am very disappointed by your support.", "negative"),
    ("Absolutely unacceptable, nobody answers our mails.", "negative"),
    ("We are fed up with these delays.", "negative"),
    ("The quality is poor and the handle broke after a day.", "negative"),
    ("Terrible packaging, everything arrived in pieces.", "negative"),
    ("Your driver was rude to our staff.", "negative"),
    ("I am not happy with the repair.", "negative"),
    ("Useless. It failed again within a week.", "negative"),
    ("We will never order again from you.", "negative"),
    ("The replacement is even worse than the first one.", "negative"),
    ("What a waste of money.", "negative"),
    ("I am furious that the refund was refused.", "negative"),
    ("The new batch is not good at all.", "negative"),
    ("It smells disgusting, our customers complain.", "negative"),
    ("Frustrating: the app crashes each time we log in.", "negative"),
    ("This is ridiculous, three visits and still broken.", "negative"),
    ("We expected better from a brand like yours, very unhappy.", "negative"),
    ("The staff could not be less helpful, awful service.", "negative"),
    ("It does not work as advertised, I feel cheated.", "negative"),
    ("Please send the calibration certificate for this unit.", "neutral"),
    ("The display shows E04 after power on.", "neutral"),
    ("Carton 12 was delivered with 9 pieces in place of 10.", "neutral"),
    ("We ordered 20 valves and received 18.", "neutral"),
    ("Which spare part fits the 2024 model?", "neutral"),
    ("The invoice names another delivery address.", "neutral"),
    ("Measured torque is 4.2 Nm, the drawing says 5 Nm.", "neutral"),
    ("Return shipment is ready for collection on Monday.", "neutral"),
    ("The certificate covers lot A only; we need it for lot B.", "neutral"),
    ("Could you confirm the shelf life of this lot?", "neutral"),
    ("Seal replaced on site, pump runs since 10:00.", "neutral"),
    ("The cable is two metres long, we ordered three.", "neutral"),
    ("Colour of the cover differs from sample 3.", "neutral"),
    ("Attached you find the measurements of ten units.", "neutral"),
    ("The serial number on the plate is 4711.", "neutral"),
    ("Thank you, the replacement works well.", "positive"),
    ("Great support, the technician came the same day.", "positive"),
    ("We are very satisfied with the new seal.", "positive"),
    ("Excellent quality, we will recommend it.", "positive"),
    ("The repair was perfect and fast.", "positive"),
    ("I appreciate how friendly your team is.", "positive"),
    ("No complaints this time, everything was good.", "positive"),
    ("The machine is amazing, my team loves it.", "positive"),
    ("Happy with the refund, many thanks.", "positive"),
    ("Nice packaging and fast delivery.", "positive"),
    ("质量太差了，用了一天就坏了", "negative"),
    ("客服态度恶劣，非常失望", "negative"),
    ("买了就后悔，再也不会买了", "negative"),
    ("味道很臭，根本没法用", "negative"),
    ("退货还要自己付运费，气死我了", "negative"),
    ("这批货一点都不好", "negative"),
    ("包装破烂不堪，太差劲了", "negative"),
    ("修了三次还是不行，无语", "negative"),
    ("做工粗糙，不值这个价", "negative"),
    ("服务不满意，没人管", "negative"),
    ("完全是垃圾，别买", "negative"),
    ("声音很吵，晚上没法睡", "negative"),
    ("颜色掉色严重，很不满意", "negative"),
    ("说好三天到，等了半个月，太慢了", "negative"),
    ("屏幕有划痕，感觉被骗了", "negative"),
    ("请寄送这台设备的校准证书", "neutral"),
    ("开机后显示E04", "neutral"),
    ("订了二十个阀门，收到十八个", "neutral"),
    ("发票上的送货地址是另一个", "neutral"),
    ("实测扭矩四点二牛米，图纸为五牛米", "neutral"),
    ("退回的货物星期一可以取件", "neutral"),
    ("请确认该批次的保质期", "neutral"),
    ("轴封已在现场更换，水泵十点起运行", "neutral"),
    ("电缆长两米，我们订的是三米", "neutral"),
    ("铭牌上的序列号是4711", "neutral"),
    ("随附十台设备的测量数据", "neutral"),
    ("外壳颜色与三号样品有差异", "neutral"),
    ("更换后很好用，谢谢", "positive"),
    ("师傅当天就来了，非常满意", "positive"),
    ("质量不错，会推荐给同事", "positive"),
    ("包装精致，物流很快", "positive"),
    ("客服热情，处理得很好", "positive"),
    ("新的轴封很好，没有再漏", "positive"),
    ("东西很漂亮，值得买", "positive"),
    ("修好了，运行安静，放心", "positive"),
    ("这次没有问题，很满意", "positive"),
    ("机器操作方便，大家都喜欢", "positive"),
)
