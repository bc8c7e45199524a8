"""Words that say nothing of what a question is about, and words that mean the same in one."""

from typing import Final

NO_CONTENT: Final = (
    "a an the and or but if in on at of to for from by with about into over after before is are was were be been being am "
    "do does did done have has had having can could will would shall should may might must i me my we our us you your it its "
    "he she they them their this that these those there here what which who whom whose when where why how not no yes so than "
    "then too very just also please tell know want need like help question hello hi thanks thank dear ask asking wonder "
    "wondering get got s t d ll m re ve up out as any some much many lot make use using used go going one let way possible "
    "someone anyone something anything everything information info explain show give often see look today within during per each every "
    "product products please kindly maybe still already again only such both own able take say think put really actually way kind sort case"
)
NO_CONTENT_ZH: Final = (
    "请问 想问 问一下 你们 您们 我们 他们 怎么样 怎么办 怎么 如何 怎样 什么 多少 哪里 哪儿 哪个 哪些 可以 能不能 可不可以 能否 是否 是不是 有没有 "
    "需要 应该 知道 了解 咨询 告诉 一下 这个 那个 这些 那些 我的 你的 您的 的话 如果 的时候 谢谢 你好 您好 吗 呢 吧 啊 呀 嘛 么 的 了 是 在 有 "
    "产品 商品 多久 多长时间 多长 什么时候 什么地方 几天 几年 几点 几次 几个 之内 以内 一次 怎么样 能 用吗 可以 请教 时间 进行 操作 单独 "
    "我 你 您 和 与 或 就 都 也 很 还 要 想 会 能 把 被 给 对 从 到 个 这 那 请 问"
)
ALIKE: Final = (
    "clean wash rinse cleaning, fix repair mend, return send, refund reimburse reimbursement money, "
    "shipping delivery deliver ship dispatch shipment, warranty guarantee, invoice bill receipt, "
    "purchase buy bought order, price cost fee, manual instruction instructions handbook guide, "
    "broken defective faulty damaged, long duration, change modify edit alter, cancel revoke, "
    "descale decalcify limescale descaling, country abroad international overseas, contact reach phone call, "
    "hour opening open hours, exchange replace replacement swap, battery batteries"
)
