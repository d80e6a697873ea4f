"""Finishing an account: nothing else is possible before (E0-13); terms, address, the link in the mail."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from portal.authorisation import RIGHTS, Action, Standing
from portal.routes import ROUTES
from portal.settings import EmploymentSettings, OidcSettings
from storage.email_tokens import Purpose
from storage.tables import Invitee
from tests.portal.accounts_support import (
    activated,
    confirmed,
    mails,
    me,
    provider,
    real_time,
    set_state,
    signed_in,
    token_of,
)
from tests.portal.conftest import Browser, Open, Site, code, secret_of

BODY = {"email": "maria@example.gr", "terms": True, "privacy": True}


@pytest.fixture(scope="module")
def oidc() -> Iterator[OidcSettings]:
    with provider() as settings:
        yield settings


@pytest.fixture
async def site(open_site: Open, oidc: OidcSettings) -> AsyncIterator[Site]:
    opened = await open_site(oidc=oidc)
    real_time(opened)
    yield opened


async def pending(site: Site, sub: str = "maria-1") -> Browser:
    browser = await site.browser()
    assert (await confirmed(browser, sub)).status == 200
    return browser


def test_a_pending_account_is_allowed_to_finish_and_to_ask_for_a_role_and_nothing_else() -> None:
    """E0-13, E1-9, E2-27, decision 6: from the table of rights itself."""
    allowed = {action for action, grants in RIGHTS.items() if any(Standing.PENDING in g.standings for g in grants)}
    anybody = {Action.LOOK, Action.SIGN_IN, Action.JOIN, Action.PLAY}
    own = {Action.SIGN_OUT, Action.ACCOUNT_FINISH, Action.ROLE_ASK}
    everyone = {action for action, grants in RIGHTS.items() if any(g.standings == set(Standing) for g in grants)}
    assert allowed == own | everyone and anybody <= everyone


async def test_every_other_route_refuses_a_pending_account(site: Site) -> None:
    """E0-13, E0-14: one answer for all of them."""
    browser = await pending(site)
    open_to = {action for action, grants in RIGHTS.items() if any(Standing.PENDING in g.standings for g in grants)}
    refused = [route for route in ROUTES if route.action not in open_to]
    assert len(refused) > 20
    for route in refused:
        path = re.sub(r"\{\w+\}", "B" * 22, route.path)
        answer = await browser.send(route.method, path)
        assert (answer.status, await code(answer)) == (403, "account_incomplete"), route.path


async def test_a_pending_account_still_joins_by_a_guests_link(site: Site) -> None:
    """E0-27: the link opens that conference for whoever has it."""
    conference = await (await site.organiser()).conference()
    browser = await pending(site)
    body = {"link": secret_of(conference["participant_url"]), "name": "Maria"}
    assert (await browser.post("/api/join", body)).status == 200


async def test_nobody_takes_part_without_an_account_or_an_invitation(site: Site) -> None:
    """E0-1, E0-3: the rooms are behind the management environment; a guest's link is the one exception (E0-27)."""
    conference = await (await site.organiser()).conference()
    nobody = await site.browser()
    for method, path in (("GET", ""), ("POST", "/enter"), ("POST", "/connect")):
        answer = await nobody.send(method, f"/api/conferences/{conference['id']}{path}")
        assert (answer.status, await code(answer)) == (401, "not_signed_in")
    assert (await nobody.post("/api/join", {"name": "Maria"})).status == 400
    wrong = await nobody.post("/api/join", {"name": "Maria", "link": "guessed"})
    assert await code(wrong) == "wrong_link"
    body = {"link": secret_of(conference["participant_url"]), "name": "Maria"}
    assert (await nobody.post("/api/join", body)).status == 200


async def test_activation_page_begins_with_what_the_provider_said(site: Site) -> None:
    """E2-28: surname, name, primary e-mail."""
    shown = await (await (await pending(site, "nikos-1")).get("/api/account/activation")).json()
    assert (shown["given_name"], shown["surname"], shown["names_fixed"]) == ("Nikos", "Nikou", True)
    assert (shown["email"], shown["email_confirmed"]) == ("nikos@example.gr", False)
    assert shown["must"] == ["accept_terms", "confirm_email"]


@pytest.mark.parametrize("ticked", [{}, {"terms": True}, {"privacy": True}])
async def test_both_squares_must_be_ticked(site: Site, ticked: dict[str, bool]) -> None:
    """E0-14, E0-15."""
    browser = await pending(site)
    answer = await browser.post("/api/account/activate", {"email": "maria@example.gr", **ticked})
    assert (answer.status, await code(answer)) == (400, "terms_needed")
    assert await mails(site) == [] and (await me(browser))["must"] == ["accept_terms", "confirm_email"]


async def test_acceptance_is_kept_with_its_time(site: Site) -> None:
    """E0-14, E2-76."""
    browser = await pending(site)
    site.clock.now += 7
    at = site.clock.ms()
    assert (await (await browser.post("/api/account/activate", BODY)).json())["must"] == ["confirm_email"]
    profile = await site.storage.accounts.profile((await me(browser))["id"])
    assert (profile.terms_ms, profile.privacy_ms, profile.confirmed_by) == (at, at, None)


async def test_link_confirms_in_any_browser_and_again_does_no_harm(site: Site) -> None:
    """E0-12, E0-18, E1-9: people read mail on the telephone; scanners follow links."""
    browser = await pending(site)
    await browser.post("/api/account/activate", BODY)
    token = await token_of(site, "confirm_email")
    telephone = await site.browser()
    looked = await (await telephone.post("/api/account/confirm-email/look", {"token": token})).json()
    assert looked == {"name": "Μαρία Παπαδοπούλου", "email": "maria@example.gr", "extra": False}
    assert (await me(browser))["state"] == "unconfirmed"  # looking confirms nothing
    for already in (False, True):
        answer = await telephone.post("/api/account/confirm-email", {"token": token})
        assert await answer.json() == {"extra": False, "already": already}
    assert (await me(browser))["state"] == "active" and await me(telephone) is None


async def test_a_mistyped_address_is_corrected_and_its_link_does_nothing(site: Site) -> None:
    browser = await pending(site)
    await browser.post("/api/account/activate", {**BODY, "email": "mraia@example.gr"})
    wrong = await token_of(site, "confirm_email")
    await browser.post("/api/account/activate", BODY)
    right = await token_of(site, "confirm_email")
    assert await code(await browser.post("/api/account/confirm-email", {"token": wrong})) == "not_found"
    assert (await browser.post("/api/account/confirm-email", {"token": right})).status == 200
    assert (await me(browser))["email"] == "maria@example.gr"


async def test_resent_link_replaces_the_former_and_mails_have_an_end(site: Site) -> None:
    browser = await pending(site)
    assert await code(await browser.post("/api/account/resend")) == "wrong_state"
    await browser.post("/api/account/activate", BODY)
    first = await token_of(site, "confirm_email")
    assert (await browser.post("/api/account/resend")).status == 200
    assert await code(await browser.post("/api/account/confirm-email", {"token": first})) == "not_found"
    answers = [(await browser.post("/api/account/resend")).status for _ in range(10)]
    assert answers.count(200) == 7 and answers[-1] == 429


async def test_link_lapses_after_two_days(site: Site) -> None:
    browser = await pending(site)
    await browser.post("/api/account/activate", BODY)
    site.clock.now += 48 * 3600
    token = await token_of(site, "confirm_email")
    assert await code(await browser.post("/api/account/confirm-email", {"token": token})) == "link_expired"


async def test_an_address_that_somebody_proved_is_nobody_elses(site: Site) -> None:
    await activated(site, await site.browser())
    other = await pending(site, "afm-123456789")
    answer = await other.post("/api/account/activate", {**BODY, "surname": "X", "email": "MARIA@example.gr"})
    assert (answer.status, await code(answer)) == (409, "email_taken")


async def test_of_two_claims_the_first_proof_wins(site: Site) -> None:
    """A claim without proof keeps nobody from an own address."""
    squatter, owner = await pending(site, "afm-123456789"), await pending(site)
    await squatter.post("/api/account/activate", {**BODY, "surname": "Squatter"})
    await owner.post("/api/account/activate", BODY)
    sent = await mails(site, "confirm_email")
    assert (await owner.post("/api/account/confirm-email", {"token": sent[1]["token"]})).status == 200
    late = await squatter.post("/api/account/confirm-email", {"token": sent[0]["token"]})
    assert await code(late) == "email_taken"
    assert (await me(squatter))["state"] == "unconfirmed"


async def test_names_that_the_provider_gave_are_not_typed_over(site: Site) -> None:
    """E2-25, E2-33; without any they are asked for."""
    browser = await pending(site)
    answer = await browser.post("/api/account/activate", {**BODY, "surname": "Δήμαρχος"})
    assert (answer.status, await code(answer)) == (400, "bad_request")
    nameless = await pending(site, "afm-123456789")
    assert (await nameless.post("/api/account/activate", {**BODY, "email": "x@example.gr"})).status == 400
    body = {**BODY, "email": "x@example.gr", "surname": "Ξένος", "given_name": "Άρης"}
    assert (await nameless.post("/api/account/activate", body)).status == 200
    assert (await me(nameless))["name"] == "Άρης Ξένος"


async def test_an_account_is_finished_once(site: Site) -> None:
    browser = await site.browser()
    await activated(site, browser)
    answer = await browser.post("/api/account/activate", BODY)
    assert (answer.status, await code(answer)) == (409, "wrong_state")


async def test_whoever_a_coordinator_named_becomes_that_account_from_the_browser_that_asked(site: Site) -> None:
    """E0-21: by the same steps. From another browser the click is refused: it could be somebody else's wish."""
    invited = await site.storage.users.add("M. P.", role="unit_coordinator", email="maria@example.gr")
    await set_state(site, invited.id, "invited")
    browser, telephone = await pending(site), await site.browser()
    await browser.post("/api/account/activate", BODY)
    token = await token_of(site, "confirm_email")
    answer = await telephone.post("/api/account/confirm-email", {"token": token})
    assert (answer.status, await code(answer)) == (409, "other_browser")
    assert (await browser.post("/api/account/confirm-email", {"token": token})).status == 200
    user = await me(browser)
    assert (user["id"], user["role"], user["state"]) == (invited.id, "unit_coordinator", "active")
    assert user["name"] == "Μαρία Παπαδοπούλου"
    assert [each.id for each in await site.storage.users.all()] == [invited.id]
    assert (await confirmed(await site.browser())).status == 200  # the provider's subject is that account's now


async def test_invitations_to_the_address_are_the_accounts_once_it_is_proved(site: Site) -> None:
    """E0-21, E0-33: what somebody was invited to before there was an account is found after it."""
    conference = await (await site.organiser()).conference()
    kept = await site.storage.invitees.add(conference["id"], "Maria", moderator=False, now_ms=1)
    async with site.storage.db.write() as session:
        row = await session.get(Invitee, kept.id)
        assert row is not None
        row.kind, row.email, row.email_key = "person", "maria@example.gr", "maria@example.gr"
    browser = await site.browser()
    await activated(site, browser)
    async with site.storage.db.read() as session:
        row = await session.get(Invitee, kept.id)
        assert row is not None and row.user_id == (await me(browser))["id"]


@pytest.mark.parametrize("registration", ["employed", "invited"])
async def test_outsiders_register_only_after_a_personal_invitation(
    open_site: Open, oidc: OidcSettings, tmp_path: Path, registration: str
) -> None:
    """E0-20, E0-21: the one who was invited, with the invited address; nobody else."""
    staff = tmp_path / "staff.csv"
    staff.write_text("somebody@example.gr,Ministry\n")
    site = await open_site(oidc=oidc, registration=registration, employment=EmploymentSettings(list=staff))
    real_time(site)
    browser = await pending(site)
    answer = await browser.post("/api/account/activate", BODY)
    assert (answer.status, await code(answer)) == (403, "not_invited")
    assert await mails(site) == []
    invited = await site.storage.users.add("Maria", role="user", email="maria@example.gr")
    await set_state(site, invited.id, "invited")
    assert (await browser.post("/api/account/activate", BODY)).status == 200


async def test_staff_register_without_an_invitation(open_site: Open, oidc: OidcSettings, tmp_path: Path) -> None:
    """E0-2, E0-10, E1-7, E2-21: known by the provider's subject; the body is known too."""
    staff = tmp_path / "staff.csv"
    staff.write_text("# subject or address, body\nmaria-1,Organisation\n")
    site = await open_site(oidc=oidc, registration="employed", employment=EmploymentSettings(list=staff))
    real_time(site)
    await site.storage.users.ensure_first_organiser()
    browser = await site.browser()
    await activated(site, browser)
    assert (await me(browser))["body"]["name"] == "Organisation"


async def test_links_of_one_kind_do_nothing_as_another(site: Site) -> None:
    """A reset link confirms no address, a confirmation sets no password."""
    browser = await signed_in(site)
    async with site.storage.db.write() as session:
        assert browser.user is not None
        await site.storage.email_tokens.send_in(
            session, browser.user, Purpose.RESET, "anna@example.org", now_ms=site.clock.ms()
        )
    reset = await token_of(site, "reset_password")
    assert await code(await browser.post("/api/account/confirm-email", {"token": reset})) == "not_found"
    await browser.post("/api/account/emails", {"email": "more@example.org"})
    extra = await token_of(site, "confirm_email")
    assert await code(await browser.post("/api/password/look", {"token": extra})) == "not_found"
