"""Cookies are bound to the very host where the product is served over https; over http they have plain names."""

from http.cookies import SimpleCookie
from typing import Any

import pytest

from tests.portal.conftest import Open, Site, secret_of

HTTPS = {"X-Forwarded-Proto": "https"}
PREFIXED = "__Host-"


async def set_by(site: Site, prefix: str, headers: dict[str, str]) -> SimpleCookie:
    """What signing in and opening a link set."""
    user = await site.storage.users.add("Olga")
    now_ms = site.clock.ms()
    browser = await site.browser()
    token = await site.storage.sign_in_links.create(user.id, now_ms=now_ms)
    first = await browser.post("/api/sign-in", {"token": token}, headers=headers)
    session = first.cookies[f"{prefix}plenum_session"].value
    with_session = {"headers": headers, "cookies": {f"{prefix}plenum_session": session}}
    made = await (await browser.post("/api/conferences", {"title": "Council"}, **with_session)).json()
    second = await browser.post("/api/join/check", {"link": secret_of(made["participant_url"])}, headers=headers)
    assert (first.status, second.status) == (200, 200)
    found = SimpleCookie()
    for response in (first, second):
        for line in response.headers.getall("Set-Cookie"):
            found.load(line)
    return found


@pytest.mark.parametrize(
    ("settings", "headers"),
    [({"behind_proxy": True}, HTTPS), ({"secure_cookies": True}, {}), ({"secure_cookies": True}, HTTPS)],
    ids=["the proxy says so", "public URL or own certificate", "both"],
)
async def test_over_https_every_cookie_is_of_this_host_alone(
    open_site: Open, settings: dict[str, Any], headers: dict[str, str]
) -> None:
    """OWASP ASVS 5.0 3.3.1: Secure, no Domain, Path=/ and the prefix that makes browsers insist on them."""
    site = await open_site(**settings)
    found = await set_by(site, PREFIXED, headers)
    assert set(found) >= {f"{PREFIXED}plenum_session", f"{PREFIXED}plenum_device"}
    for name, morsel in found.items():
        assert name.startswith(PREFIXED) and morsel["secure"] and morsel["path"] == "/" and not morsel["domain"], name
        assert morsel["httponly"] and morsel["samesite"] == "Lax", name


async def test_over_http_cookies_have_plain_names_that_browsers_take(site: Site) -> None:
    found = await set_by(site, "", {})
    assert set(found) >= {"plenum_session", "plenum_device"}
    assert not any(name.startswith(PREFIXED) or morsel["secure"] for name, morsel in found.items())


async def test_a_cookie_that_a_sibling_domain_could_plant_opens_nothing(open_site: Open) -> None:
    site = await open_site(behind_proxy=True)
    user = await site.storage.users.add("Mallory")
    planted = await site.storage.web_sessions.create(user.id, now_ms=site.clock.ms())
    browser = await site.browser()
    answer = await browser.get("/api/me", headers=HTTPS, cookies={"plenum_session": planted})
    assert (await answer.json())["user"] is None
    answer = await browser.get("/api/me", headers=HTTPS, cookies={f"{PREFIXED}plenum_session": planted})
    assert (await answer.json())["user"]["name"] == "Mallory"


async def test_the_document_names_the_cookie_as_it_is_here(open_site: Open) -> None:
    site = await open_site(behind_proxy=True)
    browser = await site.browser()
    for headers, name in ((HTTPS, f"{PREFIXED}plenum_session"), ({}, "plenum_session")):
        document = await (await browser.get("/api/openapi.json", headers=headers)).json()
        assert document["components"]["securitySchemes"]["session"]["name"] == name
