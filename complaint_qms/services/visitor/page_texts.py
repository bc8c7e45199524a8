"""What the public pages say, in the language of the visitor; their scripts have no other words."""

from __future__ import annotations

from frappe import _

from complaint_qms.constants.visitor import LARGEST, LONGEST_LINE, LONGEST_TEXT, WISHES
from complaint_qms.services.record.labels import word
from complaint_qms.services.visitor.form import LABELS
from complaint_qms.services.visitor.rating import LONGEST_COMMENT


def of_form() -> dict[str, str]:
    """Words of the form by which a complaint is sent."""
    return {
        **of_files(),
        **{f"label_{field}": label() for field, label in LABELS.items()},
        "title": _("Tell us what went wrong"),
        "intro": _("Describe it in a few words. Photos help. You get a number and a link by which you see how it goes on."),
        "description_hint": _("What is wrong, and since when?"),
        "product_hint": _("Name or article number, as far as you know it"),
        "number_hint": _("Often on the label or the package"),
        "optional": _("optional"),
        "one_of_both": _("Email or phone, so that we can answer you"),
        "code_unread": _("The code of the label could not be read. Tell us below which product it is about."),
        "not_this": _("It is another product"),
        "batch": _("Batch"),
        "serial": _("Serial number"),
        "send": _("Send Complaint"),
        "sending": _("Sending …"),
        "working": _("One moment, your browser prepares the sending …"),
        "sent": _("We have received your complaint"),
        "your_number": _("Your number"),
        "your_link": _("Your link"),
        "keep_link": _("Keep this link: by it you see how it goes on, answer questions and add photos. It is shown only now. Whoever has it can read your complaint."),
        "copy": _("Copy"),
        "copied": _("Copied"),
        "open_link": _("See How It Goes On"),
        "another": _("Send Another Complaint"),
        "privacy": _("What we do with your data"),
        "needs_https": _("Your browser cannot prepare the sending, because this page was not opened over HTTPS."),
    }  # fmt: skip


def of_closed() -> dict[str, str]:
    """Words of the page while it takes no complaints."""
    return {
        "title": _("Complaints"),
        "language": _("Language"),
        "pair": _("{0}: {1}"),
        "closed": _("Complaints are not taken on this page at the moment."),
        "instead": _("Write to us or call us instead:"),
        "link_goes_on": _("If you were given a link to your complaint, it still opens."),
    }


def of_tracking() -> dict[str, str]:
    """Words of the page by which a complaint is followed."""
    return {
        **of_files(),
        "title": _("Your complaint"),
        "number": _("Complaint number"),
        "received": _("Received on"),
        "told": _("What you told us"),
        "promised": _("You will hear from us by {0}."),
        "question": _("We have a question"),
        "solution": _("Our answer"),
        "does_it_help": _("Does this solution help you?"),
        "accept": _("Yes, I Accept It"),
        "refuse": _("No, It Does Not Help Me"),
        "why_not": _("Why does it not help you?"),
        "send_refusal": _("Send My Answer"),
        "back": _("Back"),
        "earlier": _("What we proposed before"),
        "told_on": _("Our answer of {0}"),
        "you_said": _("You wrote, {0}"),
        "accepted": _("You have accepted this solution."),
        "refused": _("You have told us that this solution does not help you."),
        "messages": _("What we wrote to each other"),
        "you": _("You wrote"),
        "we": _("We wrote"),
        "write": _("Write to us"),
        "send": _("Send Message"),
        "sending": _("Sending …"),
        "sent": _("Your message has arrived."),
        "decided": _("Your answer has arrived."),
        "loading": _("One moment …"),
        "no_link": _("Open this page by the link that you were given when you sent your complaint."),
        "way": _("How far it is"),
        "rating": _("How did we handle it?"),
        "stars": _("{0} of 5"),
        "rating_comment": _("What should we know? (optional)"),
        "rate": _("Send Rating"),
        "rated": _("Your rating"),
        "thanks": _("Thank you for your rating."),
        "choose_stars": _("Your rating: choose one to five stars."),
    }


def of_files() -> dict[str, str]:
    """Words about files, on both pages."""
    return {
        "pair": _("{0}: {1}"),
        "language": _("Language"),
        "needs_scripts": _(
            "This page needs JavaScript. Switch it on in your browser, or write to us in another way."
        ),
        "photos": _("Photos, videos, documents"),
        "take_photo": _("Take a Photo"),
        "choose_files": _("Choose Files"),
        "files_hint": _("Photos, videos, sound or PDF, at most {0} MB each").format(LARGEST >> 20),
        "too_many": _("At most {0} files can be sent with a complaint."),
        "too_large": _("This file is larger than {0} MB.").format(LARGEST >> 20),
        "without_place": _("Remove the place where photos and videos were taken"),
        "remove": _("Remove"),
        "again": _("Try Again"),
        "offline": _("No connection. It goes on as soon as there is one."),
        "choose_again": _(
            "It has not arrived as a whole. Choose it again, and it goes on where it was; or remove it."
        ),
        "without_file": _("Remove it to send without it, or choose another one."),
        "still_here": _("The files that you have chosen are still here."),
        "characters_left": _("Characters left: {0}"),
        "characters_over": _("Characters too many: {0}. At most {1} can be sent."),
        "failed": _("That did not work. Try again in a minute; what you have typed stays."),
        "wait_for_files": _("Files are still being sent …"),
        "arrived": _("Arrived"),
    }


def wishes() -> list[dict[str, str]]:
    """What a visitor may wish for: [{key, name}]."""
    return [{"key": key, "name": word(key)} for key in WISHES]


def limits() -> dict[str, int]:
    """What the fields of the pages may hold: signs of a text and of a line, and of the comment beside a rating; bytes of a file."""
    return {
        "text": LONGEST_TEXT,
        "line": LONGEST_LINE,
        "comment": LONGEST_COMMENT,
        "file": LARGEST,
    }
