"""Vocabulary of the knowledge base: the framework's Help Articles, as complaints write and use them."""

from typing import Final

ARTICLE: Final = "Help Article"
CATEGORY_TYPE: Final = "Help Category"
CATEGORY: Final = "Complaints"
"""Help Category of the articles that complaints write."""
USE: Final = "Complaint Article Use"

# Fields that the app adds to Help Article
COMPLAINT: Final = "complaint"
LANGUAGE: Final = "complaint_language"
TYPE: Final = "complaint_type"
ITEM: Final = "complaint_item"
TRANSLATION_OF: Final = "complaint_translation_of"
REPLY: Final = "complaint_reply"
REVIEWED_BY: Final = "complaint_reviewed_by"
REVIEWED_AT: Final = "complaint_reviewed_at"
KEPT: Final = (COMPLAINT, REVIEWED_BY, REVIEWED_AT)
"""Those that only the server writes."""
REVIEWED: Final = ("title", "content", REPLY, LANGUAGE)
"""What a reviewer answers for."""
STILL: Final = (*REVIEWED, "route", "category")
"""What stands still while an article is published."""

# Kinds of use
WROTE: Final = "article_written"
PROPOSED: Final = "article_proposed"
ANSWERED: Final = "article_used"
KINDS: Final = (WROTE, PROPOSED, ANSWERED)
USES: Final = {WROTE: "Written", PROPOSED: "Proposed on a Complaint", ANSWERED: "Used in an Answer"}

MOST_PROPOSED: Final = 4
LEAST_SCORE: Final = 0.2
"""From which score an article is proposed."""
SAME_ITEM: Final = 0.2
SAME_TYPE: Final = 0.1
"""What the same product, and the same complaint type, add to the share of the text that an article covers."""
CANDIDATES: Final = 20
SHOWN_WORDS: Final = 5
"""Words in common that are told with a proposal."""
