"""Every route that changes something is decided here: it leaves rows in the audit log, shown by doing it, or it leaves
none, with the reason. A new route that is in neither list fails.

The rows are of the one who did it, in words that the page knows, with ids and decisions alone: no name, no address of
mail or network, no link, no code.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pyotp
import pytest

from portal.route import Route
from portal.routes import ROUTES
from portal.settings import OidcSettings
from storage.audit import ACTIONS, OBJECTS, AuditRecord, by_user
from tests.portal.accounts_support import (
    BETTER,
    GOOD,
    local,
    provider,
    real_time,
    set_state,
    signed_in,
    through_provider,
    token_of,
)
from tests.portal.conftest import Browser, Open, Site
from tests.portal.people_support import Home, home
from tests.portal.test_recordings import Film, film, finish

__all__ = ["film"]


@pytest.fixture(scope="module")
def oidc() -> Iterator[OidcSettings]:
    with provider() as settings:
        yield settings


@pytest.fixture
async def site(open_site: Open, oidc: OidcSettings) -> Site:
    """With a provider beside the passwords."""
    opened = await open_site(oidc=oidc)
    real_time(opened)
    return opened


HOUR: Final = 3_600_000
EMAIL: Final = "gast@example.com"

NOT_AUDITED: Final = {
    "POST /api/sign-in": "who comes and goes is in the list of sessions",
    "POST /api/sign-in/password": "who comes and goes is in the list of sessions",
    "POST /api/sign-out": "who comes and goes is in the list of sessions",
    "POST /api/oidc/start": "leads to the provider",
    "POST /api/oidc/cancel": "forgets a sign-in that waits",
    "POST /api/password/forgot": "asks for a link; what it does is written down when it is used",
    "POST /api/password/look": "looks at a link",
    "POST /api/account/confirm-email/look": "looks at a link",
    "POST /api/account/activate": "one's own terms and address; their times stand in the account",
    "POST /api/account/resend": "the same link to the same person",
    "PATCH /api/account": "one's own telephone, language and the like",
    "POST /api/account/emails": "a claim; gives nothing",
    "DELETE /api/account/emails/{email}": "one's own further address, which gives nothing",
    "POST /api/account/emails/{email}/resend": "the same link to the same person",
    "POST /api/account/prove": "changes nothing but the session",
    "POST /api/account/two-factor/start": "counts only once it is switched on",
    "DELETE /api/account/sessions/{session}": "who comes and goes is in the list of sessions",
    "POST /api/account/sessions/end-others": "who comes and goes is in the list of sessions",
    "POST /api/collaborators": "what nobody has accepted yet gives no right",
    "POST /api/collaborators/{collaborator}/reject": "what was never accepted gave no right",
    "PATCH /api/users/{user}": "notes of the coordinators; gives and takes nothing",
    "POST /api/groups": "a list that is its owner's alone; who is invited by it is written down then",
    "PATCH /api/groups/{group}": "a list that is its owner's alone",
    "DELETE /api/groups/{group}": "a list that is its owner's alone",
    "POST /api/groups/{group}/members": "a list that is its owner's alone",
    "DELETE /api/groups/{group}/members/{member}": "a list that is its owner's alone",
    "POST /api/conferences/{conference}/group": "a list that is its owner's alone",
    "POST /api/conferences/{conference}/enter": "who was in is in the books of the session",
    "POST /api/conferences/{conference}/connect": "who was in is in the books of the session",
    "POST /api/join": "who was in is in the books of the session",
    "POST /api/join/check": "looks at the door",
    "POST /api/conferences/{conference}/rsvp": "one's own answer; stands with the invitation",
    "POST /api/rsvp": "one's own answer; stands with the invitation",
}


@dataclass
class Scene:
    """`known`: what must not be found in the log."""

    site: Site
    here: Home
    film: Film
    known: list[str] = field(default_factory=list)

    async def conference(self, **fields: object) -> dict[str, Any]:
        made = await self.here.unit_head.conference(**fields)
        self.known += [made["pin"], made["admin_pin"], made["participant_url"], made["moderator_url"], made["title"]]
        return made

    async def planned(self) -> dict[str, Any]:
        start = self.site.clock.ms() // HOUR * HOUR + 24 * HOUR
        return await self.conference(kind="scheduled", starts_at=start, ends_at=start + HOUR)

    async def invitee(self) -> str:
        """Path of somebody who is invited."""
        path = f"/api/conferences/{(await self.conference())['id']}/invitees"
        made = await (await self.here.unit_head.post(path, {"name": "Gast", "email": EMAIL})).json()
        self.known.append(made["url"])
        return f"{path}/{made['id']}"

    async def asked(self) -> str:
        anna = await self.here.person("Anna A")
        return str((await (await anna.post("/api/account/role-requests", WISH)).json())["id"])

    async def two_factor(self) -> tuple[Browser, str, list[str]]:
        """Switched on: browser, a good code, the recovery codes."""
        browser = await local(self.site)
        secret = (await (await browser.post("/api/account/two-factor/start")).json())["secret"]
        app = pyotp.TOTP(secret)
        answer = await browser.post("/api/account/two-factor/enable", {"code": app.at(self.site.clock.now)})
        codes = (await answer.json())["recovery_codes"]
        self.site.clock.now += 60
        good = app.at(self.site.clock.now)
        self.known += [secret, good, *codes]
        return browser, good, codes

    async def colleague(self, *, accepted: bool) -> Browser:
        """Whom the Unit Coordinator asked to help."""
        cora = await self.here.person("Cora C", "unit_coordinator")
        await self.here.unit_head.post("/api/collaborators", {"users": [str(cora.user)]})
        if accepted:
            await cora.post(f"/api/collaborators/{self.here.unit_head.user}/accept")
        return cora


@dataclass(frozen=True)
class Doing:
    """What is sent, by whom."""

    browser: Browser
    path: str
    body: object = None


Doer = Callable[[Scene], Awaitable[Doing]]
AUDITED: dict[str, tuple[tuple[str, ...], Doer]] = {}
SPENT: Final = {
    # Used up by a look of its own, before what it proves is done: a one-time code, a sign-in at the provider.
    "POST /api/account/two-factor/recovery-codes",
    "POST /api/oidc/confirm",
}
WISH: Final = {"role": "unit_coordinator", "telephone": "+48 600 100 200", "purpose": "Council"}
PERSON: Final = {"surname": "Nowak", "given_name": "Jan", "email": "jan.nowak@example.org"}


def audited(route: str, *actions: str) -> Callable[[Doer], Doer]:
    """Doing what the function prepares leaves exactly these rows."""

    def known(doer: Doer) -> Doer:
        assert route not in AUDITED
        AUDITED[route] = (actions, doer)
        return doer

    return known


@audited("POST /api/sign-in/second-factor", "recovery_code_used")
async def _(scene: Scene) -> Doing:
    owner, _, codes = await scene.two_factor()
    browser = await scene.site.browser()
    await browser.post("/api/sign-in/password", {"email": "anna@example.org", "password": GOOD})
    browser.user = owner.user
    return Doing(browser, "/api/sign-in/second-factor", {"code": codes[0]})


@audited("POST /api/password/reset", "password_changed")
async def _(scene: Scene) -> Doing:
    browser = await local(scene.site)
    await browser.post("/api/password/forgot", {"email": "anna@example.org"})
    token = await token_of(scene.site, "reset_password")
    scene.known.append(token)
    return Doing(browser, "/api/password/reset", {"token": token, "new": BETTER})


@audited("POST /api/account/password", "password_changed")
async def _(scene: Scene) -> Doing:
    return Doing(await local(scene.site), "/api/account/password", {"current": GOOD, "new": BETTER})


@audited("POST /api/account/name", "name_changed")
async def _(scene: Scene) -> Doing:
    scene.known += ["Unterberg", "Ulrich"]
    return Doing(scene.here.unit_head, "/api/account/name", {"surname": "Unterberg", "given_name": "Ulrich"})


@audited("DELETE /api/account", "conference_ended", "account_deleted")
async def _(scene: Scene) -> Doing:
    await scene.conference()
    return Doing(scene.here.unit_head, "/api/account", {"email": "uwe@example.org"})


@audited("POST /api/account/two-factor/enable", "two_factor_on")
async def _(scene: Scene) -> Doing:
    browser = await local(scene.site)
    secret = (await (await browser.post("/api/account/two-factor/start")).json())["secret"]
    return Doing(browser, "/api/account/two-factor/enable", {"code": pyotp.TOTP(secret).at(scene.site.clock.now)})


@audited("POST /api/account/two-factor/disable", "two_factor_off")
async def _(scene: Scene) -> Doing:
    browser, _, _ = await scene.two_factor()
    return Doing(browser, "/api/account/two-factor/disable", {"password": GOOD})


@audited("POST /api/account/two-factor/recovery-codes", "recovery_codes_made")
async def _(scene: Scene) -> Doing:
    browser, good, _ = await scene.two_factor()
    return Doing(browser, "/api/account/two-factor/recovery-codes", {"code": good})


@audited("POST /api/account/role-requests", "role_requested")
async def _(scene: Scene) -> Doing:
    return Doing(await scene.here.person("Anna A"), "/api/account/role-requests", WISH)


@audited("DELETE /api/account/role-requests/{own_request}", "role_request_withdrawn")
async def _(scene: Scene) -> Doing:
    anna = await scene.here.person("Anna A")
    made = await (await anna.post("/api/account/role-requests", WISH)).json()
    return Doing(anna, f"/api/account/role-requests/{made['id']}")


@audited("POST /api/account/step-down", "role_changed")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, "/api/account/step-down", {"role": "user"})


@audited("POST /api/bodies", "body_created")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.administrator, "/api/bodies", {"name": "Town of Example"})


@audited("PATCH /api/bodies/{body}", "body_changed")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, f"/api/bodies/{scene.here.body}", {"language": "el"})


@audited("POST /api/bodies/{body}/units", "unit_created")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, f"/api/bodies/{scene.here.body}/units", {"name": "Roads"})


async def unit(scene: Scene) -> str:
    made = await scene.here.head.post(f"/api/bodies/{scene.here.body}/units", {"name": "Roads"})
    return f"/api/units/{(await made.json())['id']}"


@audited("PATCH /api/units/{unit}", "unit_changed")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, await unit(scene), {"name": "Bridges"})


@audited("DELETE /api/units/{unit}", "unit_deleted")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, await unit(scene))


@audited("POST /api/coordinators", "account_invited")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, "/api/coordinators", PERSON)


@audited("POST /api/coordinators/message", "coordinators_written_to")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, "/api/coordinators/message", {"subject": "Monday", "text": "At nine."})


@audited("POST /api/users/invite", "account_invited")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, "/api/users/invite", {"email": "jan.nowak@example.org"})


@audited("POST /api/users/{user}/resend-activation", "account_invited_again")
async def _(scene: Scene) -> Doing:
    made = await (await scene.here.head.post("/api/coordinators", PERSON)).json()
    return Doing(scene.here.head, f"/api/users/{made['id']}/resend-activation")


@audited("POST /api/users/{user}/emails/{email}/confirm", "extra_email_confirmed")
async def _(scene: Scene) -> Doing:
    anna = await scene.here.person("Anna A")
    made = await (await anna.post("/api/account/emails", {"email": EMAIL})).json()
    return Doing(scene.here.head, f"/api/users/{anna.user}/emails/{made['id']}/confirm")


@audited("POST /api/users/{user}/convert", "role_changed")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, f"/api/users/{scene.here.unit_head.user}/convert")


@audited("POST /api/role-requests/{request}/accept", "role_changed")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, f"/api/role-requests/{await scene.asked()}/accept")


@audited("POST /api/role-requests/{request}/reject", "role_refused")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.head, f"/api/role-requests/{await scene.asked()}/reject")


@audited("POST /api/collaborators/{collaborator}/accept", "collaborator_accepted")
async def _(scene: Scene) -> Doing:
    cora = await scene.colleague(accepted=False)
    return Doing(cora, f"/api/collaborators/{scene.here.unit_head.user}/accept")


@audited("DELETE /api/collaborators/{collaborator}", "collaborator_ended")
async def _(scene: Scene) -> Doing:
    cora = await scene.colleague(accepted=True)
    return Doing(scene.here.unit_head, f"/api/collaborators/{cora.user}")


@audited("PUT /api/contents/{name}", "text_changed")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.administrator, "/api/contents/terms", {"language": "en", "text": "# Terms"})


@audited("POST /api/conferences", "conference_created")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, "/api/conferences", {"title": "Council", "record": True})


@audited("PATCH /api/conferences/{conference}", "conference_changed", "record_changed")
async def _(scene: Scene) -> Doing:
    path = f"/api/conferences/{(await scene.conference())['id']}"
    return Doing(scene.here.unit_head, path, {"lobby": True, "record": True, "title": "Other words"})


@audited("DELETE /api/conferences/{conference}", "conference_deleted")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, f"/api/conferences/{(await scene.conference())['id']}")


@audited("POST /api/conferences/{conference}/copy", "conference_created", "invited")
async def _(scene: Scene) -> Doing:
    path = (await scene.invitee()).split("/invitees/")[0]
    return Doing(scene.here.unit_head, f"{path}/copy", {"people": True})


@audited("POST /api/conferences/{conference}/postpone", "conference_postponed")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, f"/api/conferences/{(await scene.planned())['id']}/postpone")


@audited("POST /api/conferences/{conference}/reschedule", "conference_changed")
async def _(scene: Scene) -> Doing:
    made = await scene.planned()
    body = {"starts_at": made["starts_at"] + HOUR, "ends_at": made["ends_at"] + HOUR}
    return Doing(scene.here.unit_head, f"/api/conferences/{made['id']}/reschedule", body)


@audited("POST /api/conferences/{conference}/cancel", "conference_cancelled")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, f"/api/conferences/{(await scene.planned())['id']}/cancel")


@audited("POST /api/conferences/{conference}/end", "conference_ended")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, f"/api/conferences/{(await scene.conference())['id']}/end")


@audited("POST /api/conferences/{conference}/extend", "conference_extended")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, f"/api/conferences/{(await scene.planned())['id']}/extend", {"minutes": 15})


@audited("POST /api/conferences/{conference}/invitees", "invited")
async def _(scene: Scene) -> Doing:
    path = f"/api/conferences/{(await scene.conference())['id']}/invitees"
    return Doing(scene.here.unit_head, path, {"name": "Gast", "email": EMAIL, "telephone": "+48 600 100 200"})


@audited("POST /api/conferences/{conference}/invitees/bulk", "invited")
async def _(scene: Scene) -> Doing:
    path = f"/api/conferences/{(await scene.conference())['id']}/invitees/bulk"
    return Doing(scene.here.unit_head, path, {"text": f"Jan <jan@example.com>\nGast <{EMAIL}>"})


@audited("POST /api/conferences/{conference}/invitees/group", "invited")
async def _(scene: Scene) -> Doing:
    anna = await scene.here.person("Anna A")
    group = (await (await scene.here.unit_head.post("/api/groups", {"name": "Roads"})).json())["id"]
    await scene.here.unit_head.post(f"/api/groups/{group}/members", {"email": "anna.a@example.org"})
    assert anna.user is not None
    path = f"/api/conferences/{(await scene.conference())['id']}/invitees/group"
    return Doing(scene.here.unit_head, path, {"group": group})


@audited("PATCH /api/conferences/{conference}/invitees/{invitee}", "moderator_given")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, await scene.invitee(), {"moderator": True})


@audited("DELETE /api/conferences/{conference}/invitees/{invitee}", "uninvited")
async def _(scene: Scene) -> Doing:
    return Doing(scene.here.unit_head, await scene.invitee())


@audited("POST /api/conferences/{conference}/messages/{message}/retry", "message_sent_again")
async def _(scene: Scene) -> Doing:
    path = (await scene.invitee()).split("/invitees/")[0]
    outbox, now = scene.site.storage.outbox, scene.site.clock.ms()
    [sending] = [item for item in await outbox.claim(now) if item.conference is not None]
    await outbox.gave_up(sending, now, error="smtp 550 5.1.1")
    return Doing(scene.here.unit_head, f"{path}/messages/{sending.id}/retry")


@audited("DELETE /api/recordings/{recording}", "recording_deleted")
async def _(scene: Scene) -> Doing:
    await finish(scene.site, scene.film)
    return Doing(scene.film.organiser, scene.film.path)


@audited("POST /api/recordings/{recording}/link", "recording_link_made")
async def _(scene: Scene) -> Doing:
    await finish(scene.site, scene.film)
    return Doing(scene.film.organiser, f"{scene.film.path}/link")


@audited("POST /api/account/confirm-email", "account_taken_up")
async def _(scene: Scene) -> Doing:
    """The address is one for which a coordinator made an account: its role is somebody's from now on."""
    invited = (await (await scene.here.head.post("/api/coordinators", PERSON)).json())["id"]
    browser = await signed_in(scene.site, "Fresh One", email=None)
    await set_state(scene.site, str(browser.user), "unconfirmed")
    await browser.post("/api/account/activate", {**PERSON, "terms": True, "privacy": True})
    token = await token_of(scene.site, "confirm_email")
    scene.known.append(token)
    browser.user = invited
    return Doing(browser, "/api/account/confirm-email", {"token": token})


@audited("POST /api/oidc/confirm", "account_taken_up")
async def _(scene: Scene) -> Doing:
    """Somebody signs in at the provider under an address for which a coordinator made an account."""
    invited = await scene.here.head.post("/api/coordinators", {**PERSON, "email": "nikos@example.gr"})
    browser = await scene.site.browser()
    assert (await through_provider(browser, "nikos-1")).headers["Location"] == "/sign-in/confirm"
    browser.user = (await invited.json())["id"]
    return Doing(browser, "/api/oidc/confirm", {"update_name": False})


def changing() -> list[Route]:
    return [route for route in ROUTES if route.method != "GET"]


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_every_changing_route_is_decided_once_with_a_reason_where_it_leaves_nothing() -> None:
    names = [name(route) for route in changing()]
    assert sorted(names) == sorted([*AUDITED, *NOT_AUDITED])
    assert not AUDITED.keys() & NOT_AUDITED.keys() and all(len(why) > 12 for why in NOT_AUDITED.values())
    done = {action for actions, _ in AUDITED.values() for action in actions}
    # Of the operator at the command line, of the server by itself, and "no longer a moderator": shown elsewhere.
    others = {"account_made", "account_set", "sign_in_link_made", "recording_cut", "moderator_taken"}
    assert done | others == ACTIONS


async def rows(site: Site) -> list[AuditRecord]:
    """Oldest first."""
    found, _ = await site.storage.audit.page(offset=0, limit=1000)
    return found[::-1]


@pytest.mark.parametrize("route", AUDITED)
async def test_doing_it_leaves_rows_of_the_one_who_did_it(
    site: Site, film: Film, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where the row cannot be written, it is not done: afterwards it can be done as if for the first time."""
    actions, doer = AUDITED[route]
    scene = Scene(site, await home(site), film)
    doing = await doer(scene)
    method, template = route.split(" ")
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), doing.path), doing.path
    before = len(await rows(site))
    if route not in SPENT:
        with monkeypatch.context() as patch:
            patch.setattr(site.storage.audit, "record_in", unwritable)
            answer = await doing.browser.send(method, doing.path, doing.body)
            assert (answer.status, len(await rows(site))) == (500, before)
    answer = await doing.browser.send(method, doing.path, doing.body)
    assert answer.status < 300, await answer.text()
    left = (await rows(site))[before:]
    assert [row.action for row in left] == list(actions)
    assert {row.actor for row in left} == {by_user(str(doing.browser.user))}
    assert (await site.storage.audit.verify()).faults == ()
    for row in await rows(site):
        assert row.action in ACTIONS and row.kind in OBJECTS
        for word in words([row.details, row.object]):
            assert re.fullmatch(r"[a-z_]+|[A-Za-z0-9_-]{22}|[\w.]+/(el|en|pl|ro)", word), f"{row.action}: {word}"
            assert not any(known in word for known in scene.known)


async def unwritable(*_: object, **__: object) -> None:
    raise RuntimeError("the log cannot be written")


def words(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [word for each in value.values() for word in words(each)] + [str(key) for key in value]
        case list():
            return [word for each in value for word in words(each)]
        case _:
            return []


async def test_what_is_refused_leaves_nothing(site: Site, film: Film) -> None:
    here = await home(site)
    browser = await local(site)
    await browser.post("/api/account/two-factor/start")
    before = len(await rows(site))
    assert (await browser.post("/api/account/two-factor/enable", {"code": "000000"})).status == 403
    assert (await here.unit_head.post("/api/users/invite", {"email": "jan.nowak@example.org"})).status == 403
    assert (await film.organiser.send("DELETE", film.path)).status == 409  # it is being captured
    assert len(await rows(site)) == before
