"""Words that speak for a complaint type, an urgency, a wish or a mood: English and Chinese.

Per field and value: language, then weight (log-odds, roughly), then terms separated by commas. Types are the keys of
``vocabulary.TYPES``, whose own keywords are added when the lexicon is built. English terms match any inflection; a ``*``
in a term stands for one to three words of any kind.
"""

from typing import Final

Terms = dict[str, dict[str, dict[float, str]]]

TYPES: Final[Terms] = {
    "product": {
        "en": {1.2: "poor quality, bad quality, low quality, defective, defect, flimsy, shoddy, fake, counterfeit, inferior, cheaply made, recall, known issue",
               0.7: "quality, disappointed with the product, not as described, not worth"},
        "zh": {1.5: "质量差, 质量太差, 质量问题, 质量不好, 假货, 次品, 劣质, 伪劣, 山寨, 做工粗糙, 做工差, 不是正品, 盗版",
               0.8: "质量, 做工, 材质, 用料, 与描述不符, 和图片不一样, 不值, 难吃, 难闻, 不好用, 没效果, 没有效果"},
    },
    "product.broken": {
        "en": {1.6: "broken, broke, cracked, crack, shattered, snapped, torn, ripped, smashed, exploded, came off, fell off, fell apart, detached, separated, bent, split",
               0.8: "damaged, damage, loose"},
        "zh": {1.6: "破了, 碎了, 裂了, 裂开, 断了, 断裂, 破损, 破洞, 摔坏, 坏了, 烂了, 烂的, 坏果, 腐烂, 断页, 脱线, 开线", 0.8: "坏的, 损坏, 变形"},
    },
    "product.function": {
        "en": {1.6: "does not work, not working, stopped working, will not start, would not start, wont start, malfunction, inoperable, inoperative, does not function, failed, fails to, failure, will not close, will not open, does not close, does not open, will not latch, will not charge, dead on arrival, shuts off, shut down, crashes, freezes, error code",
               0.7: "stuck, intermittent, keeps opening, ajar"},
        "zh": {1.6: "不能用, 用不了, 无法使用, 打不开, 开不了机, 无法开机, 不工作, 失灵, 死机, 黑屏, 花屏, 蓝屏, 卡死, 充不了电, 充不进电, 没反应, 无反应, 不加热, 故障, 连不上, 自动关机",
               0.7: "卡顿, 太卡, 很卡, 反应慢, 发热, 发烫"},
    },
    "product.appearance": {
        "en": {1.4: "scratch, scratched, dent, dented, stain, stained, faded, discolored, discoloured, color is different, colour is different, paint * peeling, ugly, bubbling, tarnish"},
        "zh": {1.4: "划痕, 掉色, 褪色, 色差, 污渍, 有瑕疵, 起球, 线头, 掉漆, 难看, 很丑, 太丑, 皱皱巴巴"},
    },
    "product.dimension": {
        "en": {1.4: "does not fit, did not fit, wrong size, too small, too big, too large, too tight, too short, too long, out of tolerance, misaligned, not aligned"},
        "zh": {1.4: "尺码不准, 尺寸不对, 尺寸不符, 偏小, 偏大, 太小, 太大, 太短, 太长, 装不上, 不合身, 不合适, 码数"},
    },
    "product.contamination": {
        "en": {1.8: "foreign body, foreign object, contaminated, contamination, mould, mold, moldy, insect, bug in, worm, hair in, glass in, metal in, rotten, spoiled, tastes strange, smells bad"},
        "zh": {1.8: "异物, 发霉, 长霉, 变质, 虫子, 有虫, 生虫, 头发, 有异味, 发臭, 馊了, 变味, 怪味, 结块"},
    },
    "product.leak": {
        "en": {1.7: "leak, leaks, leaking, leaked, leakage, dripping, seeping, seepage, water intrusion, water entered, soaked, condensation, moisture"},
        "zh": {1.7: "漏水, 漏油, 漏气, 漏液, 渗漏, 渗水, 滴水, 洒了, 漏了, 都漏"},
    },
    "product.noise": {
        "en": {1.4: "noise, noisy, rattle, rattling, vibration, vibrates, squeak, squeaking, squeal, whistling, humming, buzzing, grinding, clunk"},
        "zh": {1.4: "噪音, 噪声, 异响, 声音大, 声音很大, 震动, 嗡嗡, 吱吱, 响声"},
    },
    "product.early_wear": {
        "en": {1.4: "wore out, worn out, peeling, peeled, peels, rust, rusted, rusting, corroded, corrosion, delaminated, flaking, deteriorated, wear and tear, premature"},
        "zh": {1.4: "开胶, 生锈, 磨损, 老化, 掉皮, 脱胶, 没多久就, 用了几天就, 穿了几天, 洗了一次"},
    },
    "product.expired": {
        "en": {1.8: "expired, expiry date, expiration date, best before, out of date, shelf life, past its date"},
        "zh": {1.8: "过期, 临期, 保质期, 快到期, 生产日期, 日期不新鲜, 日期不好"},
    },
    "product.label": {
        "en": {1.3: "label, labelling, mislabeled, mislabelled, manual missing, no manual, wrong instructions, unclear instructions"},
        "zh": {1.3: "标签, 说明书, 没有说明, 标识, 吊牌"},
    },
    "product.harm": {
        "en": {1.5: "injured, injury, injuries, hurt me, burned me, caught fire, on fire, smoke, electric shock, shocked me, hospital, allergic reaction, rash, poisoning, made me sick, unsafe, safety hazard, cut my"},
        "zh": {1.5: "受伤, 着火, 起火, 冒烟, 烫伤, 触电, 漏电, 过敏, 住院, 爆炸, 中毒, 拉肚子, 刺痛, 红肿"},
    },
    "service": {
        "en": {1.1: "customer service, service department, bad service, poor service, terrible service, worst service, unprofessional, incompetent, unhelpful",
               0.5: "representative, agent, staff, manager, employee, customer support"},
        "zh": {1.2: "服务态度, 服务差, 服务太差, 服务不好, 客服, 售后差, 售后服务, 不专业", 0.6: "服务, 态度, 前台, 服务员, 售后"},
    },
    "service.rude": {
        "en": {1.9: "rude, rudely, unfriendly, impolite, shouted, yelled, arrogant, disrespectful, attitude, hung up on me, insulted, condescending"},
        "zh": {1.9: "态度差, 态度恶劣, 态度很差, 态度不好, 恶劣, 不耐烦, 骂人, 没礼貌, 傲慢, 理直气壮, 爱理不理, 凶"},
    },
    "service.no_reply": {
        "en": {1.7: "no reply, no response, never called back, no call back, nobody answers, no one answers, ignored, never responded, not responded, did not respond, does not respond, refuses to respond, failed to respond, unable to reach, on hold for"},
        "zh": {1.7: "没人回复, 没人理, 不理人, 不回复, 不回, 联系不上, 没人接, 打不通, 没有回应, 没人管, 推脱, 踢皮球, 没有任何解释"},
    },
    "service.wrong_advice": {
        "en": {1.5: "misled, misleading, lied, lying, lie to, deceived, deceptive, wrong information, false information, promised, broken promise, bait and switch, scam, fraudulent"},
        "zh": {1.5: "误导, 虚假, 忽悠, 欺骗, 骗人, 骗子, 上当, 承诺, 说好的, 欺诈, 宣传不符"},
    },
    "service.repair": {
        "en": {1.2: "technician, repair again, repaired * again, installation, installer, not repaired, failed to repair, same repair, could not duplicate, unable to replicate, unable to diagnose"},
        "zh": {1.3: "维修, 修了, 返修, 安装, 师傅, 安装费, 上门"},
    },
    "service.privacy": {
        "en": {1.8: "privacy, personal data, personal information, data leak, data breach, identity theft, stolen identity, without my consent, without my permission, unauthorized access"},
        "zh": {1.8: "隐私, 个人信息, 信息泄露, 泄露, 骚扰电话"},
    },
    "logistics": {
        "en": {1.0: "delivery, shipping, shipment, courier, carrier, parcel, package, tracking"},
        "zh": {1.2: "物流, 快递, 配送, 送货, 发货, 运输, 包裹, 送货员, 快递员, 投递"},
    },
    "logistics.late": {
        "en": {1.7: "late delivery, delivered late, delayed, still waiting, not arrived, has not arrived, weeks late, days late, slow shipping, overdue delivery"},
        "zh": {1.7: "太慢, 迟迟, 延迟, 还没到, 还没收到, 等了, 物流慢, 发货慢, 送货慢, 才到, 才收到, 拖延"},
    },
    "logistics.lost": {
        "en": {1.8: "lost package, lost parcel, never arrived, not delivered, never delivered, never received my order, did not receive my order, missing package"},
        "zh": {1.8: "丢件, 没收到货, 没有收到, 没收到, 未收到, 未送达, 没有给我送到, 丢了, 不发货"},
    },
    "logistics.transport_damage": {
        "en": {1.8: "damaged in transit, damaged during shipping, box crushed, crushed box, packaging damaged, damaged packaging, poor packaging, arrived broken, arrived damaged"},
        "zh": {1.8: "包装破损, 包装坏, 包装破, 运输损坏, 压坏, 压扁, 盒子破, 箱子破, 包装差, 包装太差, 包装很差, 碰坏"},
    },
    "logistics.wrong_item": {
        "en": {1.8: "wrong item, wrong product, wrong model, different model, sent the wrong, received the wrong, not what i ordered"},
        "zh": {1.8: "发错货, 发错, 货不对板, 货不对版, 型号不对, 不是我要的, 颜色发错, 送错"},
    },
    "logistics.short": {
        "en": {1.7: "missing parts, parts missing, short quantity, short shipped, incomplete order, missing from the box, one missing, only received"},
        "zh": {1.7: "少件, 少发, 漏发, 少了, 缺货, 缺件, 缺少, 少一个, 没有赠品, 赠品没有, 没送"},
    },
    "logistics.cold_chain": {
        "en": {1.8: "thawed, melted, not frozen, arrived warm, cold chain, not refrigerated"},
        "zh": {1.8: "化了, 冷链, 不冷, 冰袋, 解冻"},
    },
    "billing": {
        "en": {0.9: "invoice, bill, billing, charge, charged, payment, fee, fees, account balance, interest, debt, collection, credit report, loan, mortgage, escrow"},
        "zh": {1.2: "账单, 发票, 收费, 扣款, 扣费, 费用, 付款, 退款, 押金"},
    },
    "billing.overcharge": {
        "en": {1.8: "overcharged, charged twice, double charged, double charge, charged too much, unauthorized charge, fraudulent charge, hidden fee, late fee, extra charge, interest charge"},
        "zh": {1.8: "多收, 重复扣款, 乱收费, 多扣, 扣了两次, 价格欺诈, 强制消费, 加价"},
    },
    "billing.price": {
        "en": {1.3: "price, too expensive, overpriced, discount, coupon, price drop, price match, promotion, reward points"},
        "zh": {1.3: "价格, 降价, 优惠, 优惠券, 折扣, 贵了, 太贵, 差价, 保价, 性价比"},
    },
    "billing.invoice": {
        "en": {1.6: "wrong invoice, invoice missing, no invoice, tax invoice, vat, receipt missing, incorrect statement, incorrect balance"},
        "zh": {1.7: "开票, 发票错误, 没有发票, 没发票, 不给发票, 不开发票, 抬头, 发票没"},
    },
    "billing.refund_late": {
        "en": {1.8: "refund not, no refund, waiting for * refund, refuse to refund, refused to refund, refused * refund, did not refund, not refunded, still no refund, never refunded"},
        "zh": {1.8: "退款慢, 不退款, 不给退, 不退钱, 未退款, 还没退款, 不肯退, 不予退"},
    },
    "billing.contract": {
        "en": {1.3: "contract, cancel my subscription, cancel subscription, cancellation, terms, terms and conditions, agreement, warranty expired, out of warranty, warranty denied"},
        "zh": {1.3: "合同, 条款, 取消订单, 解约, 保修期, 过保, 不保修"},
    },
}  # fmt: skip

URGENCY: Final[Terms] = {
    "critical": {
        "en": {3.0: "life threatening, in danger now, emergency, stop using, stop the line, line stopped, production stopped, patient waiting",
               2.0: "immediately, at once, right now, asap, as soon as possible"},
        "zh": {3.0: "紧急, 十万火急, 停线, 停产, 危及生命, 立即停用", 2.0: "立即, 马上, 立刻, 火速"},
    },
    "high": {
        "en": {2.0: "urgent, urgently, today, tomorrow, deadline, lawyer, attorney, legal action, lawsuit, sue, report you, regulator, consumer protection, press, media, third time, several times, many times, multiple times, again and again, still not resolved, not been resolved, not resolved, no resolution, escalate",
               1.0: "unsafe, dangerous, hazard, unable to use, not drivable, stranded, weeks, months"},
        "zh": {2.0: "尽快, 加急, 急用, 急需, 今天, 明天, 起诉, 律师, 投诉到, 工商, 消协, 消费者协会, 12315, 曝光, 媒体, 多次, 第三次, 反复, 一直没有解决, 仍未解决, 没有解决",
               1.0: "危险, 不安全, 无法使用, 隐患"},
    },
    "low": {
        "en": {1.6: "no rush, no hurry, not urgent, when you have time, suggestion, just to let you know, for your information, minor issue, small issue, would be nice"},
        "zh": {1.6: "不急, 不着急, 有空, 建议, 希望改进, 小问题, 小瑕疵, 提个意见, 仅供参考"},
    },
}  # fmt: skip

EXPECTATION: Final[Terms] = {
    "refund": {
        "en": {2.6: "refund, refunded, money back, reimburse, reimbursement, reimbursed, pay me back, return my money, give me my money, compensation, compensate"},
        "zh": {2.6: "退款, 退钱, 退货退款, 退货, 全额退, 赔偿, 赔钱, 赔付, 退一赔三, 假一赔"},
    },
    "exchange": {
        "en": {2.4: "exchange, replacement, replace it, replace the, replaced, send a new, send me a new, new one, swap, resend, reship"},
        "zh": {2.6: "换货, 更换, 调换, 换一个, 换新, 重新发, 补发, 换个, 给换"},
    },
    "repair": {
        "en": {2.0: "repair it, please repair, please fix, fix it, fix this, fix the, repair the, needs to be fixed, want * fixed, have it fixed, be repaired, fix my, cost to repair, pay for the repair"},
        "zh": {2.4: "维修, 修理, 修好, 返修, 上门修, 保修, 修一下"},
    },
    "credit": {
        "en": {2.4: "store credit, credit note, credit my account, credited to my account, discount on, partial refund, voucher, price reduction, waive, waived, remove the fee, remove the charge, removed from my, delete * from my, deleted from my, correct my"},
        "zh": {2.4: "补差价, 退差价, 差价, 抵扣, 代金券, 优惠券补偿, 补偿, 减免, 返现"},
    },
    "apology": {
        "en": {2.6: "apology, apologize, apologise, say sorry, apologies owed, formal apology"},
        "zh": {2.6: "道歉, 赔礼, 致歉, 赔不是, 说声对不起"},
    },
    "information": {
        "en": {1.8: "please explain, explanation, please advise, want to know, would like to know, let me know, please clarify, clarification, how do i, why was, provide proof, provide documentation, send me documentation, validate, validation, verification, verify, investigate, look into"},
        "zh": {2.0: "请解释, 得到解释, 给个解释, 给我解释, 要个解释, 给出解释, 合理解释, 合理的解释, 作出解释, 做出解释, 想要解释, 需要解释, 要求解释, 希望解释, 给个说法, 要个说法, 给出说法, 想了解, 说清楚, 讲清楚, 解释清楚, 给个答复, 搞清楚, 解释一下, 请问, 想知道, 告知, 说明原因, 查一下, 核实, 请说明, 怎么回事, 答复"},
    },
}  # fmt: skip

SENTIMENT: Final[Terms] = {
    "negative": {
        "en": {1.5: "terrible, horrible, awful, worst, unacceptable, disgusting, disgusted, outrageous, furious, angry, never again, useless, garbage, junk, scam, ridiculous, fed up, nightmare, rude, do not buy",
               1.0: "disappointed, disappointing, frustrated, frustrating, poor, bad, broken, defective, fail, failed, failure, problem, refused, unhappy, dissatisfied, unsafe, dangerous, wrong, complaint, unable, leak, damage, injury, worse, annoying, waste",
               0.5: "issue, concern, late, slow, noise, expensive, however"},
        "zh": {1.5: "垃圾, 太差, 很差, 极差, 差劲, 差评, 太烂, 烂货, 恶心, 坑人, 坑爹, 骗子, 骗人, 上当, 后悔, 失望, 气死, 无语, 恶劣, 最差, 差死, 别买, 不要买, 千万别, 再也不, 不会再, 退货, 假货, 破烂, 投诉, 奇葩, 呵呵",
               1.0: "不好, 差, 难吃, 难用, 难闻, 不满, 不值, 不行, 问题, 坏, 破, 烂, 臭, 慢, 贵了, 吵, 脏, 旧, 假, 劣质, 不舒服, 不喜欢, 不推荐, 不建议, 不新鲜, 没用, 没法, 麻烦, 可惜, 郁闷, 糟, 忽悠, 欺骗, 不如, 不符, 掉色, 酸, 小气, 坑",
               0.5: "一般, 勉强, 凑合, 有点, 但是, 不过, 居然, 竟然, 根本, 什么, 怎么, 才"},
    },
    "positive": {
        "en": {1.5: "excellent, love it, perfect, wonderful, fantastic, highly recommend, very satisfied, very happy, amazing, delighted",
               1.0: "great, good, satisfied, happy, thanks, thank you, appreciate, helpful, recommend, nice, works well, fast delivery, friendly",
               0.5: "fine, okay, fair, polite"},
        "zh": {1.5: "非常好, 很好, 超好, 太好了, 完美, 满意, 喜欢, 赞, 推荐, 好评, 五分, 给力, 物超所值, 惊喜, 五星, 棒, 值得",
               1.0: "不错, 好用, 好吃, 舒服, 正品, 方便, 漂亮, 好看, 实惠, 便宜, 划算, 新鲜, 甜, 好闻, 顺滑, 柔顺, 清晰, 流畅, 快, 热情, 干净, 安静, 支持, 感谢, 谢谢, 放心, 信赖, 合适, 脆, 个大, 精致, 好书, 受益, 经典, 感动",
               0.5: "可以, 还行, 还好, 喜爱, 继续, 一如既往, 老牌子, 下次还"},
    },
}  # fmt: skip
