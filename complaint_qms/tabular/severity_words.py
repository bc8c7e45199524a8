"""What files write for a level of severity, in seven languages; a policy of the back-test may replace it.

A class of a defect (致命, kritisch, Blocker) says how grave it is, and nothing about a person.
"""

from __future__ import annotations

import re

from complaint_qms.tabular.heading_names import fold_heading

WORDS = {
    "negligible": (
        "negligible, trivial, cosmetic, insignificant, very low, lowest, info, informational, 1, s5, p5, sev 5, priority 5, "
        "可忽略, 极低, 轻微不便, 提示, vernachlässigbar, unbedeutend, kosmetisch, sehr gering, sehr niedrig, négligeable, "
        "insignifiant, insignifiante, cosmétique, très faible, insignificante, despreciable, cosmético, cosmética, muy bajo, "
        "muy baja, desprezível, muito baixo, muito baixa, trivial, 無視できる, 極軽微, ごく軽微"
    ),
    "minor": (
        "minor, low, slight, mild, malfunction, minor defect, normal, 2, s4, p4, sev 4, priority 4, 轻微, 轻微缺陷, 次要, "
        "次要缺陷, 一般, 一般缺陷, 较低, 低, 轻度, leicht, leichte, leichter, gering, geringfügig, niedrig, klein, nebenfehler, "
        "nebenfehler b, mineur, mineure, faible, léger, légère, bénin, bénigne, bas, basse, leve, menor, bajo, baja, ligero, "
        "ligera, ligeiro, ligeira, baixo, baixa, pequeno, pequena, 軽微, 軽度, 軽い, 小, 軽, 軽欠点, 軽微欠点, 軽微な"
    ),
    "serious": (
        "serious, moderate, medium, major, major defect, significant, intermediate, 3, s3, p3, sev 3, priority 3, 严重, 严重缺陷, "
        "中等, 中度, 主要, 主要缺陷, 中, 较重, mittel, mittlere, mittelschwer, mäßig, moderat, erheblich, bedeutend, hauptfehler, "
        "modéré, modérée, moyen, moyenne, majeur, majeure, important, importante, sérieux, sérieuse, significatif, significative, "
        "moderado, moderada, medio, media, mayor, serio, seria, médio, média, maior, sério, séria, significativo, significativa, "
        "中程度, 中度の, 普通, 重要, 重, 重欠点, 大"
    ),
    "critical": (
        "critical, high, severe, critical defect, blocker, blocking, showstopper, urgent, very high, highest, injury, "
        "serious injury, serious harm, 4, s2, p2, sev 2, priority 2, 重大, 重大缺陷, 危急, 紧急, 关键, 致命, 致命缺陷, 高, 很高, "
        "重度, 伤害, 受伤, 人身伤害, schwer, schwere, schwerer, schwerwiegend, gravierend, hoch, sehr hoch, kritisch, "
        "kritischer fehler, critique, grave, élevé, élevée, très élevé, sévère, bloquant, bloquante, haut, haute, crítico, "
        "crítica, alto, alta, muy alto, muy alta, severo, severa, muito alto, muito alta, bloqueante, 重大な, 重篤, 重症, 深刻, "
        "緊急, 致命的, 致命欠点, 高い, 最重要"
    ),
    "catastrophic": (
        "catastrophic, disastrous, death, fatal, fatality, 5, s0, p0, sev 0, priority 0, s1, p1, sev 1, priority 1, 灾难, "
        "灾难性, 死亡, 特大, katastrophal, tödlich, letal, catastrophique, mortel, mortelle, létal, létale, catastrófico, "
        "catastrófica, mortal, letal, fatale, 壊滅的, 破滅的, 災害級"
    ),
}  # fmt: skip

_RANK = re.compile(r"(s|p|sev|severity|prio|priority)? ?(\d)(?: 0)?")
_RANK_BEFORE = re.compile(r"(?:s|p|sev|severity|prio|priority|level)? ?\d+ (\D+)")
_RANK_AFTER = re.compile(r"(\D+?) (?:s|p|sev|severity|prio|priority|level)? ?\d+")
_SPELLED = {"severity": "sev", "prio": "priority"}


def of_level(key: str) -> list[str]:
    """The words of a level of the default policy, each once."""
    return list(dict.fromkeys(word.strip() for word in WORDS[key].split(",")))


def spellings(word: str) -> list[str]:
    """How a word of a file may stand in the policy, the nearest first: as it is, without accents, without the rank
    that stands beside it (*1 - Critical*)."""
    folded = fold_heading(word)
    found = [word.strip().lower(), folded]
    if rank := _RANK.fullmatch(folded):
        kind = rank[1] or ""
        kind = _SPELLED.get(kind, kind)
        found.append(f"{kind} {rank[2]}" if len(kind) > 1 else f"{kind}{rank[2]}")
    for beside in (_RANK_BEFORE, _RANK_AFTER):
        if match := beside.fullmatch(folded):
            found.append(match[1])
    return [one for one in dict.fromkeys(found) if one]


def rank(word: str) -> tuple[str, str] | None:
    """A word that is a rank only: its kind (``number``, or ``rank`` as in *S1*) and its figure."""
    match = _RANK.fullmatch(fold_heading(word))
    return (("rank" if match[1] else "number"), match[2]) if match else None
