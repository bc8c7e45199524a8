"""What the assistant says, by key, in English; the caller puts it into the sender's language and fills in the values."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    # who is speaking
    "intro": "You are talking to our automatic assistant. Write “person” at any time and a colleague takes over.",
    "greeting": "Hello. You can ask a question or report a problem. What can we do for you?",
    "welcome": "You are welcome. Write again at any time.",
    "bye": "Goodbye. Write again at any time.",
    "ask_question": "What would you like to know?",
    # questions
    "answer": "“{title}”: {excerpt}",
    "helped": "Does this answer your question?",
    "glad": "Good to hear. Write again at any time.",
    "doubt": "I am not sure of the answer. Shall a colleague answer you, or do you want to report a problem?",
    "question_noted": "I cannot answer that myself; a colleague sees your question together with your complaint.",
    "not_understood": "I did not understand that. Do you have a question, or do you want to report a problem?",
    "is_complaint": "Do you want to report this as a problem?",
    # what is collected
    "sorry": "I am sorry that this happened. I will take it down and ask only for what is missing.",
    "thanks_photo": "Thank you for the photo.",
    "ask_happened": "Please tell me what happened.",
    "ask_happened_again": "Please describe in one or two sentences what is wrong, and since when.",
    "ask_product": "Which product is it about?",
    "ask_product_again": "Please write the name or the article number of the product, as far as you know it.",
    "ask_order": "What is the number of your order, delivery note or invoice?",
    "ask_order_again": "The number is on your order confirmation, delivery note or invoice. A serial number helps as well.",
    "ask_photos": "Can you send a photo of it? It helps, but is not required.",
    "ask_photos_again": "Please send the photo now, or go on without one.",
    "ask_name": "What is your name?",
    "ask_name_again": "Please tell me by which name we may address you.",
    "ask_contact": "By which email address or phone number can we reach you?",
    "ask_contact_again": "Please write an email address or a phone number, so that we can answer you.",
    # before it is registered
    "summary": "This is what I have understood:",
    "line_product": "Product: {product}",
    "line_order": "Order, delivery or invoice: {order}",
    "line_serial": "Serial number: {serial}",
    "line_batch": "Batch: {batch}",
    "line_happened": "What happened: {happened}",
    "line_photos": "Photos: {photos}",
    "line_contact": "Reachable by: {contact}",
    "confirm": "Is this right, and shall I register it?",
    "ask_correction": "What should be corrected?",
    # how it ends
    "registered": "Thank you. Your complaint is registered, and a colleague looks after it.",
    "registered_number": "The number of your complaint is {number}.",
    "added": "Thank you. A colleague sees this together with your complaint.",
    "after_registered": "Your complaint is registered, and a colleague looks after it. Write here what you want to add, or choose:",
    "which_complaint": "Shall I register this as a new complaint, or does it belong to the one that is registered?",
    "safety": "Your safety comes first: please stop using the product, keep away from it and keep it as it is. If somebody is hurt or in danger, call the emergency services now.",
    "with_person": "I have told a colleague, who will answer you here as soon as possible.",
    "status": "You ask about complaint {number}.",
    "standing": "Complaint {number}: {sentence}",
    "promised": "You will hear from us by {day}.",
    "ask_solution": "Does the solution that we told you help you? Please answer yes or no.",
    "solution_agreed": "Thank you. We have noted that you accept our solution.",
    "solution_refused": "We have noted that our solution does not help you. A colleague looks at it again; write here what is missing.",
    "upset": "I am sorry that you are upset.",
    "foreign": "I can read English and Chinese only.",
    "stopped": "I will not ask any further.",
    # answers that can be chosen
    "choice_yes": "Yes",
    "choice_no": "No",
    "choice_question": "I have a question",
    "choice_complaint": "Report a problem",
    "choice_person": "Talk to a person",
    "choice_new": "A new complaint",
    "choice_same": "It belongs to it",
    "choice_unknown": "I do not know",
    "choice_no_photo": "Go on without a photo",
}  # fmt: skip
"""Key → English text with places for values. Keys that begin with `choice_` are answers to offer (`Reply.choices`)."""
