"""Words of accounts, contracts and estates of people who have died, and what makes a death one that goods may have caused.

Data only, in lower case; those of German, French, Spanish and Portuguese without accents. A ``*`` ends the beginning of a word.
"""

from typing import Final

ESTATES: Final[dict[str, str]] = {
    "en": "account holder*, accountholder*, policy holder*, policyholder*, card holder*, cardholder*, customer of record, estate, probate, executor*, executrix, inherit*, heir, heirs, "
    "beneficiary, beneficiaries, letters testamentary, letters of administration, next of kin, decedent*, death certificate*, power of attorney, survivor benefit*, surviving spouse, "
    "bereavement, late mother's, late father's, late husband's, late wife's, name of my late, in his name, in her name, take * name off, remove * name, trustee, trust account, will and testament",
    "zh": "账户持有人, 户主, 持卡人, 开户人, 账户名下, 名下的, 遗产, 继承, 遗嘱, 公证处, 投保人, 受益人, 死亡证明, 销户, 过户, 帐户, 存款, 抚恤",
    "de": "kontoinhaber*, karteninhaber*, versicherungsnehmer*, vertragsinhaber*, vertragspartner*, anschlussinhaber*, nachlass*, erbe, erben, erbin, erbschein*, erbschaft*, erbengemeinschaft, testament*, "
    "sterbeurkunde*, todesbescheinigung, hinterblieben*, vollmacht*, konto auflosen, vertrag kundigen, sonderkundigung*, auf den namen",
    "fr": "titulaire*, succession*, heritier*, heritiere*, heritage*, notaire*, testament*, acte de deces, certificat de deces, beneficiaire*, ayant droit, ayants droit, assurance vie, au nom de, resilier, cloturer le compte",
    "es": "titular*, herencia*, heredero*, heredera*, sucesion*, testamento*, acta de defuncion, certificado de defuncion, beneficiari*, albacea*, notari*, cerrar la cuenta, dar de baja, a nombre de, poliza*",
    "pt": "titular*, heranca*, herdeiro*, herdeira*, inventario*, testamento*, certidao de obito, atestado de obito, beneficiari*, espolio*, inventariante*, pensao por morte, encerrar a conta, em nome de, apolice*",
}  # fmt: skip
"""Of a text that has one of these and tells of no other harm, a death is that of an account holder or a relative."""

CAUSES: Final[dict[str, str]] = {
    "en": "caused, causes, causing, killed, kills, kill, electrocut*, malfunction*, defect*, recall*, fatal*, stillborn, wrongful, side effect*, after taking, after using, while using, after eating, after drinking, "
    "from using, due to the product, because of your product, because of the product, was driving, autopsy, overdose*",
    "zh": "导致, 致死, 造成, 电死, 烧死, 毒死, 淹死, 烫死, 摔死, 砸死, 撞死, 噎死, 呛死, 炸死, 压死, 夹死, 勒死, 使用后, 服用, 食用, 吃了, 喝了, 用了, 出人命, 死在, 死于, 质量问题, 缺陷",
    "de": "verursach*, getotet, todlich*, defekt*, ruckruf*, nach der einnahme, bei der benutzung, beim benutzen, nach dem verzehr, durch das gerat, durch ihr, wegen des produkts, ums leben",
    "fr": "cause*, provoque*, tue, tuee, mortel*, defaut*, defectu*, rappel*, en utilisant, apres avoir pris, apres avoir utilise, apres avoir mange",
    "es": "causo, causada, causado, provoco, mortal*, defect*, retirada, al usar, usando, despues de usar, despues de tomar, despues de comer",
    "pt": "causou, causada, causado, provocou, fatal*, defeit*, recall*, ao usar, usando, depois de usar, depois de tomar, depois de comer",
}  # fmt: skip
"""With one of these the death is told as before: goods may have caused it."""
CIRCUMSTANCES: Final[dict[str, str]] = {
    "en": "when, while, after, from, because, as, by, of, due, during, under, inside, in the, in a, in an, in his, in her, in my, in our, in your, on the, on a, on his, on her, on my, on your, at the",
    "de": "durch, bei, beim, wegen, nachdem, als, weil, infolge, unter, wahrend, im bett, in der, in dem, an der, an dem, an den, am gerat",
    "fr": "en, apres, cause, suite, lorsque, quand, pendant, dans, sous, par, a cause, car",
    "es": "al, cuando, mientras, por, debido, despues, tras, dentro, bajo, en la, en el, en su, con",
    "pt": "ao, quando, enquanto, por, devido, depois, apos, dentro, sob, na, no, com",
}  # fmt: skip
"""Right beside a death these say how or where somebody died."""
