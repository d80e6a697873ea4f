"""The states of what lies behind a link: answers to invitations, the door, the room, how it can end, the playback page.

Rows of the same kind as those of the portal's pages (states.py). `shows` names what the client marks by a test id: the
banners and dialogs of the room and what its recording sign can say; `MARKS` reads them from the client's source.
"""

from __future__ import annotations

import re
from functools import partial

from playwright.async_api import Page, Route, expect

from tests.e2e import states
from tests.e2e.states import LONG_NAME, Open, Stage, State, button, dialog, opened
from tests.e2e.world import OWNER, meet
from tests.support.server import ROOT

ROOMS: list[State] = []
state = partial(states.state, table=ROOMS)
plainly = partial(states.plainly, table=ROOMS)


def mark(test_id: str, now: str | None = None) -> str:
    """A selector."""
    return f'[data-testid="{test_id}"]' + ("" if now is None else f'[data-state="{now}"]')


def marks() -> set[str]:
    """Every banner and dialog of the room and every state of its recording; one without a test id is an error."""
    source = "\n".join(file.read_text() for file in sorted((ROOT / "static_client/src/meeting").glob("*.tsx")))
    found: set[str] = set()
    for what, beginning in (("banner", r'<div class="room-banner[ "]'), ("dialog", r"<(?:Confirm)?Dialog ")):
        tags = re.findall(rf"{beginning}[^\n]*", source)
        named = [re.search(r'data-testid="([\w-]+)"', tag) for tag in tags]
        assert tags, what
        assert None not in named, [tag for tag, name in zip(tags, named, strict=True) if name is None]
        found |= {mark(name[1]) for name in named if name is not None}
    protocol = (ROOT / "static_client/src/engine/protocol.ts").read_text()
    recording = re.search(r"interface Recording \{.*?\bstate: ([^;]+);", protocol, re.DOTALL)
    assert recording is not None
    return found | {mark("recording-sign", now) for now in re.findall(r'"(\w+)"', recording[1])}


# -- answers, the door, the room ------------------------------------------------------------------------------------


@state("rsvp", "rsvp")
async def _(stage: Stage) -> Page:
    page = await stage.page(stage.world.links["rsvp"])
    return await opened(page, page.get_by_role("heading", name="You have accepted"))


plainly("rsvp", "rsvp-bad-link", "/rsvp/accept#x.y")


def at_door(name: str, link: str, says: str) -> None:
    """Before the room, as one comes to it."""

    async def go(stage: Stage) -> Page:
        page = await stage.page(stage.world.links[link])
        return await opened(page, page.get_by_text(says))

    ROOMS.append(State(name, "link", go))


at_door("prejoin", "plain", "Say something: the bar should move.")


@state("link", "prejoin-consent-missing")
async def _(stage: Stage) -> Page:
    page = await stage.page(stage.world.links["record"])
    await page.get_by_label("Your name").fill("Anna")
    await page.get_by_test_id("join").click()
    return await opened(page, page.get_by_text("Choose whether you may be recorded."))


@state("link", "prejoin-camera")
async def _(stage: Stage) -> Page:
    page = await stage.page(stage.world.links["plain"])
    await page.get_by_test_id("prejoin-camera").click()
    await page.get_by_test_id("join").click()
    return await opened(page, page.get_by_text("Type the name that others will see."))


at_door("prejoin-listener", "listener", "you come in as a listener")
at_door("prejoin-lobby", "lobby", "This conference has a lobby")


@state("link", "prejoin-denied")
async def _(stage: Stage) -> Page:
    context = await stage.context()
    await context.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    page = await context.new_page()
    await page.goto(stage.world.links["plain"])
    return await opened(page, page.get_by_text("Your microphone cannot be used"))


@state("link", "countdown")
async def _(stage: Stage) -> Page:
    page = await stage.page(stage.world.links["early"])
    return await opened(page, page.get_by_test_id("early"))


async def knocks(stage: Stage) -> Page:
    page = await stage.page(stage.world.links["lobby"])
    await page.get_by_label("Your name").fill(LONG_NAME)
    await button(page, "Join", exact=True).click()
    return page


@state("room", "lobby")
async def _(stage: Stage) -> Page:
    page = await knocks(stage)
    return await opened(page, page.get_by_test_id("lobby"))


@state("room", "room-alone")
async def _(stage: Stage) -> Page:
    page = await stage.room("alone")
    return await opened(page, page.get_by_text("You are the only one here"))


async def meeting(stage: Stage) -> Page:
    """With three others in it."""
    page = await stage.room("meeting")
    if await page.locator('[data-name="Ben Albescu"]').count() == 0:
        await meet(stage.world)
    await expect(page.locator('[data-name="Ben Albescu"]')).to_be_visible()
    return page


@state("room", "room", kept=True, shows=[mark("recording-sign", "off")])
async def _(stage: Stage) -> Page:
    return await opened(await meeting(stage))


def in_room(name: str, *presses: str, shows: str | None = None) -> None:
    """What a button of the room opens; the last ones by their menu's item."""

    async def go(stage: Stage) -> Page:
        page = await meeting(stage)
        for press in presses:
            role = "menuitem" if await page.get_by_role("menu").count() else "button"
            await page.get_by_role(role, name=press).first.click()
            await page.wait_for_timeout(50)
        return await opened(page, page.locator("dialog[open], [popover]:popover-open:not(.ui-toasts)").last)

    ROOMS.append(State(name, "room", go, kept=True, shows=() if shows is None else (mark(f"dialog-{shows}"),)))


in_room("room-top-menu", "Conference menu")
in_room("room-more-menu", "More")
in_room("room-person-menu", "Actions for Ben")
in_room("room-everyone-menu", "Everyone")
in_room("room-chat-menu", "Chat options")
in_room("room-reactions", "Reactions")
in_room("room-microphones", "Microphone and speaker")
in_room("room-settings", "Conference menu", "Settings", shows="settings")
in_room("room-appearance", "Conference menu", "Accessibility")
in_room("room-invite", "Conference menu", "Invite people", shows="invite")
in_room("room-connection", "Conference menu", "Connection details", shows="connection")
in_room("room-shortcuts", "Conference menu", "Keyboard shortcuts", shows="shortcuts")
in_room("room-who-records", "Who can record?", shows="who-records")
in_room("room-kick", "Actions for Ben", "Remove from the room", shows="person")
in_room("room-mute-all", "Everyone", "Mute everyone", shows="mute-all")
in_room("room-leave", "Leave", shows="leave")


@state("room", "room-speaker-view", kept=True)
async def _(stage: Stage) -> Page:
    page = await stage.room("meeting")
    await page.locator("#room-heading").focus()
    await page.keyboard.press("w")
    await page.keyboard.press("p")
    await page.get_by_test_id("people").and_(page.locator("[aria-pressed=false]")).wait_for()
    return page


@state("room", "room-no-panels", kept=True)
async def _(stage: Stage) -> Page:
    page = await stage.room("meeting")
    await page.locator("#room-heading").focus()
    await page.keyboard.press("w")
    await page.keyboard.press("c")
    await page.get_by_test_id("chat").and_(page.locator("[aria-pressed=false]")).wait_for()
    return page


@state("room", "room-waiting")
async def _(stage: Stage) -> Page:
    """A moderator sees who is before the door."""
    page = await stage.room("door")
    stage.beside.append(await knocks(stage))
    return await opened(page, page.get_by_test_id("waiting"))


async def told(stage: Stage, act: str) -> Page:
    """Somebody else's page after a moderator's act on them."""
    moderator = await stage.room("meeting")
    page = await stage.room("guest")
    who = await page.evaluate("() => window.__plenum.state().you")
    payload = {"action": act, "target": who, "hold": False}
    await moderator.evaluate("(payload) => window.__plenum.call('moderate', payload)", payload)
    return await dialog(page)


@state("room", "room-asked", shows=[mark("dialog-asked")])
async def _(stage: Stage) -> Page:
    guest = await stage.room("guest")
    if await guest.get_by_test_id("mic").get_attribute("aria-pressed") == "true":
        await guest.get_by_test_id("mic").click()
    return await told(stage, "ask_unmute")


@state("room", "room-promotion", shows=[mark("dialog-promotion")])
async def _(stage: Stage) -> Page:
    return await told(stage, "promote_presenter")


async def organiser(stage: Stage, which: str) -> Page:
    """Enters from the list of conferences."""
    page = await stage.page("/home", OWNER)
    card = page.locator(f'[data-conference="{stage.world.conferences[which]["id"]}"]')
    await button(card, "Enter").click()
    await page.get_by_test_id("join").wait_for()
    if await page.get_by_text("Yes, record me", exact=True).count():
        await page.get_by_text("Yes, record me", exact=True).click()
    await page.get_by_test_id("join").click()
    await expect(page.get_by_test_id("leave")).to_be_visible(timeout=15_000)
    return page


@state("room", "room-record", shows=[mark("dialog-record")])
async def _(stage: Stage) -> Page:
    page = await organiser(stage, "unasked")
    await page.get_by_test_id("record").click()
    return await dialog(page)


@state("room", "room-consent", shows=[mark("dialog-consent")])
async def _(stage: Stage) -> Page:
    """Asked while inside."""
    page = await organiser(stage, "unasked")
    await page.get_by_test_id("record").click()
    await button(page.get_by_role("dialog"), "Ask and record").click()
    return await opened(page, page.get_by_test_id("consent-yes"))


async def filmed(stage: Stage) -> Page:
    """The organiser's page in a conference that is recorded; somebody there does not want to be."""
    if "filmed" not in stage.rooms:
        await stage.world.arrive("Αικατερίνη Παπαδημητρίου", "filmed", consent="no")
        stage.rooms["filmed"] = await organiser(stage, "filmed")
    return stage.rooms["filmed"]


async def sign_says(page: Page, now: str) -> Page:
    return await opened(page, page.locator(mark("recording-sign", now)))


@state("room", "room-armed", kept=True, shows=[mark("recording-sign", "armed")])
async def _(stage: Stage) -> Page:
    return await sign_says(await filmed(stage), "armed")


@state("room", "room-recording", kept=True, shows=[mark("recording-sign", "recording")])
async def _(stage: Stage) -> Page:
    page = await filmed(stage)
    if await page.locator(mark("recording-sign", "recording")).count() == 0:
        await page.get_by_test_id("record").click()
    return await sign_says(page, "recording")


@state("room", "room-marked")
async def _(stage: Stage) -> Page:
    """Armed again, with a part that is marked."""
    page = await filmed(stage)
    if await page.locator(mark("recording-sign", "recording")).count() == 0:
        await page.get_by_test_id("record").click()
        await sign_says(page, "recording")
    await page.get_by_test_id("record").click()
    return await opened(page, page.locator(".room-rec-count"))


@state("room", "room-recorded-guest", shows=[mark("recording-sign", "armed")])
async def _(stage: Stage) -> Page:
    """Who did not want to be recorded."""
    page = await stage.page(stage.world.conferences["filmed"]["participant_url"])
    await page.get_by_text("No, leave me out", exact=True).click()
    return await sign_says(await stage.join(page), "armed")


@state("room", "room-ending", shows=[mark("ending")])
async def _(stage: Stage) -> Page:
    """A moderator's page, who may make it longer."""
    page = await stage.inside("short", "moderator_url")
    await stage.world.ends_soon("short")
    return await opened(page, page.get_by_test_id("ending"))


@state("room", "room-sharing", shows=[mark("sharing")])
async def _(stage: Stage) -> Page:
    page = await stage.inside("acts")
    await page.get_by_test_id("share").click()
    return await opened(page, page.get_by_test_id("sharing"))


@state("room", "room-screen")
async def _(stage: Stage) -> Page:
    """Somebody else's screen on the stage."""
    other = await stage.inside("acts", name="Ben Albescu")
    stage.beside.append(other)
    page = await stage.inside("acts")
    await other.get_by_test_id("share").click()
    await expect(page.locator('[data-tile="screen"][data-covered="false"]')).to_be_visible(timeout=20_000)
    return await opened(page)


@state("room", "room-away")
async def _(stage: Stage) -> Page:
    """Somebody whose connection is lost keeps the seat for a while."""
    page = await stage.inside("alone", "moderator_url")
    gone = await stage.world.arrive("Αικατερίνη Παπαδημητρίου", "alone")
    await gone.close()
    return await opened(page, page.locator(".room-person.is-away"))


@state("room", "room-sound-blocked", shows=[mark("sound-blocked")])
async def _(stage: Stage) -> Page:
    script = """HTMLAudioElement.prototype.play = () => Promise.reject(new DOMException('', 'NotAllowedError'))"""
    page = await stage.inside("acts", script=script)
    return await opened(page, page.get_by_test_id("sound-blocked"))


_CUT = """
window.WebSocket = class extends WebSocket {
  constructor(url, ...given) { super(window.__cut ? 'wss://127.0.0.1:9/' : url, ...given); }
};
"""


@state("room", "room-lost", shows=[mark("reconnecting")])
async def _(stage: Stage) -> Page:
    """The server is out of reach; the client goes on trying."""
    page = await stage.inside("acts", script=_CUT)
    await page.evaluate("() => { window.__cut = true; window.__plenum.dropSocket(); }")
    return await opened(page, page.get_by_test_id("reconnecting"))


_INTERRUPTED = """
const all = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); all.push(this); }
};
window.__interrupt = () => {
  for (const one of all) Object.defineProperty(one, 'iceConnectionState', { get: () => 'disconnected' });
  setInterval(() => all.forEach((one) => one.dispatchEvent(new Event('iceconnectionstatechange'))), 200);
};
"""


@state("room", "room-media-lost", shows=[mark("media-lost")])
async def _(stage: Stage) -> Page:
    """Sound and picture alone are interrupted: the browser says so again and again."""
    page = await stage.inside("acts", script=_INTERRUPTED)
    await page.wait_for_function("() => window.__plenum.media() === 'connected'")
    await page.evaluate("() => window.__interrupt()")
    return await opened(page, page.get_by_test_id("media-lost"))


@state("room", "room-held")
async def _(stage: Stage) -> Page:
    """Muted by a moderator, and held so."""
    page = await stage.inside("acts")
    await _moderate(stage, page, "mute", hold=True)
    return await opened(page, page.locator('[data-testid="mic"][aria-disabled="true"]'))


@state("room", "room-spotlight")
async def _(stage: Stage) -> Page:
    """Somebody on everybody's stage."""
    page = await stage.inside("acts")
    ben = await stage.world.arrive("Grzegorz Brzęczyszczykiewicz", "acts")
    await (await stage.moderator("acts")).client.call(
        "moderate", {"action": "spotlight", "target": ben.id, "hold": False}
    )
    return await opened(page, page.locator(f'.room-tile-focus[data-participant="{ben.id}"]'))


@state("room", "room-private-chat")
async def _(stage: Stage) -> Page:
    """A message for oneself alone, one's answer, and the next one begun."""
    page = await stage.inside("acts")
    moderator = await stage.moderator("acts")
    text = "Ο προϋπολογισμός είναι στη διεύθυνση https://example.org/agenda"
    await moderator.client.call("chat_send", {"text": text, "to": await _you(page)})
    await expect(page.locator(".room-message.is-private")).to_be_visible()
    await page.locator(".room-composer-to select").select_option(moderator.id)
    await page.get_by_test_id("chat-text").fill("Dziękuję")
    await page.get_by_test_id("chat-send").click()
    await expect(page.locator(".room-message.is-private.is-mine")).to_be_visible()
    await page.get_by_test_id("chat-text").fill("Jeszcze jedno pytanie")
    return await opened(page, page.locator(".room-composer.is-private"))


@state("room", "room-hand")
async def _(stage: Stage) -> Page:
    """One's own."""
    page = await stage.inside("acts")
    await page.get_by_test_id("hand").click()
    return await opened(page, page.locator('[data-testid="hand"][aria-pressed="true"]'))


@state("room", "room-listener")
async def _(stage: Stage) -> Page:
    page = await stage.inside("listener")
    return await opened(page, page.locator('[data-testid="mic"][aria-disabled="true"]'))


@state("room", "room-crowd")
async def _(stage: Stage) -> Page:
    """More people than a page of the stage holds; the list can be searched."""
    if len([one for one in stage.world.inside if one.joined["room"]["title"] == "Crowd"]) < 30:
        for n in range(30):
            await stage.world.arrive(f"Νίκος Δημητρίου {n}", "crowd", connect_media=False)
    page = await stage.inside("crowd")
    return await opened(page, page.locator(".room-pager"))


@state("room", "room-waiting-banner", shows=[mark("waiting-banner")])
async def _(stage: Stage) -> Page:
    """Somebody waits, and the list of people is hidden."""
    page = await stage.room("door")
    await page.get_by_test_id("people").click()
    stage.beside.append(await knocks(stage))
    return await opened(page, page.get_by_test_id("waiting-banner"))


@state("room", "room-banned")
async def _(stage: Stage) -> Page:
    page = await stage.inside("shut", "moderator_url")
    gone = await stage.world.arrive(LONG_NAME, "shut")
    payload = {"action": "ban", "target": gone.id, "hold": False}
    await page.evaluate("(payload) => window.__plenum.call('moderate', payload)", payload)
    await page.locator(".room-banned summary").click()
    return await opened(page, button(page, "Let"))


@state("room", "room-shut")
async def _(stage: Stage) -> Page:
    """Nobody comes in any more, and moderators alone write."""
    page = await stage.inside("shut")
    moderator = await stage.moderator("shut")
    await moderator.client.call("chat_close", {"closed": True})
    await moderator.client.call("lock", {"locked": True})
    await expect(page.locator(".room-chat-closed")).to_be_visible()
    return await opened(page, page.locator(".room-chip"))


async def _you(page: Page) -> str:
    return str(await page.evaluate("() => window.__plenum.state().you"))


async def _moderate(stage: Stage, page: Page, act: str, *, hold: bool) -> None:
    """A moderator without a page, to the person of this page."""
    moderator = await stage.moderator("acts")
    await moderator.client.call("moderate", {"action": act, "target": await _you(page), "hold": hold})


# -- how it can end: each by its code -------------------------------------------------------------------------------

_LOOKS = re.compile(r"^  (\w+): \{ icon: ", re.MULTILINE)
CODES: list[str] = _LOOKS.findall((ROOT / "static_client/src/status/status.tsx").read_text())


def ends(code: str) -> Open:
    async def go(stage: Stage) -> Page:
        context = await stage.context()
        page = await context.new_page()

        async def answer(route: Route) -> None:
            if code == "network":
                await route.abort()
                return
            said = {"code": code, "message": "", "retry_after_s": 300 if code == "too_many_tries" else None}
            await route.fulfill(status=409, json={"error": said})

        # too early is told at the last step alone: before it there is the countdown
        await page.route("**/api/join" if code == "not_open_yet" else "**/api/join/check", answer)
        await page.goto(stage.world.links["plain"])
        if code == "not_open_yet":
            return await too_early(stage, page)
        return await opened(page, page.locator(".status h1"))

    return go


async def too_early(stage: Stage, page: Page) -> Page:
    """The organiser's own entry, put off while the name was typed."""
    await page.context.add_cookies(stage.world.admin.cookies())
    await page.goto(stage.world.url + "/home")
    card = page.locator(f'[data-conference="{stage.world.conferences["meeting"]["id"]}"]')
    await button(card, "Enter").click()
    await page.get_by_test_id("join").wait_for()
    said = {"error": {"code": "not_open_yet", "message": ""}}
    await page.route("**/enter", lambda route: route.fulfill(status=425, json=said))
    await page.get_by_test_id("join").click()
    return await opened(page, page.locator(".status h1"))


for code in CODES:
    ROOMS.append(State(f"status-{code.replace('_', '-')}", "link", ends(code), code))

# -- the playback page ----------------------------------------------------------------------------------------------


async def playing(stage: Stage, tab: str | None = None, person: str | None = None) -> Page:
    page = await stage.page(stage.world.links["play"], person)
    await page.wait_for_function("() => window.__player && __player.firstFrameAt !== null")
    if tab is not None:
        await page.get_by_role("tab", name=tab).click()
    return await opened(page)


@state("play", "player")
async def _(stage: Stage) -> Page:
    return await playing(stage)


@state("play", "player-downloads")
async def _(stage: Stage) -> Page:
    return await playing(stage, "Downloads", "admin")


@state("play", "player-keys")
async def _(stage: Stage) -> Page:
    page = await playing(stage)
    await page.keyboard.press("?")
    return await dialog(page)
