"""Words of harm and hazard, with the severity they stand for and how strongly they rank; words that take it back.

Each entry: severity key, rank weight (a death outranks any number of bruises), English terms, Chinese terms.
``BODY`` and ``BLOWS`` find harm that has no word of its own: "the lid *hit* my *head*".
"""

from typing import Final

HARM: Final[tuple[tuple[str, float, str, str], ...]] = (
    ("catastrophic", 10.0,
     "died, died in, death, deaths, killed, kills, fatal, fatally, fatality, fatalities, deceased, passed away, passed on, dead body, is dead, are dead, was dead, were dead, found dead, dropped dead, pronounced dead, stillborn, committed suicide, lost * life, loss of life, took * own life",
     "死亡, 身亡, 去世, 过世, 离世, 逝世, 病逝, 辞世, 离开人世, 致死, 电死, 烧死, 毒死, 淹死, 烫死, 摔死, 砸死, 撞死, 噎死, 呛死, 炸死, 压死, 夹死, 勒死, 捂死, 病死, 害死, 猝死, 暴毙, 丧命, 丧生, 遇难, 毙命, 送命, 殒命, 没命了, 没了命, 人没了, 出了人命, 出人命, 闹出人命, 病故, 死人, 断气了, 咽气, 没了呼吸, 没有呼吸了, 抢救无效, 救不回来, 没救回来, 没抢救过来, 没抢救回来, 不治身亡"),
    ("critical", 6.5,
     "hospital, hospitalized, hospitalised, hospitalization, emergency room, ambulance, paramedic, intensive care, surgery, operated on, bone fracture, hip fracture, skull fracture, fractured bone, fractured my, fractured his, fractured her, broken bone, suffocated, suffocating, suffocation, asphyxiated, broke a bone, broken arm, broken leg, broken wrist, concussion, unconscious, lost consciousness, coma, paralyzed, paralysed, amputated, amputation, blinded in, went blind, loss of vision, lost vision, had a stroke, heart attack, cardiac arrest, seizure, seizures, electrocuted, electric shock, internal bleeding, severe burn, third degree, second degree burn, severe injury, severe injuries, serious injury, serious injuries, seriously injured, severely injured, critically injured, permanent injury, life threatening, anaphylaxis, anaphylactic, passed out, blacked out, stopped breathing, not breathing, life support, resuscitated, cpr, icu, miscarriage, head injury, brain injury, sepsis, revision surgery, permanently disabled",
     "住院, 急诊, 急救, 救护车, 抢救, 重症监护, 病危, 呼吸机, 植物人, 晕倒, 晕过去, 昏倒, 昏过去, 昏死, 晕厥, 不省人事, 失去意识, 没了意识, 没有意识, 手术, 骨折, 脑震荡, 昏迷, 失去知觉, 截肢, 失明, 瘫痪, 中风, 心脏病发, 休克, 触电, 电击, 内出血, 重伤, 严重受伤, 严重烧伤, 生命危险, 送医, 送医院, 三度烧伤, 二度烧伤, 三度烫伤, 二度烫伤, 窒息, 流产, 癫痫"),
    ("serious", 5.0,
     "injured, injury, injuries, laceration, lacerated, lacerations, stitches, open wound, head wound, wounds to, bleeding, bled, whiplash, burns to, burned my, burnt my, burned his, burned her, scalded, poisoning, poisoned, choked, choking, allergic reaction, infection, infected, medical attention, medical treatment, medical care, see a doctor, saw a doctor, went to the doctor, go to the doctor, taken to the doctor, doctor visit, urgent care, physician, chiropractor, physical therapy, trauma, sprain, sprained, dislocated, torn ligament, chipped tooth, knocked out, unable to breathe, trouble breathing, difficulty breathing, adverse event",
     "受伤, 伤人, 出血, 流血, 缝针, 缝了, 刺伤, 砸伤, 夹伤, 夹到手, 压伤, 摔伤, 烫伤, 烧伤, 灼伤, 中毒, 食物中毒, 呼吸困难, 过敏, 感染, 看医生, 去医院, 上医院, 就医, 医院, 伤口, 扭伤, 脱臼, 咬伤, 被电, 煤气中毒, 呛到, 呛着, 噎到, 噎着, 噎住, 卡到喉咙, 卡住喉咙, 卡喉咙, 卡在喉咙"),
    ("serious", 6.0,
     "sustained * injury, sustained injury, suffered * injury, suffered injury, received * injury, was injured, were injured, got injured, been injured, injured by, injured my, injured his, injured her, injuring my, injuring her, injuring his, got hurt, was hurt, were hurt, suffered a, sustained a",
     "造成受伤, 受了伤, 受伤了, 导致受伤, 伤到了, 弄伤"),
    ("serious", 3.6,
     "crash, crashed, collision, collided, accident, rollover, rolled over, wreck, wrecked, was rear ended, been rear ended, rear ended by, t boned, ran off the road, hit a tree, lost control, vehicle was totaled, car was totaled, truck was totaled, airbag deployed, air bag deployed, airbag did not deploy, air bag did not deploy, airbag failed to deploy, air bag failed to deploy, carbon monoxide, caught fire, catch on fire, on fire, burst into flames, flames, fire department, burned down, exploded, explodes, exploding, explosion, explosions, electrocution",
     "车祸, 撞车, 碰撞, 追尾, 翻车, 失控, 起火, 着火, 失火, 自燃, 火灾, 爆炸, 爆燃, 一氧化碳, 气囊未弹开, 气囊没弹, 气囊没有弹, 气囊未打开, 气囊没打开, 漏电, 炸了, 炸裂"),
    ("minor", 2.6,
     "hurt, swelling, bruise, bruised, bruises, bruising, scratches on my, scratches to, cuts on, cuts to, cut myself, cut me, cut us, small cut, cut his, cut her, cut my, cut our, pinched my, blisters on, rash, itching, itchy, hives, dizzy, dizziness, nausea, nauseous, vomit, vomiting, vomited, diarrhea, headache, headaches, sick, pain, painful, sore, bump on, splinters in, shards in my, glass in my hair, glass in my eye, glass in my skin, glass in my hand, hit me, struck me, fell on me, landed on me, closed on me, shut on me, rained down on me, hit him, hit her, closed on my wife, closed on my husband, closed on my child, knocked down, slipped and fell, fell to the ground, tripped over, tripped and fell, shocked me, minor injury, minor injuries, stung, glass in his, covered in glass, glass all over me, fell ill, falls ill, got ill, became ill, felt ill, feel ill, taken ill, made * ill, feel unwell, felt unwell, stomach ache, stomach pain, stomach cramps, upset stomach, threw up, throwing up, thrown up, bad burns, severe burns, minor burns",
     "割伤, 割破, 划伤了手, 扎伤, 淤青, 瘀青, 淤血, 青了一块, 红肿, 肿了, 发炎, 皮疹, 起疹, 长痘, 刺痛, 瘙痒, 很痒, 发痒, 头晕, 头痛, 头疼, 恶心呕吐, 呕吐, 吐了, 拉肚子, 腹泻, 肚子疼, 肚子痛, 疼痛, 很疼, 伤手, 划手, 扎手, 割手, 烫手, 摔倒, 滑倒, 不舒服了, 掉头发, 吃坏肚子, 吃坏了肚子, 闹肚子, 拉稀, 上吐下泻"),
    ("minor", 1.4,
     "smoke, smoking, smoldering, burning smell, sparks, sparking, overheated, overheating, melted, blew up, airbag light, air bag light, airbag warning, shattered, shatter, shattering, safety issue, safety concern, safety hazard, safety risk, unsafe, hazard, hazardous, dangerous, danger, scary, terrifying, nearly, almost hit, stalled, brake failure, brakes failed, stuck throttle, flew open, flew off, opened while driving, trapped, locked in, gas leak, sharp edge, sharp edges",
     "冒烟, 烧焦, 焦味, 糊味, 火花, 过热, 发烫, 融化, 鼓包, 爆裂, 碎裂, 玻璃渣, 安全隐患, 危险, 隐患, 不安全, 刹车失灵, 煤气泄漏, 漏气, 尖锐, 毛刺, 吓人"),
)  # fmt: skip

BLOWS: Final = (
    "cut, cuts, cutting, sliced, slicing, slashed, hit, hits, hitting, strike, struck, strikes, smashed, smashing, crushed, "
    "crushing, pinched, bruised, burned, burnt, burning, broke, broken, scratched, scraped, jammed, caught, slammed, "
    "bled, bleeding, swollen, sore, numb, pain, stabbed, punctured, pierced, landed on, fell on, closed on, closes on, "
    "closing on, came down on, crashes on, hurt, injured, skinned, gashed, fractured, closed, closing, shut, smacked, bumped, bit, bonked, fell, falling, landed, crashes, twisted, sprained, lacerated, poked"
)
"""What must happen to a part of the body to count."""

BODY: Final = (
    "head, face, eye, eyes, nose, mouth, lip, tooth, teeth, ear, ears, neck, throat, shoulder, shoulders, arm, arms, "
    "elbow, wrist, wrists, hand, hands, finger, fingers, fingertip, fingertips, thumb, chest, rib, ribs, spine, hip, leg, legs, "
    "tongue, lips, palm, palms, thigh, knee, knees, shin, ankle, foot, feet, toe, toes, skin, scalp, forehead, chin, cheek, stomach, skull, forearm, "
    "nail, fingernail, nails"
)
OWNERS: Final = (
    "my, his, her, their, our, your, wife's, husband's, son's, daughter's, child's, kid's, baby's, mother's, father's, "
    "driver's, passenger's, patient's, person's, mom's, dad's, friend's, grandson's, granddaughter's, owner's, worker's, "
    "employee's, someone's, child, contact's, contacts, wifes, husbands, sons, daughters, childs, drivers, passengers"
)

NEGATIONS_EN: Final = (
    "no, not, never, none, nobody, without, neither, nor, zero, denied, avoid, avoided, avoiding, unharmed, thankfully, "
    "fortunately, luckily"
)
NEGATIONS_OF_VERBS_EN: Final = "not, never"
"""Of these those that deny a verb: what follows the next "and" is another one."""
SUBJECTS_EN: Final = "i, we, he, she, it, they, my, his, her, our, the, you, both"
"""After "and" these begin a clause, to which nothing reaches that was denied before."""
NEGATIONS_ZH: Final = (
    "没有",
    "没",
    "无",
    "未",
    "并非",
    "不是",
    "不会",
    "不",
    "别",
    "免于",
    "避免",
    "幸好",
    "幸亏",
)
NEGATION_FILLERS_ZH: Final = (
    "太",
    "很",
    "是",
    "怎么",
    "够",
    "算",
    "那么",
    "特别",
    "有",
    "什么",
    "能",
    "再",
    "被",
    "造成",
    "发生",
    "出现",
    "引起",
    "人",
    "人员",
    "多",
)
"""What may stand between a Chinese negation and the word it negates."""


HYPOTHETICAL_EN: Final = (
    "could, would, might, may, can, potential, potentially, possible, possibly, possibility, risk, risks, if, before, "
    "unless, hazard, afraid, fear, fears, feared, worried, worry, scared, concern, concerned, concerns, waiting, "
    "likely, almost, nearly, prevent, lest, someone, somebody, anyone, anybody, imagine, chance, future, endanger, threat, "
    "event, case, enough, going, will, liable, imminent, wait"
)
HYPOTHETICAL_AFTER_EN: Final = (
    "could, would, might, may, possible, waiting, before, trap, wobble, hazard, risk"
)
"""Words shortly after a hit that make it a fear: "a death trap", "injuries are possible"."""

NOT_A_NEGATION_EN: Final = (
    "warning, warnings, notice, reason, apparent, indication, indicators, longer, doubt, idea, fault, matter, impact, "
    "provocation, cause, explanation, means, control"
)
"""After "no" or "without" these take the negation for themselves: "without warning I was injured"."""

BARE_DEATHS_ZH: Final = ("死了", "死掉", "死去", "死在", "死于", "都死", "也死", "就死")
"""Tell of a death where a person or an animal is named as well: devices "die" in the same words."""
ANIMAL_DEATH: Final = ("serious", 5.0)
"""Severity and rank weight of an animal's death: it is no person's, and no mere damage either."""

THINGS_THAT_DIE: Final = (
    "battery, batteries, engine, motor, car, vehicle, truck, phone, light, lights, power, screen, signal, alternator, "
    "display, laptop, computer, device, it, machine, unit, charge, grass, lawn, plant, plants, tree, trees, weed, weeds, "
    "flower, flowers, app, bug, bugs, ant, ants, roach, roaches, mosquito, mosquitoes, flies, insects, germ, germs, bacteria, "
    "virus, viruses, router, tablet, watch, printer, remote, tv, fan, compressor, pump, drive, time, deal, mood, vibe, charger, chat, call, line, deadline, bill, "
    "invoice, ticket, email, conversation, connection, internet, wifi, network, website, server, speaker, headset, headphones, earbuds, mouse, "
    "keyboard, camera, drone, monitor, console, controller, mower, vacuum, heater, oven, fridge, freezer, dryer, washer, mixer, blender, toaster, "
    "kettle, bulb, lamp, sensor, switch, relay, inverter, transmission, starter, generator, trip, performance, business, joy, fun, interest, hope, "
    "lcd, led, ssd, cpu, gpu, psu, chip, board, circuit, transformer, scooter, bike, bicycle, truck, van, unit, hinge, button, port, software, "
    "update, signal, sale, order, account, session, paint, taste, flavor, flavour, smell, odor, odour, mold, mould, mildew, fungus, moss"
)
"""A battery dies and an app is killed without anybody being harmed."""
ENDINGS_OF_THINGS: Final = "tion, sion, ment, ness, ware, wifi, phone, light, board"
"""Ends of nouns that name no living being: "the conversation died"; those that name persons are listed among ``PERSONS``."""
DEATHS_BEFORE_OF: Final = (
    "cause, causes, risk, risks, case, cases, because, danger, report, reports, result, notice, number, time, date, day, moment, "
    "threat, fear, chance, possibility, event, certificate, proof, instead, point, hour, manner, out"
)
"""Before "of death" these tell of one; others are sayings: "the blue screen of death"."""
AFTER_HANDED_ON: Final = (
    "to, the, my, our, your, his, her, their, its, this, that, these, those, it, them, me, us, him, a, an, from, between, "
    "information, details, without, via, by"
)
"""After "passed on" these say that something was handed on."""
OF_ANYTHING: Final = ("suffered a", "sustained a")
"""Losses of money are suffered as well."""
LOSSES: Final = "financial, monetary, economic, penalty, setback, outage, breach, delay, decline, shortfall"
COUNTED_TIMES: Final = "times, occasions, people, departments, agents, colleagues"
ANIMALS: Final = (
    "dog, dogs, puppy, puppies, cat, cats, kitten, kittens, pet, pets, fish, bird, birds, parrot, horse, horses, pony, hamster, "
    "animal, animals, rabbit, rabbits, bunny, goat, goats, sheep, pig, pigs, cow, cows, calf, cattle, chicken, chickens, hens, livestock, turtle, lizard"
)
PERSONS: Final = (
    "he, she, him, her, they, them, who, person, people, man, men, woman, women, boy, girl, child, children, kid, kids, baby, infant, "
    "toddler, holder, husband, wife, son, daughter, mother, mom, mum, mama, father, dad, brother, sister, grandmother, grandma, grandfather, "
    "grandpa, grandson, granddaughter, aunt, uncle, cousin, friend, neighbor, neighbour, colleague, worker, employee, driver, "
    "passenger, pedestrian, patient, user, customer, owner, student, teacher, somebody, someone, resident, elderly, family, partner, "
    "boyfriend, girlfriend, nephew, niece, relation, acquaintance, companion, motorist, rider, cyclist, motorcyclist, bicyclist, occupant, "
    "victim, operator, technician, nurse, doctor, parent, grandparent, grandchild, twin, spouse, fiance, fiancee, teen, teenager, adult, "
    "babies, ladies, lady, families, wives, everyone, everybody, anyone, anybody, himself, herself, themselves, veteran, pilot, guest, tenant, "
    "in-law, stepson, stepdaughter, stepfather, stepmother, client, pensioner, officer, firefighter, policeman, guy, gentleman, lives"
)
"""Of the words around a death the nearest of these three kinds says whose it is."""
MORTAL_EN: Final = "died, killed, death, dead, passed"

THINGS_THAT_DIE_ZH: Final = (
    "机器人, 手机, 电池, 电瓶, 屏幕, 屏, 电脑, 主机, 设备, 系统, 软件, 程序, 进程, 网络, 网, 电视, 冰箱, 空调, 洗衣机, 灯, 马达, 电机, 发动机, "
    "汽车, 电动车, 车子, 主板, 按键, 阀门, 机子, 机器, 产品, 东西, 植物, 鲜花, 花, 草, 树苗, 树, 苗, 多肉, 盆栽, 细菌, 病毒, 虫子, 虫, 蟑螂, "
    "蚂蚁, 蚊子, 苍蝇, 螨虫, 霉菌, 菌, 老鼠, 细胞, 耳机, 手表, 平板, 充电器, 路由器, 打印机, 遥控器, 锁"
)
ANIMALS_ZH: Final = "狗狗, 小狗, 狗, 猫咪, 小猫, 猫, 宠物, 泰迪, 金毛, 鱼, 乌龟, 仓鼠, 兔子, 鹦鹉, 鸟, 鸡, 鸭, 鹅, 猪, 牛, 羊, 马, 毛孩子"
PERSONS_ZH: Final = (
    "妈, 爸, 爷爷, 奶奶, 爷, 奶, 娘, 爹, 母亲, 父亲, 老公, 老婆, 丈夫, 妻子, 太太, 爱人, 儿子, 女儿, 孩子, 小孩, 宝宝, 宝贝, 婴儿, 娃, 哥, 姐, 弟, 妹, "
    "叔, 姑, 姨, 舅, 伯, 外公, 外婆, 姥, 孙, 侄, 外甥, 亲戚, 家人, 家属, 朋友, 同事, 同学, 邻居, 病人, 患者, 老人, 工人, 员工, 司机, 乘客, 行人, 顾客, "
    "客户, 用户, 消费者, 学生, 男子, 女子, 男的, 女的, 女友, 男友, 他, 她, 人"
)
NOBODY_ZH: Final = "其他, 吉他, 花了, 花钱, 花费, 他妈的, 他妈, 特么, 妈的, 人工, 人气, 人民币, 人性化, 本人, 客人, 商家, 客服, 售后, 卖家, 机器人, 气死人, 姐妹们, 马上, 马桶, 马达, 牛奶, 牛肉, 鸡蛋, 鱼缸, 猫砂, 狗粮, 猫粮, 狗窝, 每人"
"""In which such a sign names neither a person nor an animal."""

HYPOTHETICAL_ZH: Final = (
    "可能", "会不会", "万一", "如果", "要是", "差点", "险些", "担心", "害怕", "怕", "恐怕", "容易", "以防", "假如", "若", "隐患", "会", "防止", "以免", "免得",
    "(?<!不)小心", "当心",
)  # fmt: skip

LEAST_OF_PEOPLE: Final = 2.6
"""Rank weight from which on words of harm tell of somebody; below it they tell of a hazard."""

HYPOTHETICAL_SHARE: Final = 0.25
"""What is left of the rank weight when harm is only feared; the severity then falls by two steps, to minor at least."""

ZH_EXAGGERATION: Final = (
    *(f"{feeling}死" for feeling in (
        "气", "累", "丑", "难吃", "烦", "笑", "吵", "热", "冷", "臭", "急", "坑", "吓", "渴", "困", "忙", "恨", "爱", "美", "羡慕", "痒", "疼", "痛",
        "辣", "酸", "苦", "甜", "咸", "腻", "慢", "贵", "难看", "愁", "郁闷", "尴尬", "恶心", "麻烦", "无聊", "担心", "心疼", "后悔", "可怜", "冤",
        "堵", "卡", "挤", "蠢", "笨", "锁", "焊", "拧", "关", "难受", "难用", "土", "宝贝", "乐", "羞", "霉", "倒霉", "晒", "馋", "饿",
    )),
    "死机", "死板", "死贵", "死慢", "死沉", "死重", "死循环", "死锁", "死角", "死皮", "死心", "死活", "死缠", "死党", "死命", "死定了", "要死", "死了算",
    "死了心", "死了这条心", "死我了", "死我们了", "死个人", "死人了都", "要了命", "要命",
)  # fmt: skip
"""Sayings that use death without meaning it."""
