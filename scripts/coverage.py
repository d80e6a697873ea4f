"""Writes docs/requirements-coverage.md: each row of docs/requirements.md with the tests that cite it, or with the
capability that it waits for (docs/waiting.toml). `--check` writes nothing and fails when the file is not up to date.
"""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs/requirements-coverage.md"
OWN = ("test_requirements.py",)  # cites rows as samples only
SHOWN = 4  # so many tests are named per row; the others are counted

_ROW = re.compile(r"^\| ([A-Z]\d?-\d+) \| (.*?) \|?$", re.MULTILINE)
_RANGE = re.compile(r"\b([A-Z]\d?)-(\d+)(?:\s*(?:\.\.\.?|…|–|to)\s*(?:\1-)?(\d+))?")
_CLIENT_TEST = re.compile(r"\b(?:test|it|describe)(?:\.each\((?:.|\n)*?\))?\(\s*([\"'`])(.*?)\1")


def ids(text: str) -> set[str]:
    """Row ids in a text; `S-36 to S-39` and `S-36..39` name all of them."""
    found = set()
    for group, first, last in _RANGE.findall(text):
        end = int(last) if last and 0 < int(last) - int(first) < 60 else int(first)
        found |= {f"{group}-{number}" for number in range(int(first), end + 1)}
    return found


def rows() -> dict[str, str]:
    return dict(_ROW.findall((ROOT / "docs/requirements.md").read_text(encoding="utf-8")))


def waiting() -> dict[str, str]:
    """Row -> what it waits for."""
    table = tomllib.loads((ROOT / "docs/waiting.toml").read_text(encoding="utf-8"))["rows"]
    return {row: capability for capability, some in table.items() for text in some for row in ids(text)}


def cited() -> dict[str, list[str]]:
    """Row -> tests that cite it, in a stable order."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for name, text in _python_tests(path):
            for row in ids(text):
                found[row].add(name)
    for path in sorted((ROOT / "static_client/src").rglob("*.test.ts*")):
        text = path.read_text(encoding="utf-8")
        for match in _CLIENT_TEST.finditer(text):
            for row in ids(match[2]):
                found[row].add(f"{path.relative_to(ROOT)}: {match[2]}")
    return {row: sorted(names) for row, names in found.items()}


def _python_tests(path: Path) -> Iterator[tuple[str, str]]:
    """Each test function with its text; what stands outside of them counts for the file."""
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(ROOT))
    lines = text.splitlines()
    outside = list(lines)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            assert node.end_lineno is not None
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
            yield f"{name}::{node.name}", "\n".join(lines[first : node.end_lineno])
            outside[first : node.end_lineno] = [""] * (node.end_lineno - first)
    if path.name not in OWN:
        yield name, "\n".join(outside)


def table() -> str:
    tests, waits, all_rows = cited(), waiting(), rows()
    shown = sum(row in tests for row in all_rows)
    lines = [
        "# Which test shows which row",
        "",
        f"Made by `scripts/coverage.py`; do not edit. {shown} of {len(all_rows)} rows are cited by tests.",
        "",
        "| row | shown by, or waiting for |",
        "|---|---|",
    ]
    for row in all_rows:
        names = tests.get(row, [])
        text = "<br>".join(f"`{name}`" for name in names[:SHOWN])
        if len(names) > SHOWN:
            text += f"<br>and {len(names) - SHOWN} more"
        if row in waits:
            text = f"{text}<br>" if text else ""
            text += f"waiting for {waits[row]}"
        lines.append(f"| {row} | {text or '**nothing**'} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    made = table()
    if "--check" in sys.argv:
        return 0 if TABLE.exists() and TABLE.read_text(encoding="utf-8") == made else 1
    TABLE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
