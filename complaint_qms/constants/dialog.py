"""What people say to the first-reply assistant, by what they mean by it: English and Chinese, commas between phrases.

`SHORT` are answers that may make up a whole turn; `ANYWHERE` mean the same wherever they stand in one. A phrase may be
listed under several meanings ("no" denies and says that there is none). Sites add their own by `Rules.extended`.
"""

from __future__ import annotations

from typing import Final

Phrases = dict[str, dict[str, str]]

SHORT: Final[Phrases] = {
    "greeting": {
        "en": "hello, hi, hi there, hello there, hey, hey there, hiya, howdy, greetings, good morning, good afternoon, good evening, good day, dear team, dear sir, dear madam, dear sirs, is anybody there, is anyone there, anyone there, are you there, how are you, how are you doing, how do you do",
        "zh": "你好, 您好, 你好啊, 你好呀, 哈喽, 哈啰, 嗨, 喂, 早上好, 上午好, 中午好, 下午好, 晚上好, 早, 早安, 在吗, 在么, 在不在, 有人吗, 有人在吗, 有人么, 客服在吗, 客服你好, 亲",
    },
    "thanks": {
        "en": "🙏, ❤, thanks, thank you, thank you very much, thank you so much, many thanks, thanks a lot, thx, ty, cheers, much appreciated, great thanks, perfect thanks, that helped, very helpful, great, perfect, awesome, excellent, wonderful, cool, nice",
        "zh": "谢谢, 谢谢你, 谢谢您, 多谢, 感谢, 非常感谢, 谢了, 谢谢啦, 3q, 辛苦了, 太好了, 太棒了",
    },
    "bye": {
        "en": "bye, goodbye, good bye, bye bye, see you, see you later, have a nice day, have a good day, good night, that is all, that's all, that was all, nothing else, no more questions",
        "zh": "再见, 拜拜, 拜, 晚安, 没事了, 没问题了, 没别的了, 没有了, 回头见",
    },
    "yes": {
        "en": "👍, 👌, ✅, ✔, yes, yes please, y, yep, yeah, yup, yea, sure, of course, correct, that is correct, that's correct, right, that is right, that's right, all right, alright, exactly, ok, okay, okey, k, fine, that is fine, that's fine, confirm, confirmed, i confirm, it is, it does, it did, i do, please do, go ahead, do it, register it, send it, submit, looks good, all good, all correct, everything is correct, everything is right, agreed, absolutely, definitely, affirmative, true, i would, i agree",
        "zh": "是, 是的, 是啊, 是呀, 对, 对的, 对啊, 对呀, 没错, 正确, 好, 好的, 好啊, 好呀, 好吧, 好哒, 行, 行的, 可以, 可以的, 嗯, 嗯嗯, 恩, 确认, 确定, 确认无误, 无误, 没问题, 同意, 要, 需要, 需要的, 有帮助, 有用, 解决了, 明白了, 提交, 登记吧, 登记, ok, 全部正确, 都对, 都正确, 就这样",
    },
    "no": {
        "en": "👎, ❌, no, no thanks, no thank you, nope, nah, n, not really, not correct, that is not correct, that's not correct, that is not right, that's not right, that's wrong, that is wrong, it is wrong, it's wrong, wrong, incorrect, not right, not quite, not yet, negative, it is not, it isn't, it doesn't, it does not, it didn't, it did not, i don't, i do not, not helpful, that does not help, that doesn't help, that did not help, that didn't help, false, don't, do not",
        "zh": "不, 不是, 不是的, 不对, 不对的, 不正确, 错, 错了, 错误, 不行, 不可以, 不要, 不用, 不用了, 不需要, 否, 没有, 没, 没用, 没有用, 没帮助, 没有帮助, 不好, 有误, 有错, 写错了, 说错了, 没解决, 没有解决, 还没有, 还不行, 不同意",
    },
    "unknown": {
        "en": "i don't know, i do not know, i dont know, don't know, dont know, do not know, dunno, idk, no idea, not sure, i'm not sure, i am not sure, im not sure, unsure, unknown, i forgot, i forget, i can't remember, i cannot remember, i don't remember, i do not remember, no clue, can't find it, i can't find it, i cannot find it, cannot find it, lost it, i lost it, i can't say, hard to say, whatever, who knows",
        "zh": "不知道, 我不知道, 不清楚, 不太清楚, 不晓得, 不记得, 不记得了, 记不得, 忘了, 忘记了, 我忘了, 找不到, 找不到了, 丢了, 弄丢了, 不确定, 说不清, 不了解, 想不起来, 没记住, 随便",
    },
    "none": {
        "en": "none, no, nope, nah, i have none, i have no, i don't have, i do not have, i dont have, don't have, dont have, do not have, haven't got, i haven't got, i have not got, don't have one, i don't have one, i don't have it, i don't have any, there is none, there isn't any, there isn't one, there is no, no order, no number, no order number, no photo, no photos, no picture, no pictures, no image, no pic, without photo, not available, n/a, na, nothing, nil, not at hand, not with me, can't take a photo, i can't take a photo, i cannot take a photo, threw it away, i threw it away, thrown away, without an order",
        "zh": "没有, 没有的, 没有了, 没, 无, 没有订单号, 没订单号, 没有订单, 没有单号, 没有照片, 没照片, 没有图, 没图, 没有图片, 没拍, 没有拍, 没有拍照, 没法拍, 拍不了, 没有号, 扔了, 扔掉了, 已经扔了, 我没有, 都没有, 暂时没有, 目前没有, 现在没有, 手上没有, 手头没有",
    },
    "skip": {
        "en": "skip, skip it, skip this, skip that, next, next question, later, maybe later, not now, go on, continue, move on, without, leave it, rather not, i'd rather not, i would rather not, prefer not to say, does not matter, doesn't matter, not needed, not necessary, not important, irrelevant",
        "zh": "跳过, 略过, 下一个, 下一步, 以后再说, 待会, 待会儿, 稍后, 等一下, 等会, 继续, 不想说, 不方便, 不方便说, 算了不说了, 不重要, 无所谓, 没必要",
    },
    "filler": {
        "en": "please, pls, plz, well, um, uh, hmm, hm, oh, ah, so, just, then, now, sorry, really, actually, i think, i guess, i mean, and, but, it, the, a, sir, madam, team, everyone, all, very, much, lol, for now, at the moment, here, here it is, here you go, here you are, unfortunately, afraid, i'm afraid, it's, its, that's, this is, it is all",
        "zh": "请, 麻烦, 那, 那个, 这个, 啊, 呀, 呢, 吧, 哦, 噢, 哈, 哈哈, 嘿, 的, 了, 我, 你, 您, 你们, 吗, 嘛, 么, 就, 都, 也, 很, 真的, 其实, 呃, 额, 唉, 不好意思, 抱歉",
    },
}  # fmt: skip
"""Answers of few words; `filler` stands beside them and says nothing by itself."""

ANYWHERE: Final[Phrases] = {
    "person": {
        "en": "talk to a person, talk to a human, talk to someone, talk to somebody, talk to an agent, talk to a real person, talk to a colleague, talk to your manager, talk to a manager, speak to a person, speak to a human, speak to someone, speak to somebody, speak to an agent, speak with a person, speak with a human, speak with someone, speak with an agent, speak with a manager, speak to a manager, speak to your manager, speak to the manager, speak to a representative, talk to a representative, talk with a person, talk with someone, talk with a human, real person, real human, human agent, human being, live agent, live person, live chat, live support, actual person, actual human, human please, agent please, a person please, person please, operator please, connect me, put me through, transfer me, to a robot, to a machine, to a bot, with a robot, with a machine, with a bot, call me, call me back, ring me, phone me, give me a call, i want a human, i want a person, need a human, need a person, need to talk, want to talk, can someone help me, can somebody help me, someone call, let me talk, let me speak",
        "zh": "转人工, 人工客服, 人工服务, 人工坐席, 找人工, 要人工, 接人工, 叫人工, 人工来, 真人客服, 要真人, 找真人, 真人服务, 找客服, 转客服, 接客服, 要客服, 联系客服, 客服人员, 找个人, 叫个人, 换人, 换个人, 跟人说, 和人说, 找经理, 叫经理, 找你们领导, 找领导, 找负责人, 找你们老板, 人呢, 有没有人啊, 人在哪, 给我打电话, 打电话给我, 给我回电, 给我回电话, 回我电话, 电话联系我, 不要机器人, 不想跟机器人, 不想和机器人, 别用机器人",
    },
    "person_alone": {
        "en": "person, human, agent, operator, representative, rep, manager, supervisor, support, help, staff, somebody, someone, colleague, employee, a person, a human, an agent, customer service, customer support",
        "zh": "人工, 真人, 客服, 找人, 经理, 领导, 负责人, 主管, 老板, 救命, 帮帮我",
    },
    "robot": {
        "en": "are you a robot, are you a bot, are you human, are you a human, are you a machine, are you real, are you a real person, is this a bot, is this a robot, am i talking to a bot, am i talking to a robot, who are you, what are you",
        "zh": "你是机器人, 你们是机器人, 您是机器人, 是机器人吗, 是不是机器人, 机器人吗, 你是人吗, 你是真人吗, 是真人吗, 是人工吗, 你是谁, 你是什么",
    },
    "stop": {
        "en": "unsubscribe, stop writing, stop messaging, stop texting, stop sending, leave me alone, forget it, forget about it, never mind, nevermind, no longer interested, i give up, end chat, end the chat, end conversation, don't write to me, do not write to me, do not contact me, don't contact me, cancel the complaint, cancel my complaint, abort",
        "zh": "退订, 别发了, 不要发了, 别再发, 不要再发, 别烦我, 别打扰, 不要打扰, 算了吧, 还是算了, 那算了, 算了算了, 结束对话, 结束聊天, 取消投诉, 不投诉了, 别问了, 不要问了",
    },
    "stop_alone": {
        "en": "stop, quit, exit, cancel, end, stop it, please stop, enough",
        "zh": "算了, 停, 取消, 退出, 结束, 够了, 闭嘴, 停止, 不说了, td, t",
    },
    "complaint": {
        "en": "sick of, sick and tired, fed up, waited for weeks, been waiting for, am waiting for, are waiting for, complain, complaint, complaints, complaining, file a claim, make a claim, report a problem, report a defect, report an issue, report a fault, have a problem, have a big problem, have an issue, had a problem, there is a problem, there's a problem, problem with, problems with, issue with, issues with, trouble with, something wrong, something is wrong, went wrong, not happy, unhappy, not satisfied, dissatisfied, unacceptable, disappointed, disappointing, disgusted, furious, money back, my money back, want a refund, need a refund, give me a refund, refund me, demand a refund, still waiting for my, still waiting for the, haven't received, have not received, hasn't arrived, has not arrived, never arrived, didn't arrive, did not arrive, doesn't work, does not work, don't work, not working, stopped working, stops working, won't turn on, won't start, wont start, no longer works, broke, is broken, are broken, was broken, were broken, came broken, arrived broken, is defective, was defective, are defective, is damaged, was damaged, are damaged, were damaged, arrived damaged, is faulty, wrong size, wrong colour, wrong color, wrong item, missing parts, part is missing, parts are missing, is missing, are missing, was missing, were missing, charged twice, charged me twice, overcharged, doesn't, does not, won't, will not, didn't, did not, never came, never arrived, never got, never received, never works, is not what, isn't what, not what i, not the one, quit working, quits working, on its own, by itself, unable to, keeps, came open, came off, came loose, fell off, blown off, comes loose, falls off, stays, is late, are late, was late, too late, still late, instead of, shrank, shrunk, tastes, sour, stale, blurred, blurry, tore, torn, wobbles, wobbly, should have been, was supposed to, were supposed to, too short, too long, too small, too big, too tight, has a hole, have holes, has holes, a hole in, has a crack, has cracks, has a scratch, has scratches, has a dent, has a stain, is down, not loading, squeaks, squeak, jammed, stuck, loose, peeling, faded, wrong, worst, terrible, horrible, awful, rip off, ripoff, scam",
        "zh": "报告问题, 反馈问题, 投诉, 我要投诉, 要举报, 举报, 维权, 差评, 不满意, 很不满, 太差, 退款, 退钱, 要求退货, 我要退货, 我要退款, 赔偿, 索赔, 要赔, 有问题, 出问题, 出了问题, 出现问题, 质量问题, 坏了, 坏的, 不能用, 用不了, 没法用, 不工作, 不好使, 失灵, 破了, 碎了, 裂了, 断了, 漏水, 漏油, 漏气, 漏了, 少了, 少发, 漏发, 发错, 缺件, 没收到, 还没收到, 还没到, 一直没到, 没发货, 不发货, 多扣, 多收, 扣了两次, 骗人, 骗子, 假货, 次品, 异味, 发霉, 变质, 过期了, 生锈, 掉漆, 不亮, 不转, 不动, 不响, 不热, 不冷, 不制冷, 不加热, 不通电, 不出水, 不粘, 关不上, 合不上, 打不开, 开不了, 充不进, 充不了, 装不上, 缩水, 掉色, 褪色, 起球, 酸了, 馊了, 声音大, 声音很大, 声音特别大, 声音太大, 不见了, 丢了, 弄丢, 迟到, 没来, 没人来, 没人管, 没人理, 不理人, 还没发货, 没送到, 没送来, 不对版, 不一样, 不符, 太过分, 垃圾产品, 态度恶劣, 态度差",
    },
    "explicit": {
        "en": "want to complain, like to complain, need to complain, can i complain, do i complain, to make a complaint, to file a complaint, to report a problem, to report a defect, i make a complaint, i file a complaint, i report a problem, i report a defect, where to complain",
        "zh": "我要投诉, 想投诉, 要投诉, 怎么投诉, 如何投诉, 在哪投诉, 哪里投诉, 怎样投诉, 投诉你们, 我要举报, 怎么举报, 我要反馈, 想反馈, 要反馈",
    },
    "indirect": {
        "en": "i would like to know, i'd like to know, like to know, want to know, wondering, question about, questions about, have a question, tell me about, tell me how, tell me when, tell me where, tell me what, explain, information about, info about, info on, information on, could you tell, can you tell",
        "zh": "请问, 想问, 要问, 问一下, 问下, 咨询, 想知道, 想了解, 了解一下, 请教",
    },
    "asking": {
        "en": "how do i, how can i, how do you, how to, how much, how many, how long, how often, how far, what is, what are, what's, what does, what do, what should, where can, where is, where do, where are, which, when will, when is, when can, when do, who is, who can, when does, when did, why does, why has, why have, why is, has anybody, has anyone, did you, can i, can you, could you tell, could i, do you, does it, does the, is it, is there, are there, may i, should i, i would like to know, i'd like to know, want to know, wondering, question about, i have a question, tell me about, tell me how, tell me when, tell me where, tell me what, explain, information about, info about, info on, information on",
        "zh": "怎么, 如何, 怎样, 什么, 多少, 多久, 多长, 多大, 哪里, 哪儿, 哪个, 哪些, 几天, 几年, 几个, 能不能, 可不可以, 可以吗, 能否, 可否, 是否, 有没有, 是不是, 会不会, 要不要, 行吗, 好吗, 吗, 请问, 想问, 问一下, 咨询, 想知道, 想了解, 了解一下, 请教, 为什么, 为啥, 要问, 问下, 几点, 几折, 多重, 谁",
    },
    "why": {
        "en": "why, how come, what is wrong, what's wrong",
        "zh": "为什么, 为啥, 为何, 怎么会, 怎么又, 怎么还, 怎么就, 怎么老, 怎么回事, 怎么搞的, 怎么办, 怎么这么, 怎么那么, 怎么才, 怎么弄的, 咋办, 咋回事",
    },
    "condition": {
        "en": "if, when, in case, whenever, before, suppose",
        "zh": "如果, 要是, 假如, 万一, 的话, 若",
    },
    "correction": {
        "en": "i meant, i mean, correction, instead, not that one, change it to, should be, must be, it is actually, the right, the correct, mistake, typo, i was wrong",
        "zh": "应该是, 改成, 改为, 更正, 纠正, 写错, 说错, 搞错, 弄错, 打错, 正确的是, 而是",
    },
    "another": {
        "en": "another complaint, one more complaint, a further complaint, one more problem, new complaint, second complaint, another problem, a different problem, another issue, another order, new problem, something else to report",
        "zh": "另一个投诉, 再投诉, 新的投诉, 另外一个问题, 另一个问题, 还有一个问题, 新问题, 另一个订单, 还要投诉",
    },
    "same": {
        "en": "the same, same one, same complaint, belongs to it, belongs to the, same order, part of it",
        "zh": "同一个, 同一件, 是一起的, 同一单, 原来的, 属于原来",
    },
    "further": {
        "en": "another, a different, also have, also got, also bought, second one, the other one",
        "zh": "另一个, 另外一个, 另一台, 另外一台, 另一件, 还有一个, 还有一台, 还有一件, 还买了",
    },
    "not_right": {
        "en": "wrong, incorrect, not correct, not right, not quite right, not true, a mistake, an error",
        "zh": "不对, 不正确, 错了, 有误, 有错, 写错, 说错, 弄错, 搞错",
    },
    "withdraw": {
        "en": "cancel, withdraw, take it back, take back my complaint, take my complaint back, no longer needed",
        "zh": "取消, 撤回, 撤销, 撤诉, 不投诉了",
    },
    "abuse": {
        "en": "fuck, fucking, fuck you, fuck off, shit, bullshit, asshole, bastard, bitch, cunt, idiot, idiots, moron, morons, stupid bot, dickhead, wanker, piss off, go to hell, screw you",
        "zh": "操你, 他妈的, 傻逼, 傻b, 煞笔, 混蛋, 王八蛋, 去死, 滚蛋, 滚开, 白痴, 智障, 脑残, 贱人, 狗屁, 放屁, 草泥马",
    },
    "abuse_alone": {"en": "stupid, idiot, useless", "zh": "滚, 操, 垃圾, 废物, 妈的"},
}  # fmt: skip
"""Meanings wherever they stand; those with `_alone` only where nothing else is said."""

HARM: Final[dict[str, dict[str, str]]] = {
    "serious": {
        "en": "found glass, found metal, found a piece, piece of glass, pieces of glass, piece of metal, collapsed and i, collapsed under, and i fell, she fell, he fell, in my face, in my eye, in my eyes, tingles when, wire is exposed, wires are exposed, bare wire, exposed wire, burned down, was burned, was burnt, got burned, got burnt, were burned, been burned, burned by, burnt by, burned himself, burned herself, burned myself, burned hand, burned finger, scalded by, got a shock, gave me a shock, gives me a shock, gave him a shock, gave her a shock, got shocked, was shocked by, get shocked, smell of gas, smells of gas, gas smell, smell gas, leaking gas, leaks gas, caught fire, catch fire, catches fire, catching fire, on fire, swallowed, glass in my mouth, glass in the food, glass in the soup, metal in the food, poison, poisoned, food poisoning, bleeds, cut himself, cut herself, cut his finger, cut her finger, passed out, fainted, can't breathe, cannot breathe, going to kill myself, want to kill myself, kill myself, suicide, want to die",
        "zh": "麻手, 漏电, 误吞, 吞了, 吃出一块, 吃出来, 吃到一块, 铁片, 烫了, 烫出, 烫起泡, 电线裸露, 触电了, 被烫, 烫到, 烫着, 烫了手, 被烧, 烧到, 被电, 电到我, 电到手, 触电, 煤气味, 燃气泄漏, 吞下, 吃到玻璃, 吃到铁, 吃出玻璃, 吃出异物, 玻璃碎片, 割到, 划到手, 划破, 扎到, 砸到, 夹到, 夹住手, 晕倒, 昏倒, 喘不过气, 呼吸不了, 想死, 自杀, 不想活, 着火, 起火, 爆炸",
    },
}  # fmt: skip
"""Harm as it is told in a chat, beside `lexicon_harm`."""

NOT_COMPLAINT: Final[dict[str, str]] = {
    "en": "don't want to complain, do not want to complain, not here to complain, not urgent, it doesn't matter, doesn't matter, does not matter, no complaint, no complaints, not complaining, not a complaint, no problem, no problems, not a problem, nothing wrong, without problems, without any problem, no issue, no issues, nothing broken, ignore all, ignore previous, ignore the, ignore your, disregard",
    "zh": "没有投诉, 没投诉, 不是要投诉, 不想投诉, 不要投诉, 不用投诉, 没有问题, 没问题, 没啥问题, 没什么问题, 有没有问题, 有问题要问, 有问题想问, 有问题请教, 不是投诉, 不投诉, 没坏, 没有坏, 没破, 没漏",
}  # fmt: skip
"""Sayings that hold a word of complaint and are none."""

NOT_HARM: Final[dict[str, str]] = {
    "en": "sick of, sick and tired, pain in the neck, pain in the ass, pain in the butt, headache with your, a nightmare, nearly, dead on arrival, battery died, scared to, smoke detector, smoke detectors, smoke alarm, smoke alarms, smoke sensor, fire alarm, fire extinguisher, hand blender, hand mixer, hand cream, hand soap, hand lotion, hand towel, eye shadow, eye cream, face cream, face mask, foot cream, nail polish, nail file, neck pillow, head band, head torch, arm rest, knee pads, painful process, painful experience, no pain, it hurts my wallet, hit the button, hit enter, trapped in, accidentally, by accident, shocked by the price, shocked at, shocked by your, shocked by the service, smoking deal, smoke grey, smoke gray, burned through, a crash course, app crashed, app crashes, website crashed, site crashed, the page crashed, danger of losing",
    "zh": "吓人, 吓死人, 害死人, 急死人, 气死人, 烦死人, 笑死人, 累死人, 死人了, 心受伤, 心态炸, 气炸了, 很受伤, 受伤的心, 精神病医院, 尖锐的问题, 让人头疼, 让我头疼, 让我很头疼, 头疼的, 防烫, 烫手套, 隔热, 医院要, 医院用, 医院订, 我们医院, 我院, 烟雾报警器, 烟感, 灭火器, 吃出来的钱, 气炸了, 肺都气炸, 火大, 很火, 火了, 爆款, 爆料,  系统崩溃, 危险品, 爆炸盐, 爆炸便宜",
}  # fmt: skip
"""Sayings that hold a word of harm and tell of none; taken out before harm is looked for."""

HARM_ABROAD: Final[dict[str, str]] = {
    "de": "verletzt, verletzung, verbrannt, verbrennung, verbrüht, brennt, feuer, brand, explodiert, rauch, stromschlag, krankenhaus, notarzt, blutet, vergiftet, vergiftung, gestorben, tot, gasgeruch, allergische reaktion",
    "fr": "blessé, blessée, blessure, brûlé, brûlée, brûlure, feu, incendie, explosé, fumée, électrocuté, choc électrique, hôpital, urgences, saigne, empoisonné, intoxication, mort, odeur de gaz, réaction allergique",
    "es": "herido, herida, lesión, quemado, quemada, quemadura, quemó, fuego, incendio, explotó, humo, descarga eléctrica, hospital, urgencias, sangra, intoxicación, envenenado, muerto, olor a gas, reacción alérgica",
}  # fmt: skip
"""Harm in languages that are recognised and not read: enough to act on at once."""

ABROAD: Final[dict[str, str]] = {
    "de": "hallo guten tag danke bitte ich mein meine meinen wir unser der die das und ist nicht ein eine mit von zu haben habe auf für kaputt defekt bestellung rechnung lieferung nummer reklamation wasserkocher kann können wie was wann warum wo sie mir mich es im nach seit geht nicht mehr",
    "fr": "bonjour bonsoir merci je ma mon mes nous notre le la les et est ne pas vous une des pour avec dans que qui sur votre commande facture livraison numéro réclamation cassé cassée panne marche fonctionne plus comment quand pourquoi où puis quel quelle j'ai il elle",
    "es": "hola buenos buenas días tardes gracias yo mi mis nosotros nuestro el la los las y es no que de una por con para se del su está pedido factura entrega número reclamación queja roto rota funciona cómo cuándo dónde puedo tengo quiero me qué ha he",
}  # fmt: skip
"""Small and usual words, for languages of turns that are too short for anything else."""

AT_HOME: Final = "the my i is it and of to in you not a an was have has for with on this that your me we our are do does no yes how what when where why which can please order number broken kettle refund"

DANGER_KEEPS: Final = ("catastrophic", "critical", "serious")
LEAST_RANK: Final = 1.4
"""Least rank of minor harm that counts as danger."""

NO_PRODUCTS: Final = "is, was, has, water, weather, passenger, dealership, recall, failure, completely, previously, suddenly, really, always, order, orders, delivery, package, parcel, shipment, product, products, item, items, thing, things, goods, refund, money, invoice, bill, customer service, service, driver, courier, one, lid, handle, button, screen, display, cable, cord, plug, seal, cover, strap, zip, zipper, bottom, top, side, edge, surface, inside, everything, something, nothing, anything, everybody, someone, what, which, who, how, why, there, here, still, also, never, not, just, already, again, now, mine, yours, website, staff, agent, employee, technician, manager, driver, problem, issue, complaint, number, order number, question, name, phone, email, card, account, app, website, money back, payment, it, that, this, same, other, rest, box, person, whole thing, son, daughter, wife, husband, child, baby, mother, father, mum, mom, dad, friend, boss, dog, cat, hand, finger, i, we, he, she, they, you"
NO_PRODUCTS_ZH: Final = "价格, 地方, 发货, 印象, 卖家, 商家, 盖子, 把手, 按钮, 屏幕, 电线, 插头, 底部, 表面, 里面, 师傅, 司机, 快递员, 员工, 昨天, 今天, 刚刚, 要投诉, 投诉, 要举报, 孩子, 儿子, 女儿, 老婆, 老公, 妈妈, 爸爸, 手, 手指, 要退款, 要退货, 不满意, 想投诉, 订单, 快递, 包裹, 产品, 东西, 商品, 货, 客服, 钱, 退款, 发票, 问题, 物流, 服务, 态度, 质量, 名字, 电话, 号码, 单号, 订单号, 时候, 人, 地址"

ANSWER_BEGINS: Final = ("it is ", "it's ", "its ", "this is ", "that is ", "about ", "the ", "an ", "a ", "my ", "是", "一个", "一台", "你们的", "我的")  # fmt: skip
"""What stands before a name in the answer to a question for it."""

HESITATION: Final = "but wait except however only not unless first 但 等 除 过 只 先 还 不"
"""Words and characters that take back a yes before them."""

EMPTY: Final = "for number no how can do where should another second new i want to like would make file a complaint complain report problem have with my order product your you need help about issue defect the is there something wrong we it in case"
EMPTY_ZH: Final = "我要 我想 投诉 有问题 出问题 产品 商品 你们 问题 举报 进行 一个 我 要"
"""Words that say that there is something to tell, and nothing of what it is."""

NO_PRODUCT_SIGNS_ZH: Final = (
    "有给也都很太又把被要会去得次以已从跟真好差了吗呢吧我你您他她它们就不没怎什么哪这那天年月"
)
"""Characters that no name of a product has where one stands at the beginning of a clause."""

NO_PRODUCT_WORDS: Final = "and or to for while regarding the of in on with when that which been at by from it its i we he she they you if as because so but"
"""Words that no name of a product has that stands before what is wrong with it."""

NO_ANSWER_SIGNS_ZH: Final = "了吗呢我他她它就没怎什"
"""Characters of an answer that tells something instead of naming a product or a person."""

PHOTO_TALK: Final = (
    "photo",
    "picture",
    "image",
    "send",
    "upload",
    "attach",
    "camera",
    "照片",
    "图片",
    "拍",
    "发给",
    "发你",
    "上传",
    "相片",
)
"""Words of what is said about a photo and not about what happened."""

SLOT_WORDS: Final = {
    "order": ("order", "invoice", "delivery note", "receipt", "订单", "单号", "发票", "小票", "送货单"),
    "photos": ("photo", "picture", "image", "pic", "camera", "照片", "图片", "拍照", "相片"),
    "product": ("product", "article", "model", "产品", "型号", "商品"),
}
"""By which words a thing that is asked for is named by who has none of it."""

TRADITIONAL: Final = (
    "這这個个們们來来時时會会說说對对過过後后還还產产請请為为與与麼么壞坏換换貨货訂订單单實实經经開开關关電电話话燙烫傷伤號号發发沒没嗎吗問问謝谢"
    "燒烧熱热漏漏氣气煙烟觸触醫医療疗損损裂裂缺缺員员態态務务質质題题觀观顏颜紅红綠绿藍蓝黃黄錢钱賠赔償偿騙骗買买賣卖運运費费遲迟點点幾几長长"
    "舊旧濾滤蓋盖壺壶鍋锅爐炉機机車车頭头腦脑腫肿癢痒嘔呕瀉泻暈晕進进從从裡里裏里邊边間间門门聽听見见覺觉難难麗丽聯联繫系係系復复複复轉转輸输"
    "達达價价級级維维護护證证據据檢检測测試试驗验責责處处補补額额稅税繳缴帳账戶户賬账銀银寫写記记憶忆錄录認认確确該该應应錯错誤误誰谁麼么樣样"
    "張张圖图無无線线網网絡络設设備备啟启動动靜静響响聲声壓压爆爆炸炸災灾觀观兒儿媽妈爺爷歲岁醒醒傳传遞递遺遗棄弃義义讓让給给總总結结終终於于"
    "歡欢喜喜樂乐學学習习夠够雙双條条項项標标準准劃划擋挡殘残斷断舉举報报訴诉滿满滾滚極极異异鏽锈鐵铁銅铜鋼钢塊块顆颗隻只"
)
"""Traditional and simplified characters in turn, of words that are looked for."""

ON_SOLUTION: Final[Phrases] = {
    "accept": {
        "en": "i accept, we accept, accepted, i do accept, i agree, we agree, agreed, that works for me, works for me, that solves it, that solved it, it is solved, it's solved, is solved now, problem solved, happy with that, happy with the solution, happy with your solution, satisfied with that, satisfied with the solution, satisfied with your solution",
        "zh": "接受, 同意, 没有异议, 无异议, 没意见, 没有意见, 满意, 解决了, 就这么办, 就按这个, 按你们说的",
    },
    "refuse": {
        "en": "not accept, don't accept, can't accept, cannot accept, won't accept, i refuse, we refuse, i reject, we reject, rejected, not agree, don't agree, disagree, not agreed, not solved, isn't solved, not acceptable, unacceptable, not satisfied, not happy, does not help, doesn't help, not good enough, is not enough, that's not enough, does not work for me, doesn't work for me, insufficient",
        "zh": "不接受, 不能接受, 无法接受, 没法接受, 接受不了, 不同意, 不满意, 没解决, 没有解决, 未解决, 解决不了, 还没解决, 拒绝, 不认可",
    },
    "clear_yes": {
        "en": "yes, yes please, yep, yeah, yup, y, i do, it does, it did, that helps, absolutely, definitely, sure",
        "zh": "是, 是的, 可以, 可以的, 行, 没问题, 有帮助, 有用",
    },
}  # fmt: skip
"""Answers to a solution that was told; what only says that it was read, as “ok” or “thanks”, is none of them."""

ASKS_STANDING: Final[dict[str, str]] = {
    "en": "status, any news, any update, any updates, any progress, how is my complaint, how is it going, how far are you, how far is it, what about my complaint, what is happening with, where is my complaint, when will i hear, when do i hear, progress of",
    "zh": "进度, 进展, 处理到哪, 到哪一步, 处理得怎么样, 处理的怎么样, 处理怎么样, 怎么样了, 有消息吗, 有结果吗, 有结果了吗, 有回复吗, 什么时候有结果, 什么时候回复, 什么时候答复, 状态",
}  # fmt: skip
"""Questions how a complaint stands."""
