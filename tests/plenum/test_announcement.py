"""plenum.announcement: what a server says when it is ready is read back."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from plenum.announcement import Announced, announce, announced
from plenum.server import Running
from plenum.settings import Settings


@pytest.mark.parametrize("sign_in", ["http://localhost:8080/sign-in#a-b_c", None])
def test_what_is_announced_is_read_back(sign_in: str | None, tmp_path: Path) -> None:
    said = io.StringIO()
    running = Running("http://localhost:8080", sign_in, "AB:CD", 10000)
    announce(Console(file=said, width=40), running, Settings(data_dir=tmp_path), "plenum user link --data-dir '[a]'")
    assert announced(said.getvalue()) == Announced("http://localhost:8080", sign_in, 10000)
    assert "plenum user link --data-dir '[a]'\n" in said.getvalue()


def test_before_it_is_ready_nothing_is_read() -> None:
    assert announced("") is None and announced("Plenum 0.1.0 serves http://localhost:8080\n") is None
