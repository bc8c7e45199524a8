"""Words that say nothing of a case: that two texts have them in common is no reason to think them alike."""

from typing import Final

_ENGLISH: Final = """
a about after again all also am an and any are aren't as at be because been before being but by can can't cannot could couldn't did didn't do
does doesn't doing don't down during each few for from had hadn't has hasn't have haven't having he her here hers him his how i i'm i've if in
into is isn't it it's its just let me more most my no nor not now of off on once only or other our ours out over own please same she should
shouldn't so some such than thank thanks that that's the their theirs them then there there's these they they're this those through to too
under until up us very was wasn't we we're were weren't what when where which while who whom why will with won't would wouldn't you your
yours dear hello hi regards sincerely best kind
"""
_GERMAN: Final = """
aber als am an auch auf aus bei bin bis da das dass dem den der des die dies diese dieser dieses doch du durch ein eine einem einen einer
eines er es für habe haben hat hatte ich ihm ihn ihr ihre im in ist ja kann kein keine man mein meine mich mir mit nach nicht noch nur oder
ohne schon sehr sich sie sind so über um und uns unser unsere von vor war waren was wenn wer werden wie wir wird wurde zu zum zur bitte danke
hallo grüße grüßen freundlichen
"""
STOP_WORDS: Final = frozenset(f"{_ENGLISH} {_GERMAN}".split())

STOP_SIGNS: Final = frozenset("的了是和与及或也都就这那我你您他她它们很吗呢吧啊")
"""Chinese signs that join others; a piece of a sentence that begins or ends with one is no word."""
