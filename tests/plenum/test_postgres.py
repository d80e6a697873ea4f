"""`plenum` with its tables in Postgres, as an operator meets it: start, commands, a wrong URL, an outage."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import PASSWORD, Postgres
from tests.support.server import Organiser, Server, plenum, running


def at(url: str) -> dict[str, str]:
    return {"PLENUM_DATABASE_URL": url}


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """An empty database that is reached by TCP with a password."""
    name = postgres.create()
    yield postgres.url(name, tcp=True)
    postgres.start()
    postgres.drop(name)


def refused(organiser: Organiser, method: str, path: str, body: object = None) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as error:
        organiser.call(method, path, body)
    return error.value.code, json.loads(error.value.read())["error"]["code"]


def ready(server: Server) -> bool:
    try:
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=10) as answer:
            return bool(json.loads(answer.read())["checks"]["storage"])
    except urllib.error.HTTPError as error:
        return bool(json.loads(error.read())["checks"]["storage"])


def eventually(organiser: Organiser, within_s: float = 10) -> Any:
    deadline = time.monotonic() + within_s
    while True:
        try:
            return organiser.call("GET", "/api/conferences")
        except urllib.error.HTTPError as error:
            assert error.code == 503 and time.monotonic() < deadline
            time.sleep(0.05)


def test_a_server_on_postgres_serves_survives_an_outage_and_keeps_its_password(
    tmp_path: Path, url: str, postgres: Postgres
) -> None:
    """503 `unavailable` while Postgres is away; afterwards everything is there, without a restart."""
    lost = plenum("user", "link", data_dir=tmp_path / "data", env=at(url))
    assert (lost.returncode, (tmp_path / "data").exists()) == (1, False)
    assert "no server has run with the data directory" in lost.stderr
    with running(tmp_path / "data", env=at(url)) as server:
        assert not (tmp_path / "data" / "plenum.db").exists()
        organiser = Organiser(server.url, server.sign_in_url)
        made = organiser.conference(title="Before")
        assert ready(server)
        postgres.stop()
        began = time.monotonic()
        assert refused(organiser, "GET", "/api/conferences") == (503, "unavailable")
        assert refused(organiser, "POST", "/api/conferences", {"title": "In between"}) == (503, "unavailable")
        assert refused(organiser, "GET", f"/api/conferences/{made['id']}") == (503, "unavailable")
        assert not ready(server)
        assert time.monotonic() - began < 5
        postgres.start()
        assert organiser.call("GET", f"/api/conferences/{made['id']}")["title"] == "Before"
        organiser.conference(title="After")
        assert "Before" in json.dumps(eventually(organiser)) and "After" in json.dumps(eventually(organiser))
        assert ready(server)
        link = plenum("user", "link", data_dir=tmp_path / "data", env=at(url))
        assert "/sign-in#" in link.stdout, link.stderr
        Organiser(server.url, link.stdout.strip())
        for line in server.log().splitlines():
            assert PASSWORD not in line
    offset = len(server.log())
    server.start()
    assert "sign-in#" not in server.log()[offset:]
    server.stop()


def test_the_folder_of_another_server_is_not_touched(tmp_path: Path, url: str) -> None:
    """A database alone is not enough: its secrets are in the data folder."""
    with running(tmp_path / "data", env=at(url)):
        pass
    lost = plenum("user", "link", data_dir=tmp_path / "elsewhere", env=at(url))
    assert (lost.returncode, (tmp_path / "elsewhere").exists()) == (1, False)
    assert "no server has run" in lost.stderr


@pytest.mark.parametrize(("old", "new"), [(PASSWORD, "wrong"), ("/t", "/nothing-"), ("127.0.0.1:", "127.0.0.1:1")])
def test_a_database_that_cannot_be_used_is_one_sentence_at_start(tmp_path: Path, url: str, old: str, new: str) -> None:
    wrong = url.replace(old, new, 1) if new != "127.0.0.1:1" else url.replace(url.split(":")[-1].split("/")[0], "1")
    done = plenum("serve", "--port", "0", "--media-port", "0", data_dir=tmp_path, env=at(wrong))
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if line.startswith("plenum:")]
    assert len(said) == 1 and "cannot use the database" in said[0]
    assert "Traceback" not in done.stderr and PASSWORD not in done.stderr + done.stdout
