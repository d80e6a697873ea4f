"""Every row of docs/requirements.md is cited by at least one test, by its id."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_ROW = re.compile(r"^\| ([A-Z]\d?-\d+) \|", re.MULTILINE)
_ID = re.compile(r"\b[A-Z]\d?-\d+\b")

ROWS = _ROW.findall((ROOT / "docs/requirements.md").read_text(encoding="utf-8"))


def cited() -> set[str]:
    """Ids in all tests of all languages."""
    here = Path(__file__).resolve()
    files = [p for p in (ROOT / "tests").rglob("*.py") if p != here]
    files += list((ROOT / "static_client/src").rglob("*.test.ts*"))
    found: set[str] = set()
    for path in files:
        found |= set(_ID.findall(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_cited_by_a_test(row: str) -> None:
    assert row in cited()
