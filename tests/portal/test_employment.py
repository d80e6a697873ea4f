"""The employment check (decision 7): a registry over HTTP, a list in a file; whatever goes wrong means "unknown"."""

import asyncio
import os
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from portal import employment
from portal.employment import UNKNOWN, Employment, HttpCheck, ListCheck, answered, check_of, listed
from portal.settings import EmploymentSettings


async def test_registry_is_asked_with_subject_address_and_secret() -> None:
    """E0-10, E1-7, E2-22."""
    asked: list[tuple[dict[str, str], str | None]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append((dict(request.query), request.headers.get("Authorization")))
        return web.json_response({"employed": "yes", "body": "Ministry\nof  Culture"})

    app = web.Application()
    app.router.add_get("/check", answer)
    async with TestServer(app) as server:
        check = check_of(EmploymentSettings(url=str(server.make_url("/check")), token="t0ken"))
        assert await check.ask("https://id", "s1", "a@b.gr") == Employment("yes", "Ministry of Culture")
        await check.ask("https://id", "s2", None)
        await check.close()
    assert asked == [
        ({"issuer": "https://id", "subject": "s1", "email": "a@b.gr"}, "Bearer t0ken"),
        ({"issuer": "https://id", "subject": "s2"}, "Bearer t0ken"),
    ]


@pytest.mark.parametrize("kind", ["error", "redirect", "junk", "large", "slow", "gone"])
async def test_a_registry_in_trouble_means_unknown(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(employment, "TIMEOUT", employment.aiohttp.ClientTimeout(total=0.3))

    async def answer(_: web.Request) -> web.StreamResponse:
        if kind == "slow":
            await asyncio.sleep(1)
        if kind == "redirect":
            raise web.HTTPFound("/elsewhere")
        if kind == "error":
            return web.json_response({"employed": "yes"}, status=500)
        return web.Response(text="x" * 20_000 if kind == "large" else "{")

    async def elsewhere(_: web.Request) -> web.StreamResponse:
        return web.json_response({"employed": "yes"})

    app = web.Application()
    app.router.add_get("/check", answer)
    app.router.add_get("/elsewhere", elsewhere)
    async with TestServer(app) as server:
        url = "http://localhost:9/check" if kind == "gone" else str(server.make_url("/check"))
        check = HttpCheck(url, None)
        assert await check.ask("i", "s", None) == UNKNOWN
        await check.close()


@pytest.mark.parametrize(
    ("raw", "employed", "body"),
    [
        (b'{"employed": "yes", "body": "Town"}', "yes", "Town"),
        (b'{"employed": "no", "body": "Town"}', "no", ""),
        (b'{"employed": "unknown"}', "unknown", ""),
        (b'{"employed": true}', "unknown", ""),
        (b'{"employed": "yes", "body": 7}', "yes", ""),
        (b'["yes"]', "unknown", ""),
    ],
)
def test_answers_are_read_strictly(raw: bytes, employed: str, body: str) -> None:
    assert answered(raw) == Employment(employed, body)  # type: ignore[arg-type]


@given(st.binary(max_size=300))
def test_any_answer_is_read(raw: bytes) -> None:
    assert answered(raw).employed in ("yes", "no", "unknown")


async def test_list_finds_by_address_or_subject_and_is_read_again_when_changed(tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text(
        '\ufeff# address or subject, body\nAnna@Example.org, "Town, old"\n\nafm-1,Region\n', encoding="utf-8"
    )
    check = ListCheck(path)
    assert await check.ask("i", "s", "anna@example.ORG") == Employment("yes", "Town, old")
    assert await check.ask("i", "afm-1", None) == Employment("yes", "Region")
    assert await check.ask("i", "s", "otto@example.org") == Employment("no")
    assert await check.ask("i", "s", None) == Employment("no")
    path.write_text("otto@example.org,Town\n")
    os.utime(path, (1, 1))
    assert await check.ask("i", "s", "otto@example.org") == Employment("yes", "Town")
    path.unlink()
    assert await check.ask("i", "s", "otto@example.org") == UNKNOWN


async def test_without_a_driver_nobody_knows() -> None:
    check = check_of(EmploymentSettings())
    assert await check.ask("i", "s", "a@b.gr") == UNKNOWN
    await check.close()


def test_a_line_without_a_body_is_somebody_who_works_here() -> None:
    assert listed("a@b.gr\n,\n") == {"a@b.gr": ""}


async def test_an_answer_in_pieces_is_read_to_its_end() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b'{"employed": "yes", ', b'"body": ', b'"Town"}'):
            await response.write(piece)
            await asyncio.sleep(0.05)
        return response

    app = web.Application()
    app.router.add_get("/check", answer)
    async with TestServer(app) as server:
        check = HttpCheck(str(server.make_url("/check")), None)
        assert await check.ask("i", "s", None) == Employment("yes", "Town")
        await check.close()
