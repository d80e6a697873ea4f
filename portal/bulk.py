"""Participants pasted as a list or as CSV, line by line: `Name <mail>`, or columns in any order that a header names,
else name, e-mail, telephone, moderator as they look. Every line gives a person or one error; nothing is sent yet.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from portal.bodies import Name

MAX_LINES = 1000
MAX_CHARS = 1000  # of one line
MAX_EMAIL = 254
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{3,253}$)"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])?"
)
_TELEPHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_TICKS = {"x", "yes", "1", "true", "ναι", "tak", "da", "✓", "moderator", "συντονιστής", "moderatorka"}

# What a first line may call its columns, in the four languages.
_HEADERS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"name", "full name", "όνομα", "ονοματεπώνυμο", "imię i nazwisko", "nazwisko", "nume"}),
    "email": frozenset({"email", "e-mail", "mail", "ηλ. ταχυδρομείο", "adres e-mail", "adresa de e-mail"}),
    "telephone": frozenset({"telephone", "phone", "mobile", "τηλέφωνο", "κινητό", "telefon", "telefon mobil"}),
    "moderator": frozenset({"moderator", "συντονιστής", "moderator/ka"}),
}
_NAME: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(frozen=True, slots=True)
class Row:
    """One line that was not empty. `error` is a stable code: bad_name, bad_email, bad_telephone, nobody, double."""

    line: int
    name: str
    email: str | None
    telephone: str | None
    moderator: bool
    error: str | None


def email_or_none(text: str) -> str | None:
    """The address if it has the form of one (RFC 5321 without quoted local parts), else None."""
    address = text.strip()
    if len(address) > MAX_EMAIL or _EMAIL.fullmatch(address) is None:
        return None
    local = address.rpartition("@")[0]
    return None if local.startswith(".") or local.endswith(".") or ".." in local else address


def telephone_or_none(text: str) -> str | None:
    """E.164, from the ways people write it: `+48 600-100-200`, `0030 210 ...`."""
    digits = re.sub(r"[\s().\-/]", "", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if _TELEPHONE.fullmatch(digits) else None


class TooManyLines(Exception):
    code = "too_large"


def read(text: str) -> list[Row]:
    """Raises TooManyLines."""
    lines = [(number, line) for number, line in enumerate(_lines(text), 1) if line.strip()]
    if len(lines) > MAX_LINES:
        raise TooManyLines
    separator = _separator([line for _, line in lines])
    columns: Sequence[str] | None = None
    rows: list[Row] = []
    seen: set[str] = set()
    for position, (number, line) in enumerate(lines):
        if len(line) > MAX_CHARS:
            rows.append(Row(number, line[:60].strip(), None, None, moderator=False, error="bad_name"))
            continue
        cells = _cells(line, separator)
        if position == 0 and (columns := _header(cells)) is not None:
            continue
        rows.append(_row(number, cells, columns, seen))
    return rows


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _separator(lines: Sequence[str]) -> str:
    """The one that most lines have; a comma inside `Name, Given <mail>` loses against tabs and semicolons."""
    counts = {one: sum(one in line for line in lines) for one in ("\t", ";", ",")}
    best = max(counts, key=lambda one: counts[one])
    return best if counts[best] else ","


def _cells(line: str, separator: str) -> list[str]:
    addressed = _addressed(line)
    if addressed is not None:
        return addressed
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=separator))]
    except (csv.Error, StopIteration):
        return [line]


def _addressed(line: str) -> list[str] | None:
    """Name and address of `"Name" <mail>`. In one pass: the line is whatever somebody pasted."""
    name, opened, address = line.strip().removesuffix(">").partition("<")
    if not opened or not address or not line.rstrip().endswith(">") or any(c in "<>" for c in name + address):
        return None
    name = name.strip().removeprefix('"').removesuffix('"')
    return None if '"' in name else [name.strip(), address]


def _header(cells: Sequence[str]) -> list[str] | None:
    known = [next((word for word, names in _HEADERS.items() if cell.casefold() in names), "") for cell in cells]
    return known if sum(bool(word) for word in known) >= min(2, len(cells)) and any(known) else None


def _row(number: int, cells: Sequence[str], columns: Sequence[str] | None, seen: set[str]) -> Row:
    given = dict(_named(cells, columns) if columns is not None else _guessed(cells))
    email, telephone = given.get("email", ""), given.get("telephone", "")
    good_email, good_telephone = email_or_none(email), telephone_or_none(telephone)
    name, name_error = _name(given.get("name", "") or email.partition("@")[0])
    error = name_error
    if email and good_email is None:
        error = "bad_email"
    elif telephone and good_telephone is None:
        error = "bad_telephone"
    elif not email and not telephone:
        error = "nobody"
    key = (good_email or good_telephone or "").lower()
    if error is None and key in seen:
        error = "double"
    seen.add(key)
    moderator = given.get("moderator", "").casefold() in _TICKS
    return Row(number, name, good_email, good_telephone, moderator, error)


def _named(cells: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((column, cell) for column, cell in zip(columns, cells, strict=False) if column)


def _guessed(cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """By their looks: what has an @ is an address, what is digits a number, a tick a moderator, the rest the name."""
    words: list[str] = []
    for cell in cells:
        if "@" in cell:
            yield "email", cell
        elif re.fullmatch(r"[+0][\d\s().\-/]{6,}", cell):
            yield "telephone", cell
        elif words and cell.casefold() in _TICKS:
            yield "moderator", cell
        elif cell:
            words.append(cell)
    yield "name", " ".join(words)


def _name(text: str) -> tuple[str, str | None]:
    try:
        return _NAME.validate_python(text), None
    except ValidationError:
        return text[:60], "bad_name"
