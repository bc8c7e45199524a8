"""How people say in plain grammar that somebody was hurt: “I got cut”, “my son was burnt”, “手被烫了”.

No single word of these tells of harm ("burnt toast", "cut the price", "烫头"): somebody, or a part of the body, has to be in it.
``constants.lexicon_harm`` holds the words that need nobody beside them.
"""

from typing import Final

GRAVE: Final = ("serious", 5.0)
LIGHT: Final = ("minor", 3.4)
"""Severity and rank weight, as in ``lexicon_harm``."""

HARMLESS: Final = (
    "sick of, sick and tired, sick joke, sick leave, sick day, sick pay, cut me off, cut us off, cut him off, cut her off, "
    "cut me a, cut us a, cut me some, cut us some, pain in the neck, pain in the ass, pain in the butt, by accident, smoke detector, "
    "smoke alarm, crash course, app crash, website crash, site crash, page crash, software crash, program crash",
    "被电话, 被电商, 被电脑, 被电信, 被电视, 被电子, 烫手山芋",
)
"""Sayings, English and Chinese, that hold a word of harm and tell of none."""

STAFF: Final = (
    "operator, technician, staff, guest, nurse, parent, mum's, teen, teenager, granny, student, visitor"
)
"""People beside ``lexicon_harm.PERSONS``."""

HURT_GRAVE: Final = "burned, burnt, scalded, poisoned, bitten, crushed, electrocuted, injured, choked, lacerated, blistered, concussed, stabbed"
HURT_LIGHT: Final = "cut, hurt, scratched, bruised, pinched, pricked, poked, stung, sliced, gashed, sickened"
"""What happens to people."""
BROKEN: Final = ("critical", 6.5)
"""Severity and rank weight of a broken bone."""
BONES: Final = (
    "arm, arms, forearm, elbow, wrist, wrists, hand, finger, fingers, thumb, shoulder, rib, ribs, hip, leg, legs, knee, shin, ankle, ankles, foot, toe, toes, nose, jaw, "
    "collarbone, pelvis, spine, skull"
)
SIDES: Final = "left, right, upper, lower, little, big, middle, index, ring, whole, entire"
"""Which one it was."""
HURTS_GRAVE: Final = "burned, burnt, burns, scalded, scalds, poisoned, poisons, bit, bites, injured, injures, electrocuted, electrocutes, choked, crushed"
HURTS_LIGHT: Final = (
    "cut, cuts, scratched, scratches, pinched, pinches, pricked, poked, stabbed, zapped, zaps"
)
"""What things do to people."""
NO_HURT: Final = (
    "off, out, short, back, down, from, loose, through, up, slack, before, some, a, in half, "
    "by this company, by the company, by your company, by this seller, by the seller, by this brand, by this deal, by the deal, by this shop, "
    "by the shop, by this store, by a scam, on the price, on this deal, on the deal"
)
"""After which it was not meant of the body: "I was cut off", "we got burned by this company"."""
NO_SHOCK: Final = (
    "at, to, that, how, and disappointed, by how, by what, when i saw, when he saw, when she saw, when we saw, when i opened, when i read, when i heard, "
    "when i received, when i got"
)
SURPRISES: Final = (
    "service, price, prices, quality, response, reply, lack, attitude, state, condition, way, size, bill, invoice, cost, amount, fee, charge, news, "
    "behaviour, behavior, rudeness, treatment, delay, experience, saw, see, seeing, heard, hear, read, found, find, learn, learned, opened"
)
"""In whose sentence a shock is a surprise."""
CURRENT: Final = (
    "electric, electrical, electricity, electrically, plug, plugged, plugging, unplug, unplugged, unplugging, socket, outlet, current, cable, cord, wire, wires, "
    "charger, switch, switched, touch, touched, touching, voltage, metal, static, kettle, toaster, appliance, zapped"
)
"""In whose sentence "I was shocked" is one of electricity."""
NO_FALL: Final = "asleep, for, in love, short, behind, through, apart, into, victim, prey, under, up, ill, sick, pregnant, my, by, back, it, the, a, him, her, out with"
HOT: Final = "hot, boiling, scalding, boiled, burning, steaming"
LIQUIDS: Final = "water, oil, coffee, tea, soup, steam, liquid, milk, wax, glue, food, drink, chocolate, fat, grease, metal"

BODY_ZH: Final = (
    "手指头|手指|手掌|手臂|手背|手腕|双手|手(?![机柄表续环套提电工册感动办写链镯游把刹法段艺账帐推拉术持])|胳膊|脚趾|脚背|脚(?!本|架|手架|垫)|大腿|小腿|腿|膝盖|"
    "脸(?!盆|面|色)|嘴唇|嘴巴|嘴|舌头|舌|喉咙|嗓子|眼睛|眼皮|眼(?!镜|霜|影)|鼻子|耳朵|额头|头(?!发|像|条|盔|疼|痛)|脖子|肩膀|后背|腰(?!带)|胸口|肚子|皮肤|牙齿|屁股|身上"
)
BONES_ZH: Final = "手指头|手指|手臂|手腕|胳膊|脚趾|大腿|小腿|腿|膝盖|鼻梁|鼻子|肩膀|肋骨|锁骨|骨头|腰椎|脊椎|手(?![机柄])|脚(?!本|架|垫)"
"""What breaks of a person."""
TEETH_ZH: Final = "门牙|牙齿|大牙|牙(?![膏刷签])"
PERSON_ZH: Final = (
    "我们|我|他们|他|她们|她|孩子|小孩|小朋友|宝宝|宝贝|婴儿|娃娃|娃|儿子|女儿|老公|老婆|丈夫|妻子|妈妈|爸爸|我妈|我爸|母亲|父亲|奶奶|爷爷|外婆|外公|姥姥|姥爷|"
    "老人|家人|朋友|同事|工人|员工|师傅|客人|顾客|客户|用户|同学|学生|妹妹|弟弟|姐姐|哥哥|孙子|孙女|邻居|人(?!民币|工|气|家|品|性)"
)
WHOSE_THING_ZH: Final = "的|家|们的|手机|钱|车|包"
"""After a person, what is hit is a thing of theirs."""
GRAVE_ZH: Final = "(?<!熨)烫(?!头|发)|(?<![燃发高])烧|灼|咬|蜇|蛰|(?<!搞)砸|夹|(?<![血电气水减施])压(?=到|伤|着|住)|轧|碾|(?<!讽)刺(?!激)|噎|呛"
CURRENT_ZH: Final = "(?<![充没来停断送通用漏水带放发供缺费省耗家致打回])电"
LIGHT_ZH: Final = "(?<![分收])割(?!了?韭菜)|切|扎|戳|(?<![计规策企])划(?!了(?:我|他|她|款|人))|刮|磕|碰|撞|绊|蹭|崩|剪(?=到|破|伤|断)"
HOT_ZH: Final = "热水|开水|滚水|沸水|烫水|热油|滚油|热汤|热茶|热咖啡|蒸汽|蒸气|强酸|硫酸"
