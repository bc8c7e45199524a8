"""A language model behind an interface as OpenAI's (`POST …/chat/completions`): asked once, answered with text, no tools.

Plain functions without a site. The site's administrator names the address; what lies in the own network is called only
where they have said so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http, outside
from complaint_qms.integrations.messaging.inbound import ServiceError, text_value

PATH: Final = "/chat/completions"
LONGEST_ANSWER: Final = 8_000
"""Signs of an answer; the rest is left out."""
_MOST_READ: Final = 200_000
_THOUGHT: Final = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
"""What some models write before they answer."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MOST_TOKENS: Final = 10**9
_KEY_REFUSED: Final = Message("The service refuses the API key (401). Enter a valid one.")
_NOT_ALLOWED: Final = Message(
    "The service does not let this API key use the model (403). Check the key's rights and the name of the model."
)
_NOT_THERE: Final = Message(
    "There is no such model, or no such address, at the service (404). Check the model and the service address."
)
_BUSY: Final = Message(
    "The service takes no more requests for now, or its quota is used up (429). Try again later."
)
_TOO_LONG: Final = Message("The text is too long for the model (413). Choose a model that takes more.")
_SLOW: Final = Message("The service did not answer within {seconds} seconds.")
_UNREADABLE: Final = Message("The service gave an answer that is none of a language model.")
_EMPTY: Final = Message("The model gave an empty answer. Ask again.")
_OWN_NETWORK: Final = Message(
    "The service address lies in the own network. It is called once “Service Is in Our Own Network” is ticked."
)
_NO_ADDRESS: Final = Message("The service address cannot be used. Check it.")
_SAID: Final = {401: _KEY_REFUSED, 403: _NOT_ALLOWED, 404: _NOT_THERE, 413: _TOO_LONG, 429: _BUSY}


@dataclass(frozen=True)
class Service:
    """Where a model is asked.

    Attributes:
        base_url: the address that `/chat/completions` follows.
        key: empty where the service asks for none.
        seconds: how long it may take.
        in_own_network: whether the address may lead to a computer of the own network.
        named_hosts: names that the server's configuration leaves to a proxy.
    """

    base_url: str
    model: str
    key: str = ""
    seconds: int = 60
    in_own_network: bool = False
    named_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a model wrote, as plain text, and what it counted; 0 where it does not say."""

    text: str
    tokens_sent: int = 0
    tokens_received: int = 0


def ask(service: Service, instructions: str, text: str) -> Answer:
    """What the model writes upon `text`.

    Args:
        instructions: how, in the system's own words.

    Raises:
        ServiceError: it cannot be reached, refuses, is too slow, or answers something else.
    """
    url = service.base_url.rstrip("/") + PATH
    opened = outside.ANYWHERE if service.in_own_network else ()
    headers = {"Authorization": f"Bearer {service.key}"} if service.key else {}
    data = {
        "model": service.model,
        "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
        "stream": False,
    }
    try:
        # The number that was checked is the one that is called
        with outside.outside_alone((*opened, *service.named_hosts), is_encrypted=True):
            return _read(http.post_json(url, data, headers, service.seconds))
    except ServiceError as error:
        raise _in_words(error, service) from None


def _in_words(error: ServiceError, service: Service) -> ServiceError:
    """What an error of HTTP means here. What the service wrote beside it stays away: it may repeat what it was sent."""
    said = _SAID.get(error.status)
    if not said and error.status:
        said = Message("The service refused with {status}.", {"status": str(error.status)})
    elif not said and error.said.key == http.TOO_SLOW.key:
        said = _SLOW.having(seconds=service.seconds)
    elif not said and error.said.key == outside.CLOSED.key:
        said = _NO_ADDRESS if service.in_own_network else _OWN_NETWORK
    return ServiceError(said or error.said, passing=error.passing, code=error.code, status=error.status)


def _read(answer: dict[str, Any]) -> Answer:
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(message, dict):
        raise ServiceError(_UNREADABLE, passing=False)
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(
            text_value(part.get("text"), LONGEST_ANSWER) for part in content if isinstance(part, dict)
        )
    if content is not None and not isinstance(content, str):
        raise ServiceError(_UNREADABLE, passing=False)
    written = text_value(content, _MOST_READ).replace("\r\n", "\n")
    text = _CONTROL.sub("", _THOUGHT.sub("", written)).strip()
    if not text:
        raise ServiceError(_EMPTY, passing=True)
    is_cut = len(text) > LONGEST_ANSWER or first.get("finish_reason") == "length"
    usage = answer.get("usage") if isinstance(answer.get("usage"), dict) else {}
    return Answer(
        text[:LONGEST_ANSWER].rstrip() + ("…" if is_cut else ""),
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
    )


def _count(value: Any) -> int:
    return min(value, _MOST_TOKENS) if isinstance(value, int) and value > 0 else 0
