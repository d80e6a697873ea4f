"""Rows as CSV (RFC 4180) that spreadsheets open: UTF-8 with its mark, every cell quoted.

What people typed stands in cells. One that begins like a formula is computed by the program that opens the file
(CWE-1236), so it gets an apostrophe before it, which spreadsheets take for the sign of a text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [safe(each) for each in row] for row in rows
    )
    return text.getvalue()


def safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
