"""The keyboard reaches and works everything: from the front page through the door into the room, its panels, menus and
dialogs. No pointer is used after the page is open; focus is always seen and never lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.room import Participant, eventually
from tests.support.browser import participant_context, watch
from tests.support.server import Organiser, Server

pytestmark = pytest.mark.e2e

MOST_TABS = 90

# Everything that a pointer could press and that is there to be pressed now. Menu items and the like are reached with
# the arrows of their widget and are no stops of their own.
_CONTROLS = """() => {
  const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
  const found = scope.querySelectorAll('button, a[href], input, select, textarea, summary, [tabindex="0"]');
  let next = 0;
  const shown = (one) => {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (one.classList.contains('skip-link')) return true;
    return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && style.display !== 'none';
  };
  const radios = new Set();
  const names = [];
  for (const one of found) {
    if (one.disabled || one.tabIndex < 0 || !shown(one) || one.closest('[inert]')) continue;
    if (one.type === 'radio') {  // one stop per group
      if (radios.has(one.name)) continue;
      const group = [...document.getElementsByName(one.name)];
      radios.add(one.name);
      for (const each of group) each.dataset.stop = `radio ${one.name}`;
    } else {
      const name = one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 30);
      one.dataset.stop = `${one.tagName} ${name} #${next++}`;
    }
    names.push(one.dataset.stop);
  }
  return names;
}"""

_FOCUSED = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const outlined = (element) => {
    const style = getComputedStyle(element);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  };
  let seen = false;
  for (let at = one, depth = 0; at !== null && depth < 3; at = at.parentElement, depth++) seen ||= outlined(at);
  return { stop: one.dataset.stop ?? null, seen, what: one.outerHTML.slice(0, 250) };
}"""


async def focused(page: Page) -> dict[str, Any] | None:
    found: dict[str, Any] | None = await page.evaluate(_FOCUSED)
    return found


async def walk(page: Page) -> None:
    """Tab through what is shown: every control is a stop, with a visible ring."""
    wanted = set(await page.evaluate(_CONTROLS))
    assert wanted
    reached: set[str] = set()
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        here = await focused(page)
        if here is None:
            continue  # the browser's own stop between the end and the beginning of the page
        assert here["seen"], f"focus cannot be seen: {here['what']}"
        if here["stop"] is not None:
            reached.add(here["stop"])
        if wanted <= reached:
            return
    raise AssertionError(f"not reached with Tab: {sorted(wanted - reached)}")


async def tab_to(page: Page, text: str, *, back: bool = False) -> None:
    """Tab until the focused control has this name (or begins with it)."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        name = await page.evaluate(
            """() => {
              const one = document.activeElement;
              const label = one?.labels?.[0]?.textContent ?? '';
              return (one?.getAttribute('aria-label') ?? '') || label || one?.textContent || '';
            }"""
        )
        if str(name).strip().startswith(text):
            return
    raise AssertionError(f"Tab does not lead to {text!r}")


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def choose(page: Page, item: str) -> None:
    """With the arrows, in the menu that is opening."""
    await page.wait_for_function("() => document.activeElement?.closest('[role=menu]') !== null")
    for _ in range(30):
        if (await page.evaluate("document.activeElement.textContent ?? ''")).strip().startswith(item):
            await page.keyboard.press("Enter")
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {item!r} in the menu")


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
    await tab_to(page, "Your name")
    await page.keyboard.type("Olga")
    await tab_to(page, "Join")
    await page.keyboard.press("Enter")
    await page.wait_for_function("() => window.__plenum?.state?.() != null", timeout=15000)
    return person


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
    before = (await olga.me())["mic"]["on"]
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
