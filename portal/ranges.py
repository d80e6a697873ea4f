"""The Range header, one range only (RFC 9110 section 14). Pure."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]{0,19})-([0-9]{0,19})")


class BadRange(Exception):
    """Answer 416 with `Content-Range: bytes */SIZE`."""

    code = "bad_range"


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes start..end, end exclusive."""

    start: int
    end: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.end - 1}/{size}"


def parse_range(header: str | None, size: int) -> Span | None:
    """The part to send, or None for all of it (no range, or a form that we do not serve: several ranges,
    other units; RFC 9110 14.2 lets a server ignore those). Raises BadRange if nothing of it is there."""
    if header is None:
        return None
    match = _ONE.fullmatch(header.strip())
    if match is None:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:  # the last N bytes
        count = min(int(last), size)
        if count == 0:
            raise BadRange
        return Span(size - count, size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise BadRange
    return Span(start, min(int(last) + 1, size) if last else size)
