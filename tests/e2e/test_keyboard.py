"""The keyboard reaches and works everything: from the front page through the door into the room, its panels, menus and
dialogs. No pointer is used after the page is open; focus is always seen and never lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.keys import MOST_TABS, choose, press, tab_to, tab_to_testid
from tests.e2e.room import Participant, eventually, in_the_room
from tests.support.browser import participant_context, watch
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e

# Everything that a pointer could press and that is there to be pressed now. Menu items and the like are reached with
# the arrows of their widget and are no stops of their own. A stop is called by its name and its how-manieth.
_CONTROLS = """() => {
  const scope = [...document.querySelectorAll('dialog[open], [role=dialog]:popover-open')].at(-1) ?? document;
  const found = scope.querySelectorAll('button, a[href], input, select, textarea, summary, [tabindex="0"]');
  const shown = (one) => {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (one.classList.contains('skip-link')) return true;
    return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && style.display !== 'none';
  };
  const count = {};
  const names = [];
  for (const one of document.querySelectorAll('[data-stop]')) delete one.dataset.stop;
  for (const one of found) {
    if (one.disabled || one.tabIndex < 0 || !shown(one) || one.closest('[inert]')) continue;
    if (one.type === 'radio') {  // one stop per group
      const stop = `radio ${one.name}`;
      one.dataset.stop = stop;
      if (!names.includes(stop)) names.push(stop);
      continue;
    }
    const label = one.labels?.[0]?.textContent ?? one.textContent;
    const name = `${one.tagName} ${(one.getAttribute('aria-label') ?? label).trim().slice(0, 30)}`;
    count[name] = (count[name] ?? 0) + 1;
    one.dataset.stop = `${name} (${count[name]})`;
    names.push(one.dataset.stop);
  }
  return names;
}"""

# A ring is an outline, the control's own or that of the card or label around it; and what has it can be seen.
_FOCUSED = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const outlined = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  };
  const ring = outlined(one) || (one.closest('label') !== null && outlined(one.closest('label')));
  let opacity = 1;
  for (let at = one; at !== null; at = at.parentElement) opacity *= parseFloat(getComputedStyle(at).opacity);
  const box = one.getBoundingClientRect();
  const inside = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
  return { stop: one.dataset.stop ?? null, ring, clear: inside && (opacity > 0.4 || one.type === 'radio'),
    what: one.outerHTML.slice(0, 250), role: one.getAttribute('role') };
}"""

_LAYER = """() => {
  const layers = 'dialog[open], [role=dialog]:popover-open, [role=menu]:popover-open';
  const top = [...document.querySelectorAll(layers)].at(-1);
  if (top === undefined) return null;
  return { inside: top.contains(document.activeElement), menu: top.getAttribute('role') === 'menu' };
}"""


async def focused(page: Page) -> dict[str, Any] | None:
    found: dict[str, Any] | None = await page.evaluate(_FOCUSED)
    return found


async def stops(page: Page) -> list[str]:
    """The names of what should be reached now, in the page's order."""
    found: list[str] = await page.evaluate(_CONTROLS)
    return found


async def clearly_focused(page: Page) -> dict[str, Any] | None:
    """What has the focus, once it has come into view."""
    here = await focused(page)
    for _ in range(10):
        if here is None or (here["ring"] and here["clear"]):
            break
        await page.wait_for_timeout(50)
        here = await focused(page)
    return here


async def walk(page: Page, *, back: bool = False) -> None:
    """Tab through what is shown: every control is a stop, with a visible ring."""
    wanted = set(await stops(page))
    assert wanted
    reached: set[str] = set()
    for _ in range(MOST_TABS):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        here = await clearly_focused(page)
        if here is None:  # the browser's own stop between the end and the beginning of the page
            wanted &= set(await stops(page))  # notices go by themselves
            if wanted <= reached:
                return
            continue
        assert here["ring"], f"focus cannot be seen: {here['what']}"
        assert here["clear"], f"what has the focus cannot be seen: {here['what']}"
        if here["stop"] is not None:
            reached.add(here["stop"])
        if wanted <= reached:
            return
    raise AssertionError(f"not reached with Tab: {sorted(wanted - reached)}")


async def tab_to_stop(page: Page, stop: str) -> bool:
    """Is it there, and does Tab lead to it?"""
    if stop not in await stops(page):
        return False
    for _ in range(MOST_TABS):
        here = await focused(page)
        if here is not None and here["stop"] == stop:
            return True
        await page.keyboard.press("Tab")
    assert stop not in await stops(page), f"Tab does not lead to {stop!r}"
    return False  # a notice that went by itself


async def browse_menu(page: Page) -> list[str]:
    """Down through the open menu: every item gets the focus, Home and End work."""
    items: list[str] = await page.evaluate(
        "[...document.querySelectorAll('[role=menu]:popover-open [role^=menuitem]')].map((one) => one.textContent)"
    )
    assert items
    here = "document.activeElement.textContent"
    for item in items:
        assert await page.evaluate(here) == item
        assert (await focused(page) or {})["ring"]
        await page.keyboard.press("ArrowDown")
    for key, item in (("End", items[-1]), ("Home", items[0]), ("ArrowUp", items[-1])):
        await page.keyboard.press(key)
        assert await page.evaluate(here) == item
    return items


async def press_every_control(page: Page, *, but: tuple[str, ...] = ()) -> tuple[set[str], set[str]]:
    """Each control that is there gets Enter (fields are left alone). Whatever opens has the focus inside and gives it
    back at Escape; whatever goes away leaves the focus somewhere near. Returns what was pressed and what the menus
    hold."""
    pressed: set[str] = set()
    items: set[str] = set()
    for stop in await stops(page):
        if any(word in stop for word in but) or stop.startswith(
            ("INPUT", "TEXTAREA", "SELECT", "radio", "DIV", "SPAN")
        ):
            continue
        if not await tab_to_stop(page, stop):
            continue  # went with an earlier press
        await page.keyboard.press("Enter")
        pressed.add(stop)
        await page.wait_for_timeout(300)
        layer = await page.evaluate(_LAYER)
        if layer is not None:
            assert layer["inside"], f"focus is not in what {stop} opened"
            if layer["menu"]:
                items |= set(await browse_menu(page))
            else:
                await walk(page)
            await page.keyboard.press("Escape")
            await page.wait_for_function(f"() => ({_LAYER})() === null")
            await stops(page)
            await eventually(lambda: focused(page), within_s=2, what=f"focus after {stop} was closed")
            assert (await focused(page) or {})["stop"] == stop, f"focus went elsewhere from {stop}"
            continue
        here = await eventually(lambda: focused(page), within_s=2, what=f"focus after {stop} was pressed")
        if 'aria-pressed="' in here["what"]:  # a switch: as it was before
            await page.keyboard.press("Enter")
            await page.wait_for_timeout(300)
            assert await focused(page) is not None
    return pressed, items


async def arrive_by_keyboard(browser: Browser, server: Server, conference: dict[str, Any]) -> Participant:
    """Front page, number and ADMIN PIN, name, Join: keys alone."""
    context = await participant_context(browser)
    page = await context.new_page()
    person = Participant(page, "Olga", "#2060c0")
    watch(page, person.problems)
    await page.goto(server.url)
    await page.get_by_label("Conference number or link").wait_for()
    await walk(page)
    await tab_to(page, "Conference number")
    await page.keyboard.type(conference["number"])
    await tab_to(page, "PIN")
    await page.keyboard.type(conference["admin_pin"])
    await page.keyboard.press("Enter")
    await page.get_by_label("Your name").wait_for()
    await walk(page)
    await join_by_keyboard(page, "Olga")
    return person


async def join_by_keyboard(page: Page, name: str) -> None:
    """From the door into the room; answers for consent where the conference is recorded."""
    await page.get_by_label("Your name").wait_for()
    await tab_to(page, "Your name")
    await page.keyboard.press("Control+a")
    await page.keyboard.type(name)
    if await page.get_by_test_id("consent").count():
        await tab_to(page, "Yes, record me")
        await page.keyboard.press("Space")
    await tab_to(page, "Join")
    await page.keyboard.press("Enter")
    await in_the_room(page)


async def test_everything_in_the_room_is_reached_and_worked_by_keyboard(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """S-12, S-13, S-15 to S-18, S-34, S-35, S-40, H-38: a moderator without a pointer."""
    conference = organiser.conference(title="Keys")
    olga = await arrive_by_keyboard(browser, server, conference)
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben")
    page = olga.page
    await expect(page.locator('[data-name="Ben"]')).to_be_visible()
    await eventually(lambda: focused(page), what="focus in the room")
    await walk(page)

    # one's own switches, by their buttons
    await tab_to(page, "Microphone")
    before: bool = (await olga.me())["mic"]["on"]
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-testid="mic"]')).to_have_attribute("aria-pressed", str(not before).lower())
    assert await focused(page) is not None

    # a person's menu: mute and kick with its question
    await tab_to(page, "Actions for Ben")
    await page.keyboard.press("Enter")
    await page.get_by_role("menu").wait_for()
    await page.keyboard.press("Escape")
    assert "Actions for Ben" in (await focused(page) or {})["what"]
    await page.keyboard.press("Enter")
    await choose(page, "Mute")
    await expect(page.locator('[data-name="Ben"]').get_by_role("img", name="Muted by a moderator")).to_be_visible()
    await eventually(lambda: focused(page), what="focus after the menu")

    # each dialog of the three dots: reached, walked, closed, focus back
    for item in ("Settings", "Invite", "Connection", "Keyboard"):
        await tab_to(page, "Conference menu", back=True)
        await page.keyboard.press("Enter")
        await page.get_by_role("menu").wait_for()
        await choose(page, item)
        await page.get_by_role("dialog").wait_for()
        await walk(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await eventually(lambda: focused(page), what=f"focus after {item}")

    # chat: write and send
    await tab_to(page, "Write to")
    await page.keyboard.type("hello from the keys")
    await page.keyboard.press("Enter")
    await expect(ben.page.get_by_text("hello from the keys").first).to_be_visible()
    await press(page, "Escape")

    # kick, then leave
    await tab_to(page, "Actions for Ben", back=True)
    await page.keyboard.press("Enter")
    await choose(page, "Remove from")
    await page.get_by_role("dialog").wait_for()
    await walk(page)
    await tab_to(page, "Remove")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-name="Ben"]')).to_have_count(0)
    await eventually(lambda: focused(page), what="focus after the row is gone")
    await tab_to(page, "Leave")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for()
    await walk(page)
    await tab_to(page, "Leave")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("left")
    await walk(page)
    assert olga.problems == []


async def test_no_control_of_the_room_loses_the_focus(server: Server, organiser: Organiser, browser: Browser) -> None:
    """S-12 to S-18, S-34, S-35, S-44: every button that a moderator sees, pressed by key, and every menu browsed."""
    conference = organiser.conference(title="Keys", record=True)
    olga = await arrive_by_keyboard(browser, server, conference)
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", consent="no")
    await ben.press("hand")
    await ben.call("chat_send", {"text": "look at https://example.org please", "to": None})
    page = olga.page
    await expect(page.locator('[data-name="Ben"]')).to_be_visible()
    await expect(page.get_by_role("link", name="example.org")).to_be_visible()
    await walk(page, back=True)
    pressed, items = await press_every_control(page, but=("A ", "Leave", "BUTTON Show"))
    print("pressed:", sorted(pressed))
    print("in menus:", sorted(items))
    for name in ("Microphone", "Camera", "Share", "Raise", "React", "Chat", "People", "Conference menu", "Delete"):
        assert any(name in one for one in pressed), name
    assert olga.problems == []


async def test_the_organiser_records_by_keyboard_and_who_is_asked_answers_by_keyboard(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """S-24, S-25, S-39, S-44: consent, start and stop, and an invitation to present, without a pointer."""
    conference = organiser.conference(title="Keys", who_presents="promoted")
    context = await participant_context(browser)
    await context.add_cookies(organiser.cookies())
    olga = Participant(await context.new_page(), "Olga", "#2060c0")
    watch(olga.page, olga.problems)
    await olga.page.goto(f"{server.url}/home")
    await olga.page.get_by_role("button", name="Enter").wait_for()
    await tab_to(olga.page, "Enter")
    await olga.page.keyboard.press("Enter")
    await join_by_keyboard(olga.page, "Olga")
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben")
    await expect(olga.page.locator('[data-name="Ben"]')).to_be_visible()

    sign = olga.page.get_by_test_id("recording-sign")
    await tab_to_testid(olga.page, "record")
    await olga.page.keyboard.press("Enter")
    await olga.page.get_by_role("dialog").wait_for()
    await walk(olga.page)
    await tab_to(olga.page, "Ask")
    await olga.page.keyboard.press("Enter")
    for page in (olga.page, ben.page):  # everyone is asked
        await page.get_by_test_id("consent-yes").wait_for()
        await walk(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("consent-yes")).to_be_visible()  # a question that wants an answer
        await tab_to_testid(page, "consent-yes")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await eventually(lambda page=page: focused(page), what="focus after the answer")
    await expect(sign).to_have_attribute("data-state", "armed")
    for state in ("recording", "armed"):
        await tab_to_testid(olga.page, "record")
        await olga.page.keyboard.press("Enter")
        await expect(sign).to_have_attribute("data-state", state)
        assert await focused(olga.page) is not None

    await tab_to(olga.page, "Actions for Ben")
    await olga.page.keyboard.press("ArrowDown")
    await choose(olga.page, "Invite to present")
    await ben.page.get_by_test_id("promotion-accept").wait_for()
    await walk(ben.page)
    await tab_to_testid(ben.page, "promotion-accept")
    await ben.page.keyboard.press("Enter")
    await expect(ben.page.get_by_role("dialog")).to_have_count(0)
    await eventually(lambda: focused(ben.page), what="focus after accepting")
    assert (await ben.me())["role"] == "presenter"
    assert olga.problems == ben.problems == []


async def test_a_second_press_lets_nobody_else_in(organiser: Organiser, browser: Browser) -> None:
    """A row that goes takes its buttons along: the focus goes to the list's heading, not to the next person's."""
    conference = organiser.conference(title="Keys", lobby=True)
    olga = await Participant.arrive(browser, conference["moderator_url"], "Olga", camera=False)
    for name in ("Anna", "Ben"):
        guest = await Participant.arrive(browser, conference["participant_url"], name, camera=False, join=False)
        await guest.page.get_by_role("button", name="Join", exact=True).click()
        await expect(olga.page.get_by_role("button", name=f"Let in {name}")).to_be_visible()
    await tab_to(olga.page, "Let in Anna")
    await olga.page.keyboard.press("Enter")
    await expect(olga.page.get_by_role("button", name="Let in Anna")).to_have_count(0)
    here = await eventually(lambda: focused(olga.page), within_s=2, what="focus after the row is gone")
    assert "room-waiting-heading" in here["what"]
    await olga.page.keyboard.press("Enter")
    await expect(olga.page.get_by_role("button", name="Let in Ben")).to_be_visible()
    assert olga.problems == []


async def test_a_menu_opens_as_often_as_it_is_asked_however_fast(organiser: Organiser, browser: Browser) -> None:
    """The news of the last closing comes late; it must not close the menu that was opened since."""
    conference = organiser.conference(title="Keys")
    olga = await Participant.arrive(browser, conference["moderator_url"], "Olga", camera=False)
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", camera=False)
    await expect(olga.page.locator('[data-name="Ben"]')).to_be_visible()
    await tab_to(olga.page, "Actions for Ben")
    for _ in range(40):
        await olga.page.keyboard.press("Enter")
        await olga.page.wait_for_function("() => document.activeElement?.closest('[role=menu]')", timeout=3000)
        await olga.page.keyboard.press("Escape")
    assert olga.problems == ben.problems == []


async def test_shortcuts_work_from_anywhere_but_a_text_field(organiser: Organiser, browser: Browser) -> None:
    """M, V, C, P, W, R and ?: pressed once each; in the chat's field they are letters."""
    anna = await Participant.arrive(browser, organiser.conference()["participant_url"], "Anna", camera=False)
    page = anna.page
    await page.locator("#room-heading").focus()
    await page.keyboard.press("m")
    await expect(page.locator('[data-testid="mic"]')).to_have_attribute("aria-pressed", "false")
    await page.keyboard.press("r")
    await expect(page.locator('[data-testid="hand"]')).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("v")
    await expect(page.locator('[data-testid="camera"]')).to_have_attribute("aria-pressed", "true")
    for key, control in (("c", "chat"), ("p", "people")):
        await page.keyboard.press(key)
        await expect(page.locator(f'[data-testid="{control}"]')).to_have_attribute("aria-pressed", "false")
        await page.keyboard.press(key)
        await expect(page.locator(f'[data-testid="{control}"]')).to_have_attribute("aria-pressed", "true")
    field = page.get_by_role("textbox", name="Write to")
    await field.focus()
    await page.keyboard.type("mv?")
    assert await field.input_value() == "mv?"
    await expect(page.locator('[data-testid="camera"]')).to_have_attribute("aria-pressed", "true")
    await page.locator("#room-heading").focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await eventually(lambda: focused(page), what="focus after the dialog")
    assert anna.problems == []
