"""`plenum bench load` and `plenum bench seed`, as an operator meets them; small, for what they say is looked at."""

import inspect
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from plenum.cli import bench_seed
from tests.support.server import plenum


def load(*options: str) -> tuple[int, dict[str, str]]:
    """Exit code, and the figures of the table by their names."""
    done = subprocess.run(
        [sys.executable, "-m", "plenum", "bench", "load", *options],
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1"},
    )
    cells = re.findall(r"^│ (.+?) +│ +(.+?) │$", done.stdout, re.MULTILINE)
    assert cells, done.stdout + done.stderr
    return done.returncode, dict(cells)


@pytest.mark.timeout(120)
def test_load_says_who_joined_what_was_lost_and_what_each_cost() -> None:
    code, figures = load("--participants", "8", "--speakers", "2", "--videos", "1", "--seconds", "2")
    assert code == 0, figures
    assert figures["joined"] == "8 of 8"
    assert figures["participants without media"] == "0"
    # Seven hear one speaker or two (50 packets a second each), and seven see a picture.
    assert int(figures["packets received"].replace(",", "")) > 7 * 2 * 50
    lost = re.fullmatch(r"\d+ \((\d\.\d{4})%\)", figures["packets lost"])
    assert lost is not None and float(lost[1]) < 0.1
    each = re.fullmatch(r"(\d+) KiB", figures["memory per participant"])
    assert each is not None and 0 < int(each[1]) < 20_000


def rows(data_dir: Path) -> dict[str, int]:
    [path] = data_dir.glob("*.db")
    with sqlite3.connect(path) as database:
        names = ("users", "conferences", "participations")
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def test_seed_fills_a_new_folder_with_as_many_rows_and_refuses_a_second_time(tmp_path: Path) -> None:
    """The first organiser is there besides."""
    small = ("bench", "seed", "--users", "100", "--conferences", "50", "--participations", "200")
    done = plenum(*small, data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    found = rows(tmp_path)
    assert found == {"users": 101, "conferences": 50, "participations": 200}
    for table, count in (("users", 100), ("conferences", 50), ("participations", 200)):
        assert re.search(rf"^{table} +{count} rows +\d+\.\d s$", done.stdout, re.MULTILINE), done.stdout
    assert "a way in: plenum user link" in done.stdout
    assert plenum("user", "link", data_dir=tmp_path).returncode == 0
    again = plenum(*small, data_dir=tmp_path)
    assert (again.returncode, rows(tmp_path)) == (1, found)
    assert again.stderr == "plenum: there are conferences already: seeding is for an installation of its own\n"


def test_seed_is_as_large_as_a_large_installation_unless_told_otherwise() -> None:
    usual = {name: given.default for name, given in inspect.signature(bench_seed).parameters.items()}
    wanted = {"users": 10_000, "conferences": 50_000, "participations": 1_000_000}
    assert {name: usual[name] for name in wanted} == wanted
