"""Findings: signals that share their complaints are one finding, told by its best explanation.

:func:`find_findings` takes scans and the complaints as columns and gives findings, gravest first; nothing here reads a
clock, a database or a setting. The rule, step by step:

1. The signals of a series are joined to stretches (``windows``): since when is the last zero of a Poisson CUSUM before
   the first alarm, until when its highest point; still going when the data end before it has been quiet for long enough.
   What is usual comes from the year before, without the weeks of earlier findings. A young batch whose units nobody counted
   is held against its siblings at the same age (``siblings``): before its first complaint it was not there.
   A season is held against the plain counts of past years as well, as in the scan; periods without units in the field go by
   time; a launch is held against what was known of others in each period.
2. Stretches that chance explains are left out: alpha over the number of series watched; for what was found before and was over no
   longer ago than the baseline reaches back, over the number of series that were. The one with the most evidence is taken:
   O · ln(O / E) − (O − E), divided by the dispersion of its baseline. This log likelihood ratio (Kulldorff,
   Communications in Statistics 1997) weighs how much of an excess is explained against the complaints that belong to it
   anyway.
3. Its explanation (``causes``) is looked for among the values that its complaints have and pairs of two of them. Of those
   with at least nine tenths of the best one's evidence the first is taken in this order: batch, type on an item, item, type,
   type of a supplier, supplier, type in a region, region, and so on. It is told from its own last zero, which may lie before
   the stretch that it explains, against the year before that: however long it lasts, it does not become what is usual.
   Where all complaints without the best explanation rose by a third of its excess as well, and not for a few other causes beside, the
   finding is about all complaints.
4. Its complaints are taken out, and every other stretch that had some of them is judged again by what is left. What rises
   inside it (an item, where everything rose) keeps its complaints and has to rise beyond what all of it rose by.
   A stretch that was hidden because an earlier one of the same complaints was taken for usual is judged again as well; what came back
   is one finding with several ``spells`` (``returns``).
5. Where one label rises while another falls by as much and all together are steady (``relabelling``), it is told as a
   change of labels, not as a rise; so is one that begins as another ends, where both together rose no more than all others. A batch that drew its complaints sooner than its siblings but has no more of them over its
   life is told as such.

Findings are ranked by their excess weighed by harm and trend.
"""

from __future__ import annotations

from complaint_qms.engine.signals.findings.search import find_findings
from complaint_qms.engine.signals.findings.types import Finding, FindingSettings, Spell, Trait, Watched

__all__ = ["Finding", "FindingSettings", "Spell", "Trait", "Watched", "find_findings"]
