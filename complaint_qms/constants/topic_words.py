"""Words that no topic is named by, and spellings that are one: English and Chinese."""

from typing import Final

_FILLING: Final = """
able account accordingly actually additional advise advised agent almost already also although always another anybody anyone anything anyway apparently
around asap ask asked asking attached attachment available away back bad based basically became begin behind believe better big bit bought bring brought
business buy buying call called calling came case cause caused certain certainly clear clearly come comes coming company complain complained complaint
complaints completely concern concerned concerning consumer contact contacted continue continued could couple customer customers date dated day days
deal dealer department description despite detail details different directly discovered due early easily either email end enough especially etc even
eventually ever every everything exactly experience expect expected explain explained extremely fact far feel felt file fill find fine first following
found four front full further gave general generally get gets getting give given gives giving go goes going gone good got great group guess had half
happen happened happening happens happy hard help hence high hope hour hours however idea immediately important include included including indeed
information initially inside instead issue issues item items keep keeps kept kind know knew known large last late later latest least left less let
letter like likely little long longer look looked looking looks lot lots made mail main make makes making manager many matter may maybe mean means
mentioned merchandise message might mine minute minutes model moment month months morning much must name near nearly need needed needs neither never
new next nice night none normal normally note nothing notice noticed notified number numerous obviously occasion occur occurred occurring occurs
often old one ones onto open order ordered others otherwise outside owner owns part parts past pay people perhaps person phone photo photos picture
pictures piece pieces place placed possible possibly present previously probably problem problems product products properly provide provided purchase
purchased purchasing put quality question questions quickly quite rather reach read ready real really reason receive received receiving recent
recently regarding regular related reply report reported reporting representative request requested require required resolve resolved respond response
result right said sample saw say saying says second see seem seemed seems seen send sending sent serious service set several shall short show showed
showing shown shows side simply since sir site situation small somebody someone something sometimes soon sort spoke staff start started starting state
stated states still stop store stuff subject suddenly supply supplied support suppose supposed sure take taken takes taking talk team tell telling
tells term thing things think third though thought three time times today together told tomorrow took total totally toward towards tried tries truly
try trying turn turned twice two type unfortunately unit units unless unsure update upon usage use used user uses using usual usually various version
via visit wait waiting want wanted wants way week weeks well went whatever whenever whether whole within without word work worked works working worse
worst would write writing written wrong wrote year years yes yesterday yet
january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
kunde produkt artikel bestellung bestellt lieferung bitte problem reklamation gekauft erhalten leider mehr immer wieder seit heute gestern
"""
FILLING_WORDS: Final = frozenset(_FILLING.split())
"""Words that stand in any complaint: alone they name nothing. Beside another word they may ("not working", "wrong size")."""

TELLING_IN_PAIRS: Final = frozenset(
    [
        "back",
        "bad",
        "front",
        "full",
        "hard",
        "high",
        "large",
        "left",
        "long",
        "open",
        "part",
        "parts",
        "right",
        "short",
        "side",
        "small",
        "start",
        "stop",
        "time",
        "turn",
        "work",
        "working",
        "works",
        "wrong",
    ]
)
"""Those of them that make a phrase with the word beside them: "right side", "not working", "wrong size"."""

DENYING: Final = frozenset(
    ["not", "no", "never", "cannot", "without", "nor", "n't", "nicht", "kein", "keine", "ohne"]
)
"""What turns the word behind it round, and is a term with it."""

SPELLINGS: Final = dict(
    pair.split("=")
    for pair in [
        "aluminium=aluminum",
        "centre=center",
        "colour=color",
        "colours=colors",
        "coloured=colored",
        "discolouration=discoloration",
        "discoloured=discolored",
        "fibre=fiber",
        "flavour=flavor",
        "grey=gray",
        "judgement=judgment",
        "kerb=curb",
        "labelled=labeled",
        "labelling=labeling",
        "litre=liter",
        "litres=liters",
        "metre=meter",
        "metres=meters",
        "mould=mold",
        "mouldy=moldy",
        "moulded=molded",
        "odour=odor",
        "odours=odors",
        "plough=plow",
        "programme=program",
        "rumour=rumor",
        "sulphur=sulfur",
        "tyre=tire",
        "tyres=tires",
        "vapour=vapor",
        "cheque=check",
        "cancelled=canceled",
        "cancelling=canceling",
        "signalling=signaling",
        "travelling=traveling",
        "fuelled=fueled",
        "catalogue=catalog",
        "analyse=analyze",
        "analysed=analyzed",
        "recognise=recognize",
        "recognised=recognized",
        "organise=organize",
        "stabilise=stabilize",
        "oxidised=oxidized",
        "oxidise=oxidize",
        "pulverised=pulverized",
        "vaporised=vaporized",
        "magnetised=magnetized",
        "pressurised=pressurized",
        "moisturiser=moisturizer",
        "apologise=apologize",
        "realise=realize",
        "realised=realized",
        "broke=break",
        "broken=break",
        "tore=tear",
        "torn=tear",
        "bent=bend",
        "burnt=burn",
        "froze=freeze",
        "frozen=freeze",
        "fell=fall",
        "fallen=fall",
        "stuck=stick",
        "blew=blow",
        "blown=blow",
        "worn=wear",
        "wore=wear",
        "shook=shake",
        "shaken=shake",
        "leakage=leak",
        "leakages=leak",
        "breakage=break",
        "breakages=break",
        "defence=defense",
        "licence=license",
        "manoeuvre=maneuver",
        "draught=draft",
        "artefact=artifact",
    ]
)
"""British spelling → American spelling, and irregular forms → the word, by which they are counted."""

_CHINESE_FILLING: Final = """
我们 你们 他们 她们 它们 咱们 大家 自己 别人 人家 本人 这个 那个 这些 那些 这种 那种 这样 那样 这么 那么 这里 那里 这边 那边 这款 此款 该款 一个 一下 一些 一点 一直 一样 一次
一种 一种 一款 一台 一件 一天 一年 一定 一般 一看 一共 第一 第二 两个 两次 三个 几个 几天 多个 多次 没有 不是 就是 还是 都是 也是 只是 真是 但是 可是 不过 而且 并且 以及 因为 所以
因此 如果 虽然 然后 还有 或者 可以 可能 已经 应该 需要 想要 希望 必须 能够 不能 不会 不到 不了 不要 不用 不想 没法 什么 怎么 怎样 为什么 多少 哪里 时候 时间 现在 今天 昨天 明天
今年 去年 上次 下次 这次 之前 之后 以前 以后 后来 目前 刚刚 刚才 最近 马上 立即 尽快 及时 当时 当天 同时 首先 其次 最后 结果 其实 实在 真的 确实 非常 十分 特别 比较 有点 有些 很多
许多 太多 更加 越来越 完全 根本 几乎 居然 竟然 果然 感觉 觉得 认为 知道 看到 看见 听说 发现 出现 发生 存在 进行 使用 用了 收到 拿到 买了 购买 买的 买来 买过 下单 订单 订购 商品
产品 货品 东西 物品 客户 顾客 用户 买家 卖家 商家 厂家 公司 贵司 贵公司 我司 我方 贵方 店家 店铺 客服 人员 问题 情况 现象 原因 方面 地方 部分 样子 有关 关于 对于 由于 通过 根据
反映 反馈 投诉 举报 要求 请问 请求 请您 麻烦 谢谢 感谢 多谢 您好 你好 尊敬 先生 女士 小姐 此致 敬礼 附件 图片 照片 见图 如图 如下 以上 以下 批次 型号 编号 数量 日期 处理 解决 回复 答复
联系 电话 说明 表示 告知 告诉 提供 给我 给我们 让我 跟我 对我 个人 朋友 家里 回来 起来 出来 下来 过来 进去 上去 下去 之类 等等 而已 开始 仍然 仍旧 依然 依旧 至今 多天 左右 大约 大概
每次 每天 每个 所有 全部 其他 其中 其它 另外 各种 任何 这批 该批 本批 此批 这台 该产品 本产品
不好 不错 可惜 失望 喜欢 推荐 满意 差评 好评 值得 不值 后悔 京东 淘宝 天猫 亚马逊 当当 卓越 快递 评论 评价 真心 千万 一本 这本 本书 这书 此书 看了 看完
"""
CHINESE_FILLING: Final = frozenset(_CHINESE_FILLING.split())

LOOSE_SIGNS: Final = frozenset(
    "的了是和与及或也都就这那我你您他她它们吗呢吧啊呀哦嘛着过把被给让从对在个来去到说要会能又还再只才很太更最将向为以而且但所其之于请某该此每各第几两"
)
"""Chinese signs that join others: no word begins or ends with one."""

GREETINGS: Final = (
    "dear", "hello", "hi", "good morning", "good afternoon", "good evening", "to whom it may concern", "sehr geehrte", "hallo", "guten tag", "尊敬的", "您好", "你好", "亲爱的",
)  # fmt: skip
FAREWELLS: Final = (
    "best regards", "kind regards", "warm regards", "regards", "sincerely", "yours", "best wishes", "cheers", "thanks", "many thanks", "thank you", "sent from my", "mit freundlichen",
    "viele grüße", "此致", "敬礼", "祝好", "顺颂", "谢谢", "感谢", "发自我的",
)  # fmt: skip
