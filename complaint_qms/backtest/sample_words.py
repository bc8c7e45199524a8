"""Words of the generated sample: an invented maker of kitchen appliances. Data only; every sentence is our own."""

from __future__ import annotations

# code, English name, Chinese name, supplier of the part that fails most, units a week
ITEMS = (
    ("KB-200", "kettle KB-200", "电水壶 KB-200", "Brightwell Seals", 420),
    ("KB-350", "kettle KB-350", "电水壶 KB-350", "Brightwell Seals", 260),
    ("BL-90", "blender BL-90", "搅拌机 BL-90", "Nordring Motors", 310),
    ("BL-120", "blender BL-120", "搅拌机 BL-120", "Nordring Motors", 180),
    ("TS-4", "toaster TS-4", "烤面包机 TS-4", "Halden Heating", 350),
    ("RC-15", "rice cooker RC-15", "电饭煲 RC-15", "Halden Heating", 500),
    ("RC-30", "rice cooker RC-30", "电饭煲 RC-30", "Halden Heating", 240),
    ("CM-7", "coffee maker CM-7", "咖啡机 CM-7", "Lumen Plastics", 200),
    ("AF-55", "air fryer AF-55", "空气炸锅 AF-55", "Lumen Plastics", 380),
    ("IH-21", "induction hob IH-21", "电磁炉 IH-21", "Kestrel Boards", 150),
    ("VC-8", "hand vacuum VC-8", "手持吸尘器 VC-8", "Kestrel Boards", 220),
    ("HM-3", "hand mixer HM-3", "手持打蛋器 HM-3", "Nordring Motors", 170),
)

# type, weight, severity weights 1..5
TYPES = (
    ("Leakage", 16, (2, 10, 8, 1, 0)),
    ("Does not start", 20, (1, 14, 6, 0, 0)),
    ("Noise", 12, (12, 8, 1, 0, 0)),
    ("Overheating", 7, (0, 4, 10, 5, 0)),
    ("Housing cracked", 10, (4, 12, 3, 0, 0)),
    ("Late delivery", 15, (14, 5, 0, 0, 0)),
    ("Wrong article", 8, (10, 6, 0, 0, 0)),
    ("Billing error", 7, (10, 5, 0, 0, 0)),
    ("Unfriendly service", 5, (12, 3, 0, 0, 0)),
)

DEFECTS_EN = {
    "Leakage": (
        "water drips from the bottom seam whenever it is more than half full",
        "the seal around the lid lets steam and water out",
        "there is a puddle on the counter after {n} minutes of use",
        "it lost about {ml} ml of water through the base",
        "the gasket has come loose and the water runs into the switch",
    ),
    "Does not start": (
        "nothing happens when I press the switch",
        "the indicator stays dark although the socket works with other devices",
        "it went dead after {n} days and cannot be switched on again",
        "it starts only at every {k}th attempt",
        "the display shows E{k} and the appliance refuses to start",
    ),
    "Noise": (
        "it rattles so loudly that we cannot talk in the kitchen",
        "there is a grinding sound from the motor at speed {k}",
        "a high whistle comes on after {n} minutes and does not stop",
        "the bearing squeaks and the whole table shakes",
    ),
    "Overheating": (
        "the handle becomes too hot to hold after {n} minutes",
        "the plug and {cm} cm of the cord turned brown from heat",
        "it smelled of burnt plastic and the underside had melted",
        "the thermostat does not cut out and the surface reaches over {deg} degrees",
    ),
    "Housing cracked": (
        "a crack of {cm} cm runs across the housing",
        "the cover broke at the hinge although it never fell",
        "a corner of the base had splintered when I opened the box",
        "the clip that holds the jug snapped on day {n}",
    ),
    "Late delivery": (
        "the parcel was promised for Monday and came {n} days later",
        "I have been waiting for {n} days and the tracking page has not changed",
        "two delivery dates were cancelled without a word",
        "the driver left a card although somebody was at home all day",
    ),
    "Wrong article": (
        "the box contained the small model instead of the one I paid for",
        "I received a different colour from the one on the order",
        "{k} pieces were ordered and only one was in the carton",
        "the accessories belong to another series and do not fit",
    ),
    "Billing error": (
        "my card was charged twice for the same invoice",
        "the discount of {k} percent is missing on the invoice",
        "the invoice shows {n} euro for shipping although it should be free",
        "the refund of the returned part has still not arrived after {n} days",
    ),
    "Unfriendly service": (
        "the person on the phone hung up while I was explaining the fault",
        "I was passed on {k} times and nobody felt responsible",
        "the answer to my letter was two lines and did not touch the question",
        "the technician was rude and left the kitchen dirty",
    ),
}
DEFECTS_ZH = {
    "Leakage": (
        "装满一半以上底部接缝就滴水",
        "盖子周围的密封圈漏水漏汽",
        "用了{n}分钟台面上就是一滩水",
        "底座漏掉了大约{ml}毫升水",
    ),
    "Does not start": (
        "按下开关没有任何反应",
        "插座没问题，但指示灯一直不亮",
        "用了{n}天就再也开不了机",
        "屏幕显示E{k}，无法启动",
    ),
    "Noise": ("声音大得厨房里没法说话", "开到{k}档电机有摩擦的怪声", "运行{n}分钟后一直有刺耳的啸叫"),
    "Overheating": (
        "用{n}分钟把手就烫得握不住",
        "插头和{cm}厘米电线都烤黄了",
        "闻到塑料烧焦的味道，底部已经融化",
    ),
    "Housing cracked": ("外壳上有一道{cm}厘米的裂缝", "没有摔过，盖子的铰链却断了", "开箱时底座一角已经碎了"),
    "Late delivery": (
        "说好周一到，晚了{n}天才送来",
        "等了{n}天，物流信息一直没有更新",
        "两次约好的送货时间都被取消了",
    ),
    "Wrong article": (
        "收到的是小号，不是我付款的那一款",
        "颜色和订单上的不一样",
        "订了{k}件，箱子里只有一件",
    ),
    "Billing error": ("同一张发票扣了两次款", "发票上少了{k}%的折扣", "说好包邮，却收了{n}元运费"),
    "Unfriendly service": (
        "我还没讲完客服就挂了电话",
        "被转接了{k}次，没有人负责",
        "上门的师傅态度很差，走时厨房一团糟",
    ),
}

OPENINGS_EN = (
    "I bought the {item} for my mother's birthday.",
    "Our {item} was delivered at the beginning of the month.",
    "We use the {item} every morning in a small office.",
    "I am writing about the {item} on order {order}.",
    "This is already our second {item}.",
    "The {item} came from your online shop, order {order}.",
    "My neighbour recommended the {item} to me.",
    "Since last week I own a {item}.",
    "About the {item}, serial {serial}.",
    "The shop in {city} sold me a {item}.",
)
MIDDLES_EN = (
    "We followed the manual page by page.",
    "The children were in the room when it happened.",
    "It had been used {k} times before.",
    "I tried another socket and another room, without any change.",
    "My husband looked at it as well and found no loose part.",
    "The box and the receipt are still here.",
    "I have attached {k} photographs.",
    "A friend with the same model has no trouble at all.",
    "It was cleaned only with a damp cloth.",
    "The fault appeared on a {day} evening.",
    "Before that it worked well for {n} days.",
    "I noticed it first when guests were here.",
)
ENDINGS_EN = (
    "Please refund the full amount.",
    "I would like an exchange as soon as possible.",
    "Tell me whether this can be repaired near {city}.",
    "I expect an answer by the end of the week.",
    "A credit note would be fine for me.",
    "Please call me after {k} in the afternoon.",
    "I do not want another one of the same kind.",
    "Let me know where to send it.",
    "An apology would be the least.",
    "What do you propose?",
)
OPENINGS_ZH = (
    "上个月在{city}买的{item}。",
    "订单{order}的{item}。",
    "我们办公室每天早上都用{item}。",
    "这已经是第二台{item}了。",
    "{item}，序列号{serial}。",
)
MIDDLES_ZH = (
    "完全按照说明书操作。",
    "当时孩子也在旁边。",
    "之前只用过{k}次。",
    "换了插座也一样。",
    "包装和小票都还在。",
    "附上{k}张照片。",
    "朋友家同款没有这个问题。",
    "之前正常使用了{n}天。",
)
ENDINGS_ZH = (
    "请全额退款。",
    "希望尽快换货。",
    "请告知在{city}附近能否维修。",
    "这周之内请答复。",
    "请在下午{k}点以后打电话。",
    "你们打算怎么处理？",
)

# a small scene of its own in every letter: who, doing what, when
WHO_EN = (
    "My aunt",
    "The caretaker",
    "Our cook",
    "A colleague",
    "My son",
    "The lodger",
    "Grandfather",
    "The trainee",
    "My wife",
    "A guest",
    "The cleaner",
    "Our nurse",
)
DOING_EN = (
    "was making soup",
    "had just come home",
    "wanted to bake a cake",
    "was packing for a trip",
    "stood beside it",
    "was feeding the cat",
    "was on the telephone",
    "had to leave early",
    "was reading the paper",
    "was setting the table",
    "had opened the window",
    "was looking for the lid",
)
WHEN_EN = (
    "before sunrise",
    "at half past nine",
    "during the thunderstorm",
    "on the second floor",
    "after the football match",
    "between two meetings",
    "while the radio played",
    "on my birthday",
    "shortly before lunch",
    "in the garden house",
    "at the campsite",
    "on the last day of school",
)
WHO_ZH = (
    "我姨妈",
    "门卫",
    "厨师",
    "同事",
    "我儿子",
    "房客",
    "爷爷",
    "实习生",
    "我妻子",
    "客人",
    "保洁员",
    "护士",
)
DOING_ZH = (
    "正在煮汤",
    "刚回到家",
    "想烤蛋糕",
    "在收拾行李",
    "就站在旁边",
    "在喂猫",
    "在打电话",
    "急着出门",
    "在看报纸",
    "在摆餐具",
    "刚打开窗户",
    "在找盖子",
)
WHEN_ZH = (
    "天还没亮",
    "九点半",
    "打雷的时候",
    "在二楼",
    "球赛以后",
    "两个会议之间",
    "听着收音机",
    "我生日那天",
    "快到午饭时",
    "在花园小屋",
    "在露营地",
    "放假前一天",
)

CITIES = ("Bremen", "Lyon", "Leeds", "Graz", "Turku", "Porto", "Ghent", "Aarhus", "Gdansk", "Brno")
CITIES_ZH = ("苏州", "成都", "青岛", "长沙", "厦门", "武汉", "西安", "宁波")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CHANNELS = (("phone", 30), ("email", 34), ("web form", 18), ("WeChat", 10), ("distributor", 8))
REGIONS = (("North", 28), ("East", 24), ("South", 22), ("West", 18), ("Overseas", 8))
SEVERITIES = ("Negligible", "Minor", "Serious", "Critical", "Catastrophic")
SURNAMES = [
    "Aalto",
    "Berger",
    "Castell",
    "Dvorak",
    "Engel",
    "Ferrante",
    "Gruber",
    "Hansen",
    "Iversen",
    "Jansen",
    "Kowalski",
    "Larsen",
    "Moreau",
    "Novak",
    "Olsen",
    "Petit",
    "Quist",
    "Rossi",
    "Silva",
    "Thorn",
    "Ulrich",
    "Varga",
    "Weber",
    "Xavier",
    "Ypma",
    "Zeman",
]
GIVEN = [
    "Ada",
    "Bram",
    "Clara",
    "David",
    "Elin",
    "Frank",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Karin",
    "Leo",
    "Marta",
    "Nils",
    "Olga",
    "Paul",
    "Rosa",
    "Sven",
    "Tilda",
    "Uwe",
]
