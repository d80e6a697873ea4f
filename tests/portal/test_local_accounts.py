"""Local accounts: e-mail and password, forgotten passwords, invitations, and how often one may try."""

import statistics
import time
from typing import Any

import pytest
from sqlalchemy import select

from storage.base import Base
from storage.email_tokens import Purpose
from storage.records import UserRecord
from storage.service import Storage
from tests.portal.accounts_support import BETTER, GOOD, cookie_of, local, mails, me, set_state, signed_in, token_of
from tests.portal.conftest import Browser, Open, Site, code
from tests.support.altered import altered

RIGHT = {"email": "anna@example.org", "password": GOOD}


async def invite(site: Site, email: str = "unit@example.org", role: str = "unit_coordinator") -> str:
    """As a coordinator does it: an account that waits for its owner."""
    user = await site.storage.users.add("Ulla", role=role, email=email)
    await set_state(site, user.id, "invited")
    async with site.storage.db.write() as session:
        await site.storage.email_tokens.send_in(session, user.id, Purpose.ACTIVATE, email, now_ms=site.clock.ms())
    return user.id


async def test_address_and_password_sign_in(site: Site) -> None:
    await local(site)
    browser = await site.browser()
    answer = await browser.post("/api/sign-in/password", {**RIGHT, "email": " ANNA@example.ORG "})
    assert answer.status == 200 and (await me(browser))["email"] == "anna@example.org"


@pytest.mark.parametrize(
    "body",
    [
        {"email": "anna@example.org", "password": "wrong"},
        {"email": "nobody@example.org", "password": GOOD},
        {"email": "otto@example.org", "password": GOOD},  # has no password
        {"email": "unit@example.org", "password": GOOD},  # is only invited
        {"email": "not an address", "password": "x"},
    ],
)
async def test_every_wrong_sign_in_gets_the_same_answer(site: Site, body: dict[str, str]) -> None:
    await local(site)
    await site.storage.users.add("Otto", email="otto@example.org")
    await invite(site)
    answer = await (await site.browser()).post("/api/sign-in/password", body)
    assert answer.status == 403
    assert await answer.json() == {
        "error": {"code": "wrong_credentials", "message": "E-mail address or password is wrong."}
    }


async def test_an_unknown_address_takes_as_long_as_a_known_one(site: Site) -> None:
    """T11: medians, so that one slow answer on a shared machine decides nothing."""
    await local(site)
    browser = await site.browser()
    times: dict[str, list[float]] = {"anna@example.org": [], "nobody@example.org": []}
    for turn in range(8):
        for email, taken in times.items():
            started = time.perf_counter()
            await browser.post("/api/sign-in/password", {"email": email, "password": f"wrong {turn}"})
            taken.append(time.perf_counter() - started)
        site.clock.now += 16 * 60
    known, unknown = (statistics.median(taken[1:]) for taken in times.values())
    assert 0.5 < unknown / known < 2


async def test_guessing_is_stopped_per_caller_and_per_account(open_site: Open) -> None:
    """Right ones do not count; a fresh window lets in again; the address need not exist."""
    site = await open_site(behind_proxy=True)
    await local(site)
    browser = await site.browser()

    async def try_from(address: str, password: str, email: str = "anna@example.org") -> int:
        headers = {"X-Forwarded-For": address}
        body = {"email": email, "password": password}
        browser.client.session.cookie_jar.clear()  # a browser that nobody signed in from
        return (await browser.post("/api/sign-in/password", body, headers=headers)).status

    for _ in range(3):
        assert await try_from("10.0.0.1", GOOD) == 200
    assert [await try_from("10.0.0.1", "wrong") for _ in range(6)] == [403] * 5 + [429]
    assert [await try_from("10.0.0.1", "wrong", "no@example.org") for _ in range(6)] == [403] * 5 + [429]
    for last in range(2, 5):
        assert [await try_from(f"10.0.0.{last}", "wrong") for _ in range(5)] == [403] * 5
    assert await try_from("10.0.0.9", GOOD) == 429  # twenty for the account, over all callers
    site.clock.now += 15 * 60
    assert await try_from("10.0.0.9", GOOD) == 200


async def test_strangers_lock_nobody_out_of_a_browser_that_the_account_knows(open_site: Open) -> None:
    """OWASP: device cookies. Its tries are its own and as bounded; the mark is of one account and cannot be made up."""
    site = await open_site(behind_proxy=True)
    owner = await local(site)
    stranger = await site.browser()

    async def tried(browser: Browser, password: str, address: str = "10.0.0.9", **kwargs: Any) -> int:
        body = {"email": "anna@example.org", "password": password}
        headers = {"X-Forwarded-For": address}
        return (await browser.post("/api/sign-in/password", body, headers=headers, **kwargs)).status

    mark = cookie_of(owner, "plenum_known")
    assert (await owner.post("/api/sign-out")).status == 200
    for last in range(1, 5):
        assert [await tried(stranger, "wrong", f"10.0.0.{last}") for _ in range(5)] == [403] * 5
    assert await tried(stranger, GOOD) == 429
    assert await tried(owner, GOOD) == 200
    for made_up in (altered(mark, 0), altered(mark, -1), mark.partition(".")[0], "."):
        assert await tried(stranger, GOOD, cookies={"plenum_known": made_up}) == 429
    assert [await tried(owner, "wrong") for _ in range(11)] == [403] * 10 + [429]
    other = await signed_in(site, "Boris", email="boris@example.org")  # a mark of his opens no tries at hers
    assert await tried(other, GOOD) == 429


async def test_a_session_from_before_the_sign_in_is_worth_nothing_after_it(site: Site) -> None:
    browser = await local(site)
    before = cookie_of(browser)
    assert (await browser.post("/api/sign-in/password", RIGHT)).status == 200
    assert cookie_of(browser) != before
    thief = await site.browser()
    assert (await (await thief.get("/api/me", cookies={"plenum_session": before})).json())["user"] is None


async def test_a_changed_password_ends_all_other_sessions(site: Site) -> None:
    browser, other = await local(site), await site.browser()
    await other.post("/api/sign-in/password", RIGHT)
    wrong = await browser.post("/api/account/password", {"current": "wrong", "new": BETTER})
    assert await code(wrong) == "wrong_credentials"
    assert (await browser.post("/api/account/password", {"current": GOOD, "new": BETTER})).status == 200
    assert await me(other) is None and await me(browser) is not None
    assert (await other.post("/api/sign-in/password", RIGHT)).status == 403
    assert (await other.post("/api/sign-in/password", {**RIGHT, "password": BETTER})).status == 200


async def test_an_easy_password_is_refused_with_the_reason(site: Site) -> None:
    browser = await signed_in(site)
    for new, why in (("short", "short"), ("Kowalska12345", "personal"), ("password12345", "common")):
        answer = await browser.post("/api/account/password", {"new": new})
        assert (await answer.json())["error"]["reason"] == why


async def test_forgotten_password_is_set_by_a_link_within_the_hour_once(site: Site) -> None:
    browser, other = await local(site), await site.browser()
    assert (await other.post("/api/password/forgot", {"email": "Anna@example.org"})).status == 200
    token = await token_of(site, "reset_password")
    looked = await (await other.post("/api/password/look", {"token": token})).json()
    assert (looked["purpose"], looked["email"], looked["name"]) == ("reset", "anna@example.org", "Anna Kowalska")
    weak = await other.post("/api/password/reset", {"token": token, "new": "anna@example.org"})
    assert await code(weak) == "weak_password"
    assert (await other.post("/api/password/reset", {"token": token, "new": BETTER})).status == 200
    assert await me(other) is not None
    assert await me(browser) is None  # all sessions from before have ended
    again = await other.post("/api/password/reset", {"token": token, "new": GOOD})
    assert (again.status, await code(again)) == (410, "link_used")


async def test_a_reset_link_lapses_and_a_newer_one_replaces_it(site: Site) -> None:
    await local(site)
    browser = await site.browser()
    await browser.post("/api/password/forgot", {"email": "anna@example.org"})
    first = await token_of(site, "reset_password")
    await browser.post("/api/password/forgot", {"email": "anna@example.org"})
    second = await token_of(site, "reset_password")
    assert await code(await browser.post("/api/password/look", {"token": first})) == "not_found"
    site.clock.now += 3600
    late = await browser.post("/api/password/reset", {"token": second, "new": BETTER})
    assert (late.status, await code(late)) == (410, "link_expired")


async def test_forgotten_answers_alike_for_everybody_and_writes_to_those_it_knows(site: Site) -> None:
    await local(site)
    browser = await site.browser()
    answers = []
    for email in ("anna@example.org", "nobody@example.org", "no address"):
        answer = await browser.post("/api/password/forgot", {"email": email})
        answers.append((answer.status, await answer.read()))
    assert set(answers) == {(200, b"{}")}
    sent = await mails(site, "reset_password")
    assert [mail["recipient"] for mail in sent] == [f"user:{(await me_of(site)).id}"]


async def test_nobody_is_flooded_with_reset_mails(open_site: Open) -> None:
    site = await open_site(behind_proxy=True)
    await local(site)
    browser = await site.browser()
    for last in range(12):
        headers = {"X-Forwarded-For": f"10.1.0.{last}"}
        answer = await browser.post("/api/password/forgot", {"email": "anna@example.org"}, headers=headers)
        assert answer.status == 200
    assert len(await mails(site, "reset_password")) == 3


async def test_invited_person_takes_up_the_account_by_the_link(site: Site) -> None:
    """E0-16, E0-21, E1-22, E2-74: password, then names and terms, and no second proof of the address."""
    user_id = await invite(site)
    browser = await site.browser()
    token = await token_of(site, "activation")
    assert (await browser.post("/api/password/reset", {"token": token, "new": GOOD})).status == 200
    user = await me(browser)
    assert (user["id"], user["state"], user["must"]) == (user_id, "unconfirmed", ["accept_terms"])
    body = {"surname": "Unt", "given_name": "Ulla", "terms": True, "privacy": True}
    assert (await (await browser.post("/api/account/activate", body)).json())["state"] == "active"
    user = await me(browser)
    assert (user["name"], user["email"], user["role"]) == ("Ulla Unt", "unit@example.org", "unit_coordinator")
    assert await mails(site, "confirm_email") == []


async def test_forgotten_before_it_was_ever_set_sends_the_invitation_again(site: Site) -> None:
    await invite(site)
    await (await site.browser()).post("/api/password/forgot", {"email": "unit@example.org"})
    assert [mail["kind"] for mail in await mails(site)] == ["activation", "activation"]


async def test_an_installation_without_local_accounts_takes_no_password(open_site: Open) -> None:
    site = await open_site(local_accounts=False)
    browser = await signed_in(site)
    for path, body in (
        ("/api/sign-in/password", RIGHT),
        ("/api/password/forgot", {"email": "anna@example.org"}),
        ("/api/password/reset", {"token": "x", "new": GOOD}),
        ("/api/account/password", {"new": GOOD}),
    ):
        answer = await browser.post(path, body)
        assert (answer.status, await code(answer)) == (409, "no_passwords")


async def test_tokens_and_passwords_are_nowhere_in_the_database(site: Site) -> None:
    browser = await local(site)
    await browser.post("/api/password/forgot", {"email": "anna@example.org"})
    token = await token_of(site, "reset_password")
    cookie = cookie_of(browser)
    async with site.storage.db.read() as session:
        rows = [repr(row) for table in Base.metadata.sorted_tables for row in await session.execute(select(table))]
    assert len(rows) > 4
    for secret in (token, cookie, GOOD):
        assert secret not in "".join(rows)


async def me_of(site: Site) -> UserRecord:
    storage: Storage = site.storage
    found = await storage.accounts.by_email("anna@example.org")
    assert found is not None
    return found


@pytest.mark.parametrize("email", ["a\x00@example.org", "\ud83d", "x" * 254, "ﬀ@example.org", "' OR 1=1 --"])
async def test_strange_addresses_are_wrong_and_nothing_more(site: Site, email: str) -> None:
    browser = await site.browser()
    for path, body in (
        ("/api/sign-in/password", {"email": email, "password": "x\x00"}),
        ("/api/password/forgot", {"email": email}),
    ):
        answer = await browser.post(path, body)
        assert answer.status in (200, 400, 403)
    await mails(site)


async def test_a_changed_password_makes_waiting_reset_links_worthless(site: Site) -> None:
    browser, other = await local(site), await site.browser()
    await other.post("/api/password/forgot", {"email": "anna@example.org"})
    token = await token_of(site, "reset_password")
    assert (await browser.post("/api/account/password", {"current": GOOD, "new": BETTER})).status == 200
    assert await code(await other.post("/api/password/reset", {"token": token, "new": GOOD})) == "not_found"


async def test_wrong_links_lock_nobody_out_behind_the_same_address(site: Site) -> None:
    await local(site)
    browser = await site.browser()
    outcomes = [await code(await browser.post("/api/password/look", {"token": f"t{n}"})) for n in range(65)]
    assert outcomes.count("not_found") == 60 and outcomes[-1] == "too_many_tries"
    await browser.post("/api/password/forgot", {"email": "anna@example.org"})
    token = await token_of(site, "reset_password")
    assert (await browser.post("/api/password/reset", {"token": token, "new": BETTER})).status == 200
