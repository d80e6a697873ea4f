"""What people typed, made fit to stand in a message: it can end no line, hide nothing and turn no text around.

Entry forms clean as well (portal/bodies.py); here it is done once more, because names also come from identity
providers, lists and older versions.
"""

import unicodedata
from typing import Final

from storage.text import visible

MAX_NAME: Final = 80
MAX_LINE: Final = 160
MAX_TEXT: Final = 5000


def line(text: str, limit: int = MAX_LINE) -> str:
    """One line without control and direction marks, cut with an ellipsis."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        flat = text.strip()  # nearly all of them
    else:
        flat = _flat(text)
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def _flat(text: str) -> str:
    return " ".join("".join(" " if c.isspace() else c for c in _normal(text) if c.isspace() or visible(c)).split())


def lines(text: str, limit: int = MAX_TEXT) -> list[str]:
    """The same for a text of several lines; empty ones at both ends are dropped."""
    found = [line(each, limit) for each in _normal(text).splitlines()]
    while found and not found[-1]:
        found.pop()
    while found and not found[0]:
        found.pop(0)
    left, kept = limit, []
    for each in found:
        if left <= 0:
            break
        kept.append(line(each, left))
        left -= len(each) + 1
    return kept


def person(text: str) -> str:
    """A name to address somebody by; empty if it is not one. A form that mails a stranger's "name" to any address
    would carry advertising: what looks like an address or a link is no name."""
    name = line(text, MAX_NAME)
    return "" if any(sign in name for sign in ("/", ":", "@", "www.", "\\")) else name


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)
