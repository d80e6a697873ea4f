"""Two-factor authentication: switched on with a code, asked for at sign-in, each code once, recovery codes."""

from xml.etree import ElementTree

import pyotp
import pytest
from sqlalchemy import update

from portal import totp
from storage.tables import User
from tests.portal.accounts_support import BETTER, GOOD, local, mails, me, token_of
from tests.portal.conftest import Browser, Site, code

RIGHT = {"email": "anna@example.org", "password": GOOD}


async def enabled(site: Site) -> tuple[Browser, pyotp.TOTP, list[str]]:
    browser = await local(site)
    secret = (await (await browser.post("/api/account/two-factor/start")).json())["secret"]
    app = pyotp.TOTP(secret)
    answer = await browser.post("/api/account/two-factor/enable", {"code": app.at(site.clock.now)})
    assert answer.status == 200, await answer.text()
    site.clock.now += 60
    return browser, app, (await answer.json())["recovery_codes"]


async def password_given(site: Site) -> Browser:
    browser = await site.browser()
    answer = await browser.post("/api/sign-in/password", RIGHT)
    assert await answer.json() == {"second_factor": True} and await me(browser) is None
    return browser


async def second(browser: Browser, given: str) -> int:
    return (await browser.post("/api/sign-in/second-factor", {"code": given})).status


async def test_it_is_off_until_a_code_is_typed(site: Site) -> None:
    """E2-64 to E2-66."""
    browser = await local(site)
    shown = await (await browser.get("/api/account/two-factor")).json()
    assert shown == {"enabled": False, "since": None, "recovery_codes_left": 0}
    started = await (await browser.post("/api/account/two-factor/start")).json()
    assert started["uri"].startswith("otpauth://totp/") and started["secret"] in started["uri"]
    assert await code(await browser.post("/api/account/two-factor/enable", {"code": "000000"})) == "wrong_code"
    assert (await me(browser))["two_factor"] is False
    other = await site.browser()
    assert "user" in await (await other.post("/api/sign-in/password", RIGHT)).json()
    good = pyotp.TOTP(started["secret"]).at(site.clock.now)
    codes = (await (await browser.post("/api/account/two-factor/enable", {"code": good})).json())["recovery_codes"]
    assert len(set(codes)) == 10 and all(len(each) == 14 for each in codes)
    shown = await (await browser.get("/api/account/two-factor")).json()
    assert shown == {"enabled": True, "since": site.clock.ms(), "recovery_codes_left": 10}
    assert await code(await browser.post("/api/account/two-factor/start")) == "wrong_state"


def test_the_picture_is_plain_svg_without_scripts_or_styles() -> None:
    """It must show under a Content-Security-Policy that allows neither."""
    svg = totp.qr_svg(totp.uri(totp.new_secret(), "anna@example.org", "Plenum meet.example.org"))
    root = ElementTree.fromstring(svg)
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {"svg", "g", "path"}
    assert all(name not in each.attrib for each in root.iter() for name in ("style", "onload", "href"))


async def test_a_code_works_once_and_a_later_one_after_it(site: Site) -> None:
    _, app, _ = await enabled(site)
    now = app.at(site.clock.now)
    assert await second(await password_given(site), now) == 200
    assert await second(await password_given(site), now) == 403
    site.clock.now += 30
    assert await second(await password_given(site), now) == 403  # in the window still, but used
    assert await second(await password_given(site), app.at(site.clock.now)) == 200


async def test_the_code_that_switched_it_on_signs_nobody_in(site: Site) -> None:
    browser = await local(site)
    secret = (await (await browser.post("/api/account/two-factor/start")).json())["secret"]
    used = pyotp.TOTP(secret).at(site.clock.now)
    await browser.post("/api/account/two-factor/enable", {"code": used})
    assert await second(await password_given(site), used) == 403


@pytest.mark.parametrize(("seconds", "status"), [(-60, 403), (-30, 200), (0, 200), (30, 200), (60, 403)])
async def test_clocks_may_differ_by_one_step(site: Site, seconds: int, status: int) -> None:
    _, app, _ = await enabled(site)
    site.clock.now += 300
    assert await second(await password_given(site), app.at(site.clock.now + seconds)) == status


async def test_a_recovery_code_works_once_in_any_writing(site: Site) -> None:
    browser, _, codes = await enabled(site)
    assert await second(await password_given(site), codes[0].replace("-", " ").upper()) == 200
    assert await second(await password_given(site), codes[0]) == 403
    shown = await (await browser.get("/api/account/two-factor")).json()
    assert shown["recovery_codes_left"] == 9


async def test_new_recovery_codes_replace_the_old_ones(site: Site) -> None:
    browser, app, codes = await enabled(site)
    answer = await browser.post("/api/account/two-factor/recovery-codes", {"code": app.at(site.clock.now)})
    fresh = (await answer.json())["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert await second(await password_given(site), codes[0]) == 403
    assert await second(await password_given(site), fresh[0]) == 200


async def test_codes_are_not_guessed(site: Site) -> None:
    """Five wrong ones in a quarter of an hour, over all sign-ins of the account."""
    _, app, _ = await enabled(site)
    for _ in range(5):
        assert await second(await password_given(site), "000000") == 403
    stopped = await password_given(site)
    assert await second(stopped, app.at(site.clock.now)) == 429
    site.clock.now += 15 * 60 - 1
    again = await password_given(site)
    site.clock.now += 1
    assert await second(again, app.at(site.clock.now)) == 200


async def test_without_the_first_factor_there_is_no_second(site: Site) -> None:
    _, app, _ = await enabled(site)
    answer = await (await site.browser()).post("/api/sign-in/second-factor", {"code": app.at(site.clock.now)})
    assert (answer.status, await code(answer)) == (410, "login_expired")


async def test_the_first_factor_lasts_a_quarter_of_an_hour(site: Site) -> None:
    _, app, _ = await enabled(site)
    browser = await password_given(site)
    site.clock.now += 15 * 60
    assert await second(browser, app.at(site.clock.now)) == 410


@pytest.mark.parametrize("proof", ["code", "password"])
async def test_it_is_switched_off_with_a_code_or_the_password(site: Site, proof: str) -> None:
    browser, app, _ = await enabled(site)
    wrong = await browser.post("/api/account/two-factor/disable", {proof: "000000"})
    assert wrong.status == 403
    given = app.at(site.clock.now) if proof == "code" else GOOD
    assert (await browser.post("/api/account/two-factor/disable", {proof: given})).status == 200
    fresh = await site.browser()
    assert "user" in await (await fresh.post("/api/sign-in/password", RIGHT)).json()


async def test_a_reset_link_does_not_go_around_the_second_factor(site: Site) -> None:
    _, app, _ = await enabled(site)
    browser = await site.browser()
    await browser.post("/api/password/forgot", {"email": "anna@example.org"})
    token = await token_of(site, "reset_password")
    answer = await browser.post("/api/password/reset", {"token": token, "new": BETTER})
    assert await answer.json() == {"second_factor": True} and await me(browser) is None
    assert await second(browser, app.at(site.clock.now)) == 200


async def test_the_owner_is_told_by_mail_what_changed_in_how_the_account_is_signed_in_to(site: Site) -> None:
    browser, app, recovery = await enabled(site)
    entering = await password_given(site)
    assert await second(entering, recovery[0]) == 200
    assert (await browser.post("/api/account/two-factor/disable", {"code": app.at(site.clock.now)})).status == 200
    await browser.post("/api/password/forgot", {"email": "anna@example.org"})
    await entering.post("/api/password/reset", {"token": await token_of(site, "reset_password"), "new": BETTER})
    told = [(each["kind"], each["recipient"]) for each in await mails(site) if each["kind"] != "reset_password"]
    kinds = ("password_changed", "two_factor_on", "recovery_code_used", "two_factor_off", "password_changed")
    assert told == [(kind, f"user:{browser.user}") for kind in kinds]


async def test_an_address_that_is_only_claimed_is_told_nothing(site: Site) -> None:
    browser = await local(site)
    before = len(await mails(site))
    async with site.storage.db.write() as session:
        await session.execute(update(User).where(User.id == browser.user).values(email_key=None))
    await site.storage.credentials.set_password(browser.user, "hash", now_ms=site.clock.ms())
    assert len(await mails(site)) == before
