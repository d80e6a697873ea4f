"""The client's pages in a real Chromium under the real headers: nothing violates the policy, no text becomes markup."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from portal.app import Portal, PortalSettings
from tests.portal.conftest import Open, Site
from tests.support.browser import chromium

pytestmark = pytest.mark.e2e

DIST = Path(__file__).parents[2] / "static_client" / "dist"
WATCH = """
window.__violations = [];
addEventListener('securitypolicyviolation', (e) => window.__violations.push(e.violatedDirective + ' ' + e.blockedURI));
window.__ran = false;
"""
HOSTILE = [
    "<script>window.__ran=true</script>",
    "<img src=x onerror=window.__ran=true>",
    '"><svg onload=window.__ran=true>',
    "javascript:window.__ran=true",
    "{{constructor.constructor('window.__ran=true')()}}",
]


@pytest.fixture
async def real_site(open_site: Open) -> AsyncIterator[tuple[Site, str]]:
    """The built client; `make test` builds it before."""
    assert (DIST / "index.html").exists(), "the client is not built: run make"
    site = await open_site()
    app = web.Application()
    Portal(
        storage=site.storage,
        mint=site.minted,
        rooms=site.rooms,
        settings=PortalSettings(version="0.1"),
        static_dir=DIST,
        clock=site.clock,
    ).attach(app)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield site, str(server.make_url("/")).rstrip("/")
    await server.close()


async def test_pages_break_no_policy_and_run_no_foreign_text(real_site: tuple[Site, str]) -> None:
    """T23: titles, descriptions and names that would be markup elsewhere; every page; no request to another host."""
    site, base = real_site
    user = await site.storage.users.add(HOSTILE[1][:60])
    token = await site.storage.sign_in_links.create(user.id, now_ms=site.clock.ms())
    complaints: list[str] = []
    foreign: list[str] = []
    async with chromium() as browser:
        context = await browser.new_context()
        await context.add_init_script(WATCH)
        page = await context.new_page()
        page.on("console", lambda message: _note(complaints, message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if _own(request.url, base) else foreign.append(request.url))
        await page.goto(f"{base}/sign-in#{token}")
        await page.wait_for_url(f"{base}/home")
        links = []
        for text in HOSTILE:
            made = await context.request.post(
                f"{base}/api/conferences", data={"title": text, "description": text, "record": True}
            )
            assert made.status == 201, await made.text()
            links.append((await made.json())["participant_url"])
        for path in ("/", "/home", "/pin", "/sign-in", "/j/nothing", "/play/nothing", "/no/page", f"/j/{HOSTILE[0]}"):
            await page.goto(base + path)
            await page.wait_for_load_state("networkidle")
            await _unharmed(page)
        for link in links:
            await page.goto(link)
            await page.wait_for_load_state("networkidle")
            await _unharmed(page)
    assert complaints == []
    assert foreign == []


async def test_a_request_to_another_host_fails_whichever_test_made_the_page() -> None:
    """Of a page that no policy holds back."""
    with pytest.raises(AssertionError, match=r"http://fonts\.invalid/a.*ws://127\.0\.0\.1:9/b"):
        async with chromium() as browser:
            page = await browser.new_page()
            async with page.expect_request("**/a"), page.expect_websocket():
                await page.evaluate(
                    "new Image().src = 'http://fonts.invalid/a'; void new WebSocket('ws://127.0.0.1:9/b')"
                )


async def _unharmed(page: Any) -> None:
    assert await page.evaluate("window.__violations") == [], page.url
    assert await page.evaluate("window.__ran") is False, page.url
    assert await page.inner_text("body")


def _note(complaints: list[str], text: str) -> None:
    if "Failed to load resource" not in text:  # a 404 that the page itself shows
        complaints.append(text)


def _own(url: str, base: str) -> bool:
    return url.startswith((base, "blob:", "data:"))
