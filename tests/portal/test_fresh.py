"""Fresh proof: a browser that was left signed in is not enough to take the account over (OWASP ASVS 5.0 7.5)."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import update

from portal import oidc as oidc_handlers
from portal.fresh import FRESH_MS
from portal.identity import identity
from portal.routes import ROUTES
from portal.settings import OidcSettings
from storage.tables import WebSession
from tests.portal.accounts_support import (
    BETTER,
    GOOD,
    activated,
    confirmed,
    cookie_of,
    local,
    me,
    provider,
    real_time,
    signed_in,
)
from tests.portal.conftest import Browser, Open, Site, code

FRESH_S = FRESH_MS // 1000
GUARDED = {f"{route.method} {route.path}" for route in ROUTES if route.fresh}


@pytest.fixture(scope="module")
def oidc() -> Iterator[OidcSettings]:
    with provider() as settings:
        yield settings


async def attempts(browser: Browser) -> dict[str, Any]:
    """Everything that a thief of the session would try, each as it would work."""
    return {
        "DELETE /api/account": await browser.send("DELETE", "/api/account", {"email": "anna@example.org"}),
        "POST /api/account/emails": await browser.post("/api/account/emails", {"email": "thief@example.org"}),
        "DELETE /api/account/emails/{email}": await browser.send("DELETE", "/api/account/emails/any"),
        "POST /api/account/two-factor/start": await browser.post("/api/account/two-factor/start"),
        "POST /api/account/two-factor/enable": await browser.post("/api/account/two-factor/enable", {"code": "123456"}),
        "DELETE /api/account/sessions/{session}": await browser.send("DELETE", "/api/account/sessions/any"),
        "POST /api/account/sessions/end-others": await browser.post("/api/account/sessions/end-others"),
    }


async def test_a_session_that_is_not_fresh_changes_no_way_in(site: Site) -> None:
    browser = await local(site)
    site.clock.now += FRESH_S
    answers = await attempts(browser)
    assert set(answers) == GUARDED  # a new one needs its row here
    for name, answer in answers.items():
        error = (await answer.json())["error"]
        assert (answer.status, error["code"]) == (403, "proof_needed"), name
        assert error["ask"] == {"password": True, "code": False, "provider": False}, name
    assert (await me(browser))["two_factor"] is False
    assert (await (await browser.get("/api/account/emails")).json())["emails"] == []


async def test_the_password_makes_it_fresh_under_a_new_cookie(site: Site) -> None:
    browser = await local(site)
    before = cookie_of(browser)
    site.clock.now += FRESH_S
    assert (await browser.post("/api/account/prove", {"password": GOOD})).status == 200
    assert cookie_of(browser) != before
    assert (await browser.post("/api/account/emails", {"email": "anna2@example.org"})).status == 201
    site.clock.now += FRESH_S - 1
    assert (await browser.post("/api/account/sessions/end-others")).status == 200
    site.clock.now += 1
    assert await code(await browser.post("/api/account/sessions/end-others")) == "proof_needed"
    thief = await site.browser()
    assert (await (await thief.get("/api/me", cookies={"plenum_session": before})).json())["user"] is None


async def test_a_wrong_password_proves_nothing_and_cannot_be_guessed(site: Site) -> None:
    browser = await local(site)
    site.clock.now += FRESH_S
    assert await code(await browser.post("/api/account/prove", {})) == "bad_request"
    assert await code(await browser.post("/api/account/prove", {"code": "123456"})) == "bad_request"
    for _ in range(4):  # one count for every place that takes the password
        assert await code(await browser.post("/api/account/prove", {"password": BETTER})) == "wrong_credentials"
        body = {"current": BETTER, "new": BETTER}
        assert await code(await browser.post("/api/account/password", body)) == "wrong_credentials"
    for _ in range(2):
        await browser.post("/api/account/prove", {"password": BETTER})
    assert await code(await browser.post("/api/account/prove", {"password": GOOD})) == "too_many_tries"
    assert await code(await browser.post("/api/account/two-factor/start")) == "proof_needed"


async def test_with_two_factor_both_are_asked_for(site: Site) -> None:
    browser = await local(site)
    secret = (await (await browser.post("/api/account/two-factor/start")).json())["secret"]
    app = pyotp.TOTP(secret)
    enabled = await browser.post("/api/account/two-factor/enable", {"code": app.at(site.clock.now)})
    codes = (await enabled.json())["recovery_codes"]
    site.clock.now += FRESH_S
    refused = await browser.post("/api/account/emails", {"email": "anna2@example.org"})
    assert (await refused.json())["error"]["ask"] == {"password": True, "code": True, "provider": False}
    good = app.at(site.clock.now)
    assert await code(await browser.post("/api/account/prove", {"password": GOOD})) == "bad_request"
    assert await code(await browser.post("/api/account/prove", {"password": GOOD, "code": "000000"})) == "wrong_code"
    assert (
        await code(await browser.post("/api/account/prove", {"password": BETTER, "code": good})) == "wrong_credentials"
    )
    assert await code(await browser.post("/api/account/emails", {"email": "a@example.org"})) == "proof_needed"
    assert (await browser.post("/api/account/prove", {"password": GOOD, "code": good})).status == 200
    assert (await browser.post("/api/account/emails", {"email": "anna2@example.org"})).status == 201
    site.clock.now += FRESH_S
    assert (await browser.post("/api/account/prove", {"password": GOOD, "code": codes[0]})).status == 200


async def test_an_account_without_password_gets_none_from_a_thief(site: Site) -> None:
    browser = await signed_in(site)
    site.clock.now += FRESH_S
    refused = await browser.post("/api/account/password", {"new": GOOD})
    error = (await refused.json())["error"]
    assert (error["code"], error["ask"]) == ("proof_needed", {"password": False, "code": False, "provider": False})
    assert await code(await browser.post("/api/account/prove", {"password": GOOD})) == "wrong_state"
    token = await site.storage.sign_in_links.create(str(browser.user), now_ms=site.clock.ms())
    assert (await browser.post("/api/sign-in", {"token": token})).status == 200
    assert (await browser.post("/api/account/password", {"new": GOOD})).status == 200


async def test_a_session_of_before_the_update_is_not_fresh(site: Site) -> None:
    browser = await local(site)
    async with site.storage.db.write() as session:
        await session.execute(update(WebSession).values(proved_ms=None))
    assert await code(await browser.post("/api/account/two-factor/start")) == "proof_needed"


async def test_people_of_the_provider_sign_in_there_once_more(open_site: Open, oidc: OidcSettings) -> None:
    site = await open_site(oidc=oidc, registration="open")
    real_time(site)
    browser = await site.browser()
    await activated(site, browser)
    site.clock.now += FRESH_S
    refused = await browser.post("/api/account/password", {"new": GOOD})
    assert (await refused.json())["error"]["ask"] == {"password": False, "code": False, "provider": True}
    real_time(site)
    away = await browser.get("/api/oidc/start?return_to=/account&fresh=true", allow_redirects=False)
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    assert (await confirmed(browser)).status == 200
    assert (await browser.post("/api/account/password", {"new": GOOD})).status == 200


async def test_an_old_sign_in_at_the_provider_is_no_fresh_proof(
    open_site: Open, oidc: OidcSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider knows the browser and asks nobody: it says so by auth_time."""
    site = await open_site(oidc=oidc, registration="open")
    real_time(site)
    browser = await site.browser()
    await activated(site, browser)
    hour_ago = int(time.time()) - 3600
    monkeypatch.setattr(oidc_handlers, "identity", lambda *given: replace(identity(*given), auth_s=hour_ago))
    assert (await confirmed(browser)).status == 200
    assert await me(browser) is not None
    assert await code(await browser.post("/api/account/password", {"new": GOOD})) == "proof_needed"
    monkeypatch.undo()
    assert (await confirmed(browser)).status == 200
    assert (await browser.post("/api/account/password", {"new": GOOD})).status == 200


@pytest.mark.parametrize(
    ("said", "meant"), [(1_700_000_000, 1_700_000_000), (None, None), ("now", 0), (True, 0), (1e300, 0), (-5, 0)]
)
def test_auth_time_is_a_moment_or_long_ago(said: object, meant: int | None) -> None:
    claims = {"sub": "x", **({} if said is None else {"auth_time": said})}
    assert identity("https://id.example.org", claims).auth_s == meant
