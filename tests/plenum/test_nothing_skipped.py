"""No test leaves itself out: what a test needs is installed by `make test`, so that it runs or fails."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.server import ROOT

ALLOWED = {
    # It looks at what the tests above it left; run alone, it has nothing to look at. A whole run never skips it.
    ("tests/portal/test_openapi.py", "test_many_requests_were_taken_and_many_refused", "skip"),
}
LEAVE_OUT = {"skip", "skipif", "skipIf", "skipUnless", "SkipTest", "importorskip", "xfail", "exit"}
MODULES = {"pytest", "unittest", "mark"}
IN_CLIENT = re.compile(r"\b(?:it|test|describe)\.(?:skip|only|todo|fails|skipIf|runIf)\b")
IN_CORE = re.compile(r"#\[(?:cfg_attr\(.*)?ignore\b.*")


def left_out(source: str) -> Iterator[tuple[str, str]]:
    """(function, word) of each thing of pytest's or unittest's that leaves a test out."""

    def within(node: ast.AST, function: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                yield from within(mark, node.name)
            for each in node.body:
                yield from within(each, node.name)
            return
        if isinstance(node, ast.Attribute) and node.attr in LEAVE_OUT:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in MODULES:
                yield function, node.attr
        if isinstance(node, ast.ImportFrom) and node.module in ("pytest", "unittest"):
            yield from ((function, each.name) for each in node.names if each.name in LEAVE_OUT)
        for child in ast.iter_child_nodes(node):
            yield from within(child, function)

    yield from within(ast.parse(source), "")


def test_no_test_skips_itself_but_those_listed() -> None:
    found = {
        (str(path.relative_to(ROOT)), *each)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for each in left_out(path.read_text(encoding="utf-8"))
    }
    assert found == ALLOWED


def test_the_look_sees_what_it_looks_for() -> None:
    source = """
import pytest
from unittest import SkipTest
pytestmark = pytest.mark.skipif(True, reason="")
numpy = pytest.importorskip("numpy")
@pytest.mark.xfail
def test_one():
    if numpy: pytest.skip("")
"""
    assert list(left_out(source)) == [
        ("", "SkipTest"), ("", "skipif"), ("", "importorskip"), ("test_one", "xfail"), ("test_one", "skip"),
    ]  # fmt: skip


def test_no_test_of_the_client_or_the_core_is_left_out() -> None:
    """The core's one long test is what `make fuzz` runs."""
    client = [path for path in sources("static_client/src", ".ts", ".tsx") if IN_CLIENT.search(path.read_text("utf-8"))]
    assert client == []
    core = [each for path in sources("sfu/native", ".rs") for each in IN_CORE.findall(path.read_text("utf-8"))]
    assert core == ['#[ignore = "long: make fuzz runs it"]']


def sources(under: str, *suffixes: str) -> list[Path]:
    found = [path for path in sorted((ROOT / under).rglob("*")) if path.suffix in suffixes]
    found = [path for path in found if not {"target", "node_modules"} & set(path.parts)]
    assert len(found) > 20
    return found
