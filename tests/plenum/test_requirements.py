"""Every row of docs/requirements.md is cited by a test, or waits for a named capability; the table of both is fresh."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_spec = importlib.util.spec_from_file_location("coverage_table", ROOT / "scripts/coverage.py")
assert _spec is not None and _spec.loader is not None
coverage = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(coverage)

ROWS = coverage.rows()
CITED = coverage.cited()
WAITING = coverage.waiting()


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_cited_by_a_test_or_waits(row: str) -> None:
    assert row in CITED or row in WAITING


def test_nothing_unknown_waits() -> None:
    assert WAITING.keys() <= ROWS.keys()


def test_ranges_name_every_row_between() -> None:
    assert coverage.ids("S-36 to S-39, H-14...H-16 and E2-5") == {
        "S-36", "S-37", "S-38", "S-39", "H-14", "H-15", "H-16", "E2-5",
    }  # fmt: skip


def test_the_coverage_table_is_up_to_date() -> None:
    """After a change: `python scripts/coverage.py`."""
    assert coverage.TABLE.read_text(encoding="utf-8") == coverage.table()
