"""What every message by mail is made of, in any language: a value that the templates show as HTML and as text."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

_TEMPLATES: Final = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Fact:
    """`strong`: what one looks for first (date, number, PIN). Several values: several lines."""

    label: str
    values: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Every text is one line; `quoted` are the lines of somebody else's words."""

    language: str
    product: str
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    heading: str = ""
    notice: str = ""  # "this conference is recorded": set apart
    facts: tuple[Fact, ...] = ()
    quoted: tuple[str, ...] = ()
    quoted_label: str = ""
    button: Link | None = None
    link_hint: str = ""
    question: str = ""
    answers: tuple[Link, ...] = ()
    remarks: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A letter with everything that goes with it, ready for an envelope. `calendar`: method and iCalendar text."""

    letter: Letter
    to_name: str
    to_address: str
    answers_cause: str | None = None  # the cause of the first message about the same thing: threads in mail readers
    calendar: tuple[str, bytes] | None = None
    attachments: tuple[Attachment, ...] = field(default=())


def as_html(letter: Letter) -> str:
    return _HTML.get_template("letter.html").render(letter=letter)


def as_text(letter: Letter) -> str:
    text = _TEXT.get_template("letter.txt").render(letter=letter)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _environment(*, autoescape: bool) -> SandboxedEnvironment:
    """Texts are values, never templates; the sandbox and strictness are a second belt."""
    return SandboxedEnvironment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_HTML: Final = _environment(autoescape=True)
_TEXT: Final = _environment(autoescape=False)  # text/plain knows no markup
