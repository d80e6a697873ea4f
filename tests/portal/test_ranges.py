"""Ranges of bytes (RFC 9110 section 14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ranges import BadRange, Span, parse_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-", Span(0, 100)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-1000", Span(90, 100)),
        ("bytes=-5", Span(95, 100)),
        ("bytes=-500", Span(0, 100)),
        (" bytes = 1-2 ", Span(1, 3)),
        ("bytes=99-", Span(99, 100)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=0x1-2", None),
        ("bytes=٣-٤", None),
        ("", None),
    ],
)
def test_range_of_a_hundred_bytes(header: str | None, span: Span | None) -> None:
    assert parse_range(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9999999999999999999-"])
def test_range_beyond_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(BadRange):
        parse_range(header, 100)


def test_nothing_of_an_empty_file_can_be_satisfied() -> None:
    for header in ("bytes=0-", "bytes=-1", "bytes=0-0"):
        with pytest.raises(BadRange):
            parse_range(header, 0)


@given(st.integers(0, 1000), st.integers(0, 2000), st.integers(0, 2000))
def test_every_answer_lies_inside(size: int, first: int, last: int) -> None:
    try:
        span = parse_range(f"bytes={first}-{last}", size)
    except BadRange:
        assert first >= size and last >= first
        return
    if span is None:
        assert last < first
        return
    assert 0 <= span.start < span.end <= size
    assert span.content_range(size) == f"bytes {first}-{min(last, size - 1)}/{size}"


@given(st.text(max_size=40), st.integers(0, 1000))
def test_any_text_is_a_span_or_one_error(header: str, size: int) -> None:
    try:
        span = parse_range(header, size)
    except BadRange:
        return
    assert span is None or 0 <= span.start < span.end <= size
