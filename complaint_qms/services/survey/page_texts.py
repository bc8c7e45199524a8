"""What the page of a survey says, in the customer's language; its script has no other words."""

from __future__ import annotations

from frappe import _


def of_survey() -> dict[str, str]:
    return {
        "title": _("How did we handle your complaint?"),
        "number": _("Complaint number"),
        "pair": _("{0}: {1}"),
        "language": _("Language"),
        "needs_scripts": _(
            "This page needs JavaScript. Switch it on in your browser, or write to us in another way."
        ),
        "solved": _("Is it solved for you?"),
        "yes": _("Yes, It Is Solved"),
        "no": _("No, It Is Not"),
        "csat": _("How satisfied are you with how we handled it?"),
        "stars": _("{0} of 5"),
        "nps": _("Would you recommend us? (optional)"),
        "nps_least": _("0 – not at all"),
        "nps_most": _("10 – certainly"),
        "comment": _("What should we know? (optional)"),
        "characters_left": _("Characters left: {0}"),
        "characters_over": _("Characters too many: {0}. At most {1} can be sent."),
        "send": _("Send Answer"),
        "sending": _("Sending …"),
        "thanks": _("Thank you for your answer."),
        "looked_after": _("We look into it once more, and you will hear from us."),
        "choose_stars": _("Your rating: choose one to five stars."),
        "loading": _("One moment …"),
        "no_link": _("Open this page by the link that you were given."),
        "offline": _("No connection. It goes on as soon as there is one."),
        "failed": _("That did not work. Try again in a minute; what you have typed stays."),
    }
