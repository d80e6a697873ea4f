"""What every answer has: security headers, errors that tell nothing, no way for other sites; the client's files."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import StreamReader, WSMsgType, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from structlog.testing import capture_logs
from yarl import URL

from portal.app import Portal, PortalSettings
from portal.bodies import Empty, parse
from portal.errors import ApiError
from portal.routes import ROUTES
from storage.errors import Unavailable
from tests.portal.accounts_support import cookie_of
from tests.portal.conftest import Open, Site, code, secret_of
from tests.support.databases import Databases

PATHS = ["/", "/home", "/api/me", "/api/nothing", "/assets/index-BtLed6xy.js", "/nothing/here", "/favicon.svg"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_the_security_headers(site: Site, path: str) -> None:
    """T23."""
    browser = await site.browser()
    response = await browser.get(path)
    headers = response.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    host = f"{browser.client.host}:{browser.client.port}"
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "connect-src": f"'self' ws://{host}",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    for feature in ("camera", "microphone", "display-capture"):
        assert f"{feature}=(self)" in headers["Permissions-Policy"]
    assert headers["Server"] == "Plenum"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-Id"])


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "x'y", "", "a" * 300, "[::1", "h:999999"])
async def test_host_header_cannot_change_the_policy(site: Site, host: str) -> None:
    browser = await site.browser()
    response = await browser.get("/", headers={"Host": host})
    if response.status == 200:
        assert "connect-src 'self' ws://localhost;" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/home", "/sign-in", "/account", "/j/abc", "/pin", "/room", "/play/abc"])
async def test_pages_are_the_one_html_file(site: Site, path: str) -> None:
    response = await (await site.browser()).get(path)
    assert response.status == 200 and "<title>Plenum" in await response.text()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"


async def test_assets_last_forever_and_have_types(site: Site) -> None:
    browser = await site.browser()
    script = await browser.get("/assets/index-BtLed6xy.js")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert (await browser.get("/assets/page-1.css")).headers["Content-Type"] == "text/css; charset=utf-8"
    assert (await browser.get("/favicon.svg")).headers["Content-Type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/..%2f..%2fdata0%2fplenum.db",
        "/assets/%2e%2e/index.html",
        "/..%2fdata0%2fplenum.db",
        "/secret.key",
        "/assets/",
        "/assets/nothing.js",
        "/assets/.hidden.js",
        "/plenum.db",
    ],
)
async def test_no_other_file_can_be_had(site: Site, path: str) -> None:
    response = await (await site.browser()).client.get(URL(path, encoded=True))
    assert response.status == 404
    assert (await response.json())["error"]["code"] == "not_found"


async def test_unknown_page_is_the_client_with_404_and_unknown_api_is_json(site: Site) -> None:
    browser = await site.browser()
    page = await browser.get("/nothing/here", headers={"Accept": "text/html"})
    assert page.status == 404 and "<title>Plenum" in await page.text()
    api = await browser.get("/api/nothing", headers={"Accept": "text/html"})
    assert (api.status, await code(api)) == (404, "not_found")
    assert api.headers["Cache-Control"] == "no-store"
    method = await browser.send("PUT", "/api/conferences")
    assert (method.status, await code(method)) == (405, "method_not_allowed")


UNSAFE = [route for route in ROUTES if route.method != "GET"]


@pytest.mark.parametrize("route", UNSAFE, ids=lambda route: f"{route.method} {route.path}")
async def test_other_sites_cannot_send_anything(site: Site, route: Any) -> None:
    """T23: Origin and JSON only, for every route that changes something."""
    browser = await site.organiser()
    conference = await browser.conference()
    path = re.sub(r"\{\w+\}", "x", route.path.replace("{conference}", conference["id"]))
    own = f"http://{browser.client.host}:{browser.client.port}"
    for origin in ("https://evil.example", "null", own.replace("http:", "https:"), own + "0", "http://" + own):
        response = await browser.send(route.method, path, headers={"Origin": origin})
        assert (response.status, await code(response)) == (403, "wrong_origin")
    response = await browser.send(route.method, path, headers={"Sec-Fetch-Site": "cross-site"})
    assert (response.status, await code(response)) == (403, "wrong_origin")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        response = await browser.client.request(route.method, path, data=b"{}", headers={"Content-Type": kind})
        assert (response.status, await code(response)) == (415, "not_json")
    response = await browser.send(route.method, path, headers={"Origin": own, "Sec-Fetch-Site": "same-origin"})
    assert response.status != 415
    assert response.status != 403 or await code(response) == "forbidden"  # by rights, not by where it came from


async def test_too_large_body_is_refused_before_it_is_held(site: Site) -> None:
    browser = await site.organiser()
    response = await browser.post("/api/conferences", {"title": "x" * 20_000})
    assert (response.status, await code(response)) == (413, "too_large")

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 4096

    headers = {"Content-Type": "application/json"}
    response = await browser.client.post("/api/conferences", data=endless(), headers=headers)
    assert (response.status, await code(response)) == (413, "too_large")


async def test_a_body_that_stops_in_the_middle_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.bodies.BODY_WITHIN_S", 0.2)
    browser = await site.organiser()

    async def halting() -> Any:
        yield b'{"title": '
        await asyncio.sleep(5)

    headers = {"Content-Type": "application/json"}
    response = await browser.client.post("/api/conferences", data=halting(), headers=headers)
    assert (response.status, await code(response)) == (408, "too_slow")


async def test_a_caller_that_goes_away_half_way_is_no_fault_of_ours() -> None:
    """Else anybody could fill the log with errors, and hide among them what is one."""
    payload = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2**16)
    payload.feed_data(b'{"title": ')
    payload.set_exception(ConnectionResetError("Connection lost"))
    with pytest.raises(ApiError) as refused:
        await parse(make_mocked_request("POST", "/api/join", payload=payload), Empty)
    assert refused.value.code == "too_slow"


async def test_deeply_nested_or_broken_json_is_a_bad_request(site: Site) -> None:
    browser = await site.organiser()
    for raw in (b"[" * 16_000, b'{"title": ', b"\xff\xfe", b"NaN", b'{"title":"\\ud800"}', b'{"a":1}{"b":2}'):
        headers = {"Content-Type": "application/json"}
        response = await browser.client.post("/api/conferences", data=raw, headers=headers)
        assert (response.status, await code(response)) == (400, "bad_request")


async def test_a_cookie_that_is_no_text_is_no_session(site: Site) -> None:
    """Bytes that are not UTF-8 are a wrong cookie, not a fault of ours."""
    browser = await site.organiser()
    for name in (b"plenum_session", b"plenum_device"):
        reader, writer = await asyncio.open_connection(browser.client.host, browser.client.port)
        writer.write(b"GET /api/me HTTP/1.0\r\nCookie: " + name + b"=a.\xff\xfe\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"200"
        writer.close()


async def test_our_own_fault_tells_nothing(site: Site) -> None:
    browser = await site.organiser()

    async def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2 at /srv/data 198.51.100.7")

    site.storage.conference_lists.page = broken  # type: ignore[method-assign,assignment]
    response = await browser.get("/api/conferences")
    assert (response.status, await code(response)) == (500, "internal")
    text = await response.text()
    for secret in ("hunter2", "RuntimeError", "/srv", "Traceback", "198.51"):
        assert secret not in text


async def test_lost_database_is_unavailable_not_internal(site: Site) -> None:
    browser = await site.organiser()

    async def locked(*_: object) -> None:
        raise Unavailable("database is locked")

    site.storage.conference_lists.page = locked  # type: ignore[method-assign,assignment]
    response = await browser.get("/api/conferences")
    assert (response.status, await code(response)) == (503, "unavailable")


async def test_sign_in_link_works_once_and_for_a_day(site: Site) -> None:
    user = await site.storage.users.add("Olga")
    browser = await site.browser()
    token = await site.storage.sign_in_links.create(user.id, now_ms=site.clock.ms())
    assert (await (await browser.get("/api/me")).json())["user"] is None
    assert (await browser.post("/api/sign-in", {"token": token})).status == 200
    me = (await (await browser.get("/api/me")).json())["user"]
    assert (me["id"], me["name"]) == (user.id, "Olga")
    response = await browser.post("/api/sign-in", {"token": token})
    assert (response.status, await code(response)) == (410, "link_used")
    late = await site.storage.sign_in_links.create(user.id, now_ms=site.clock.ms())
    site.clock.now += 86_400
    response = await browser.post("/api/sign-in", {"token": late})
    assert (response.status, await code(response)) == (410, "link_expired")


async def test_session_ends_at_sign_out_and_after_thirty_days(site: Site) -> None:
    first, second = await site.organiser(), await site.organiser("Otto")
    stolen = cookie_of(first)
    assert (await first.post("/api/sign-out")).status == 200
    assert (await first.get("/api/conferences")).status == 401
    thief = await site.browser()
    assert (await thief.get("/api/conferences", cookies={"plenum_session": stolen})).status == 401
    site.clock.now += 30 * 86_400
    assert (await second.get("/api/conferences")).status == 401


async def test_nothing_logged_holds_a_secret_or_an_address(open_site: Open) -> None:
    """Decision 10, and no door key in a log: everything a caller can do, from an address of its own."""
    address = "198.51.100.77"
    site = await open_site(behind_proxy=True)
    with capture_logs() as logs:
        organiser = await site.organiser()
        conference = await organiser.conference()
        guest = await site.browser()
        headers = {"X-Forwarded-For": address}
        for _ in range(25):
            await guest.join_pin(conference, "000000000", headers=headers)
        link = secret_of(conference["participant_url"])
        await guest.post("/api/join", {"link": link, "name": "Anna"}, headers=headers)
        await guest.get(f"/j/{link}", headers=headers)
        await guest.post("/api/sign-in", {"token": "nothing"}, headers=headers)
    assert logs
    text = str(logs)
    for secret in (address, "127.0.0.1", link, conference["pin"], "000000000", conference["number"]):
        assert secret not in text


async def test_tables_hold_no_address(open_site: Open, tmp_path: Path, databases: Databases) -> None:
    """Decision 10: after joining from an address, no table and no file of the data folder holds it."""
    address = "198.51.100.77"
    site = await open_site(behind_proxy=True)
    organiser = await site.organiser()
    conference = await organiser.conference()
    guest = await site.browser()
    headers = {"X-Forwarded-For": address}
    for _ in range(25):
        await guest.join_pin(conference, "000000000", headers=headers)
    link = secret_of(conference["participant_url"])
    assert (await guest.post("/api/join", {"link": link, "name": "A"}, headers=headers)).status == 200
    tables = databases.dump()
    assert conference["id"].encode() in tables
    for content in (tables, *(path.read_bytes() for path in (tmp_path / "data0").rglob("*") if path.is_file())):
        assert address.encode() not in content and b"127.0.0.1" not in content
        assert conference["pin"].encode() not in content and link.encode() not in content


async def test_other_parts_may_have_routes_in_the_same_application(site: Site, static_dir: Path) -> None:
    """The hook for /healthz and the like: paths of the portal shadow no other part's, and get its headers."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    app = web.Application()
    Portal(
        storage=site.storage,
        mint=site.minted,
        rooms=site.rooms,
        settings=PortalSettings(),
        static_dir=static_dir,
        clock=site.clock,
    ).attach(app)

    async def echo(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(await socket.receive_str())
        raise RuntimeError("as it happens")

    app.router.add_get("/healthz", health)
    app.router.add_get("/socket", echo)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/healthz")
        assert await response.json() == {"ok": True}
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        async with client.ws_connect("/socket") as socket:
            await socket.send_str("hello")
            assert await socket.receive_str() == "hello"
            assert (await socket.receive()).type is WSMsgType.CLOSED or socket.closed
