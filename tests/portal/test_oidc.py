"""Signing in at a provider: a real one, over HTTP, from the link to the confirmation screen and beyond."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from oidc_provider_mock import User

from portal.settings import OidcSettings
from storage.email_tokens import Purpose
from storage.interfaces import Limit
from tests.portal.accounts_support import (
    GOOD,
    MARIA,
    activated,
    authorised,
    confirmed,
    mails,
    me,
    provider,
    real_time,
    set_state,
    signed_in,
    through_provider,
    token_of,
)
from tests.portal.conftest import Open, Site, code


@pytest.fixture(scope="module")
def oidc() -> Iterator[OidcSettings]:
    with provider() as settings:
        yield settings


@pytest.fixture
async def site(open_site: Open, oidc: OidcSettings) -> AsyncIterator[Site]:
    opened = await open_site(oidc=oidc)
    real_time(opened)
    yield opened


async def test_a_citizen_signs_in_confirms_and_is_active(site: Site) -> None:
    """E0-8, E0-9, E0-11 to E0-18, E1-6, E1-8, E2-22, E2-27, E2-28: the whole way, and no password of ours."""
    browser = await site.browser()
    await activated(site, browser)
    user = await me(browser)
    assert (user["state"], user["must"], user["email"]) == ("active", [], "maria@example.gr")
    assert user["name"] == "Μαρία Παπαδοπούλου" and user["role"] == "user"


async def test_what_goes_to_the_provider_has_pkce_state_and_nonce(site: Site) -> None:
    browser = await site.browser()
    away = await browser.get("/api/oidc/start", allow_redirects=False)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away.headers["Location"]).query).items()}
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43 and len(asked["state"]) >= 32 and len(asked["nonce"]) >= 32
    assert asked["redirect_uri"].endswith("/api/oidc/callback") and "openid" in asked["scope"].split()
    again = await browser.get("/api/oidc/start", allow_redirects=False)
    other = {name: values[0] for name, values in parse_qs(urlsplit(again.headers["Location"]).query).items()}
    assert not {asked["state"], asked["nonce"], asked["code_challenge"]} & set(other.values())


async def test_confirmation_screen_shows_three_fields_and_signs_nobody_in(site: Site) -> None:
    """E2-23: name, surname, and what the provider knows the person by."""
    browser = await site.browser()
    await through_provider(browser)
    shown = await (await browser.get("/api/oidc/pending")).json()
    assert (shown["given_name"], shown["surname"], shown["identifier"]) == (
        "Μαρία",
        "Παπαδοπούλου",
        "maria@example.gr",
    )
    assert (shown["known"], shown["provider"]) == (False, "Test provider")
    assert await me(browser) is None


async def test_cancel_on_the_confirmation_screen_leaves_nothing(site: Site) -> None:
    """E2-24, E2-26."""
    browser = await site.browser()
    await through_provider(browser)
    assert (await browser.post("/api/oidc/cancel")).status == 200
    assert await code(await browser.post("/api/oidc/confirm")) == "login_expired"
    assert await me(browser) is None
    assert await site.storage.users.all() == []


async def test_a_confirmation_counts_once(site: Site) -> None:
    browser = await site.browser()
    assert (await confirmed(browser)).status == 200
    assert await code(await browser.post("/api/oidc/confirm")) == "login_expired"


async def test_name_is_refreshed_only_when_ticked(open_site: Open) -> None:
    """E2-25: "update full name - only if it has changed there"."""
    claims = dict(MARIA.claims)
    with provider(type(MARIA)(sub="maria-1", claims=claims)) as settings:
        site = await open_site(oidc=settings)
        real_time(site)
        browser = await site.browser()
        await activated(site, browser)
        claims["family_name"] = "Νέου"
        await through_provider(browser)
        shown = await (await browser.get("/api/oidc/pending")).json()
        assert (shown["known"], shown["name_now"]) == (True, "Μαρία Παπαδοπούλου")
        assert (await browser.post("/api/oidc/confirm", {"update_name": False})).status == 200
        assert (await me(browser))["name"] == "Μαρία Παπαδοπούλου"
        await confirmed(browser, update_name=True)
        assert (await me(browser))["name"] == "Μαρία Νέου"
        await through_provider(browser)
        assert (await (await browser.get("/api/oidc/pending")).json())["name_now"] is None


async def test_the_answer_of_the_provider_belongs_to_the_browser_that_asked(site: Site) -> None:
    """Login CSRF: somebody else's answer signs nobody in."""
    attacker, victim = await site.browser(), await site.browser()
    away = await attacker.get("/api/oidc/start", allow_redirects=False)
    path = await authorised(away.headers["Location"], "maria-1")
    back = await victim.get(path, allow_redirects=False)
    assert back.headers["Location"] == "/sign-in?problem=login_expired"
    assert await code(await victim.get("/api/oidc/pending")) == "login_expired"


async def test_an_answer_counts_once_and_for_a_quarter_of_an_hour(site: Site) -> None:
    browser = await site.browser()
    away = await browser.get("/api/oidc/start", allow_redirects=False)
    path = await authorised(away.headers["Location"], "maria-1")
    assert (await browser.get(path, allow_redirects=False)).headers["Location"] == "/sign-in/confirm"
    assert "login_expired" in (await browser.get(path, allow_redirects=False)).headers["Location"]
    away = await browser.get("/api/oidc/start", allow_redirects=False)
    path = await authorised(away.headers["Location"], "maria-1")
    site.clock.now += 15 * 60
    assert "login_expired" in (await browser.get(path, allow_redirects=False)).headers["Location"]


async def test_two_tabs_do_not_disturb_each_other(site: Site) -> None:
    browser = await site.browser()
    first = await browser.get("/api/oidc/start", allow_redirects=False)
    await browser.get("/api/oidc/start", allow_redirects=False)
    path = await authorised(first.headers["Location"], "maria-1")
    assert (await browser.get(path, allow_redirects=False)).headers["Location"] == "/sign-in/confirm"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("error=access_denied", "provider_cancelled"),
        ("error=server_error", "provider_failed"),
        ("code=guessed", "provider_failed"),
        ("", "provider_failed"),
    ],
)
async def test_what_goes_wrong_at_the_provider_is_told_on_the_sign_in_page(
    site: Site, query: str, problem: str
) -> None:
    browser = await site.browser()
    away = await browser.get("/api/oidc/start", allow_redirects=False)
    state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
    back = await browser.get(f"/api/oidc/callback?state={state}&{query}", allow_redirects=False)
    assert back.headers["Location"] == f"/sign-in?problem={problem}"


async def test_a_provider_that_is_not_there_is_told(open_site: Open) -> None:
    site = await open_site(oidc=OidcSettings("http://localhost:9", "c"))
    away = await (await site.browser()).get("/api/oidc/start", allow_redirects=False)
    assert away.headers["Location"] == "/sign-in?problem=provider_unreachable"


@pytest.mark.parametrize("return_to", ["//evil.example", "https://evil.example", "/\\evil.example", "/a b", "evil", ""])
async def test_the_way_back_stays_in_the_house(site: Site, return_to: str) -> None:
    browser = await site.browser()
    away = await browser.get("/api/oidc/start", params={"return_to": return_to}, allow_redirects=False)
    await browser.get(await authorised(away.headers["Location"], "maria-1"), allow_redirects=False)
    assert (await (await browser.get("/api/oidc/pending")).json())["return_to"] == "/home"


async def test_the_page_that_was_wanted_is_remembered(site: Site) -> None:
    browser = await site.browser()
    await through_provider(browser, path="/api/oidc/start?return_to=/account%23role")
    assert (await (await browser.get("/api/oidc/pending")).json())["return_to"] == "/account#role"


async def test_coming_again_finds_the_same_account(site: Site) -> None:
    first, second = await site.browser(), await site.browser()
    await activated(site, first)
    assert (await confirmed(second)).status == 200
    assert (await me(second))["id"] == (await me(first))["id"]


async def test_an_invited_person_is_known_by_the_address_that_the_provider_vouches_for(site: Site) -> None:
    """E0-21: the account that the coordinator made, with its role, is taken up."""
    invited = await site.storage.users.add("N. Nikou", role="unit_coordinator", email="nikos@example.gr")
    await set_state(site, invited.id, "invited")
    browser = await site.browser()
    assert (await confirmed(browser, "nikos-1")).status == 200
    user = await me(browser)
    assert (user["id"], user["role"], user["state"]) == (invited.id, "unit_coordinator", "unconfirmed")
    assert (user["must"], user["name"]) == (["accept_terms"], "Nikos Nikou")
    done = await browser.post("/api/account/activate", {"terms": True, "privacy": True})
    assert (await done.json())["state"] == "active"
    assert await mails(site, "confirm_email") == []


async def test_an_address_that_the_provider_does_not_vouch_for_opens_no_account(site: Site) -> None:
    """Whoever types somebody's address into a profile at the provider does not become that person."""
    await signed_in(site, "Maria", email="maria@example.gr")
    thief = await site.browser()
    assert (await confirmed(thief, "maria-1")).status == 200
    user = await me(thief)
    assert user["role"] == "user" and user["state"] == "unconfirmed"
    body = {"email": "maria@example.gr", "terms": True, "privacy": True}
    assert await code(await thief.post("/api/account/activate", body)) == "email_taken"


async def test_an_invitation_followed_by_the_provider_takes_up_the_account(site: Site) -> None:
    """E2-14, E2-74: the link of the mail, then the provider's button instead of a password."""
    invited = await site.storage.users.add("M. P.", role="unit_coordinator", email="office@example.gr")
    await set_state(site, invited.id, "invited")
    async with site.storage.db.write() as session:
        await site.storage.email_tokens.send_in(
            session, invited.id, Purpose.ACTIVATE, "office@example.gr", now_ms=site.clock.ms()
        )
    browser = await site.browser()
    token = await token_of(site, "activation")
    looked = await (await browser.post("/api/password/look", {"token": token})).json()
    assert (looked["purpose"], looked["sign_in"]["oidc"]) == ("activate", {"name": "Test provider"})
    away = await (await browser.post("/api/oidc/start", {"token": token})).json()
    await browser.get(await authorised(away["url"], "afm-123456789"), allow_redirects=False)
    assert (await (await browser.get("/api/oidc/pending")).json())["known"] is True
    assert (await browser.post("/api/oidc/confirm")).status == 200
    user = await me(browser)
    assert (user["id"], user["must"]) == (invited.id, ["accept_terms"])
    assert await code(await browser.post("/api/password/look", {"token": token})) == "link_used"


async def test_second_factor_is_asked_after_the_provider_too(site: Site) -> None:
    """E2-64: also for those who have no password here."""
    browser = await site.browser()
    await activated(site, browser)
    secret = (await (await browser.post("/api/account/two-factor/start")).json())["secret"]
    totp = pyotp.TOTP(secret)
    assert (await browser.post("/api/account/two-factor/enable", {"code": totp.at(site.clock.now)})).status == 200
    fresh = await site.browser()
    answer = await confirmed(fresh)
    assert await answer.json() == {"second_factor": True}
    assert await me(fresh) is None
    site.clock.now += 60
    done = await fresh.post("/api/sign-in/second-factor", {"code": totp.at(site.clock.now)})
    assert done.status == 200 and (await me(fresh))["two_factor"] is True


async def test_without_a_provider_there_is_no_way_to_one(open_site: Open) -> None:
    site = await open_site()
    browser = await site.browser()
    assert await code(await browser.get("/api/oidc/start")) == "no_provider"
    assert await code(await browser.post("/api/oidc/start")) == "no_provider"


@pytest.mark.parametrize(
    "broken",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": 7},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_discovery_document_that_cannot_be_right_is_refused(open_site: Open, broken: dict[str, object]) -> None:
    document: dict[str, object] = {}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(document)

    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", answer)
    async with TestServer(app) as server:
        issuer = str(server.make_url("")).rstrip("/")
        document |= {"issuer": issuer, "authorization_endpoint": f"{issuer}/a", "token_endpoint": f"{issuer}/t"}
        document |= {"jwks_uri": f"{issuer}/k", **broken}
        site = await open_site(oidc=OidcSettings(issuer, "c"))
        away = await (await site.browser()).get("/api/oidc/start", allow_redirects=False)
        assert away.headers["Location"] == "/sign-in?problem=provider_failed"


async def test_the_link_of_an_invitation_is_used_up_once_the_account_is_taken_up_otherwise(site: Site) -> None:
    """It lies in a mailbox for 14 days: it sets no password and adds no sign-in of an account that is in use."""
    invited = await site.storage.users.add("N. Nikou", role="unit_coordinator", email="nikos@example.gr")
    await set_state(site, invited.id, "invited")
    async with site.storage.db.write() as session:
        await site.storage.email_tokens.send_in(
            session, invited.id, Purpose.ACTIVATE, "nikos@example.gr", now_ms=site.clock.ms()
        )
    token = await token_of(site, "activation")
    browser, finder = await site.browser(), await site.browser()
    assert (await confirmed(browser, "nikos-1")).status == 200
    assert await code(await finder.post("/api/password/reset", {"token": token, "new": GOOD})) == "link_used"
    assert await code(await finder.post("/api/oidc/start", {"token": token})) == "link_used"
    assert (await me(browser))["id"] == invited.id


async def test_a_domain_that_only_looks_alike_opens_no_account(open_site: Open) -> None:
    """straße.example and strasse.example are domains of different people (IDNA 2008)."""
    thief = User(sub="thief", claims={"email": "boss@straße.example", "email_verified": True, "family_name": "Thief"})
    with provider(thief) as settings:
        site = await open_site(oidc=settings)
        real_time(site)
        boss = await site.storage.users.add("Boss", role="administrator", email="boss@strasse.example")
        browser = await site.browser()
        assert (await confirmed(browser, "thief")).status == 200
        assert (await me(browser))["id"] != boss.id


async def test_finished_sign_ins_do_not_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office behind one address signs in at nine; only those who never come back are stopped."""
    monkeypatch.setattr("portal.oidc.STARTS", Limit("oidc-start", 3, 900))
    for _ in range(5):
        assert (await confirmed(await site.browser())).status == 200
    for expected in (302, 302, 302, 429):
        started = await (await site.browser()).get("/api/oidc/start", allow_redirects=False)
        assert started.status == expected
