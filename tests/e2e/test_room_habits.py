"""What the room does by itself for whoever sits in it: keeps the screen awake, lets one hold a key to talk, counts
what was written meanwhile, and says when nobody hears one or the browser holds the sound back."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.room import Participant, eventually
from tests.support.server import Organiser

pytestmark = pytest.mark.e2e

# Counts the locks that the page asks for and gives back; the browser's own are real.
WAKE_LOCKS = """
window.__locks = { asked: 0, held: new Set() };
const real = navigator.wakeLock.request.bind(navigator.wakeLock);
navigator.wakeLock.request = async (kind) => {
  const lock = await real(kind);
  window.__locks.asked += 1;
  window.__locks.held.add(lock);
  lock.addEventListener('release', () => window.__locks.held.delete(lock));
  return lock;
};
"""

# The browser's refusal of sound before the first press in a page, as Safari and Firefox give it.
HOLD_SOUND_BACK = """
const play = HTMLMediaElement.prototype.play;
window.__pressed = false;
HTMLMediaElement.prototype.play = function () {
  if (this instanceof HTMLAudioElement && !window.__pressed) {
    this.pause();
    return Promise.reject(new DOMException('not allowed', 'NotAllowedError'));
  }
  return play.call(this);
};
"""


async def test_the_screen_stays_awake_in_the_room_and_only_there(organiser: Organiser, browser: Browser) -> None:
    """Asked for at joining, again when the page is looked at again, given back at leaving."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False, join=False, script=WAKE_LOCKS)
    page = anna.page
    assert await page.evaluate("__locks.asked") == 0
    await anna.press_join()
    await page.wait_for_function("() => __locks.held.size === 1")
    await page.evaluate("async () => { for (const lock of __locks.held) await lock.release(); }")  # as when hidden
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.wait_for_function("() => __locks.asked === 2 && __locks.held.size === 1")
    await anna.press("leave")
    await page.locator('[data-testid="leave-now"]').click()
    await page.wait_for_function("() => __locks.held.size === 0")
    assert anna.problems == []


async def test_space_held_down_talks_and_let_go_is_silent(organiser: Organiser, browser: Browser) -> None:
    """Hold-to-talk: others hear only while the key is down; in a text field space is a blank."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False)
    ben = await Participant.arrive(browser, url, "Ben", camera=False)
    await anna.press("mic")

    async def ben_sees_the_microphone(on: bool) -> bool:
        seen = await ben.person("Anna")
        return seen is not None and seen["mic"]["on"] is on

    await eventually(lambda: ben_sees_the_microphone(False), what="Anna muted")
    heading = anna.page.locator("#room-heading")
    await heading.focus()
    await anna.page.keyboard.down(" ")
    await eventually(lambda: ben_sees_the_microphone(True), what="Anna's microphone on while the key is down")
    before = await energy(ben)
    await eventually(lambda: louder(ben, before), what="Ben hears Anna")
    await anna.page.keyboard.up(" ")
    await eventually(lambda: ben_sees_the_microphone(False), what="Anna muted again")
    await ben.page.wait_for_timeout(500)
    settled = await energy(ben)
    await ben.page.wait_for_timeout(500)
    assert await energy(ben) - settled < 0.0005
    field = anna.page.get_by_role("textbox", name="Write to")
    await field.click()
    await anna.page.keyboard.down(" ")
    await anna.page.wait_for_timeout(400)
    await anna.page.keyboard.up(" ")
    assert (await field.input_value()).strip(" ") == ""
    assert (await anna.me())["mic"]["on"] is False
    await heading.focus()
    await anna.page.keyboard.down(" ")
    await eventually(lambda: ben_sees_the_microphone(True), what="talking again")
    await anna.page.evaluate("window.dispatchEvent(new Event('blur'))")  # another window takes the key's release
    await eventually(lambda: ben_sees_the_microphone(False), what="muted when the window is left")
    assert anna.problems == ben.problems == []


async def energy(person: Participant) -> float:
    return sum(float(one.get("totalAudioEnergy", 0)) for one in await person.inbound("audio"))


async def louder(person: Participant, before: float) -> bool:
    return await energy(person) - before > 0.001


async def test_sound_that_the_browser_holds_back_is_said_and_started_by_a_press(
    organiser: Organiser, browser: Browser
) -> None:
    """A hint with a button; the press starts the sound and the hint goes."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False, script=HOLD_SOUND_BACK)
    hint = anna.page.get_by_role("alert").filter(has_text="sound")
    await expect(hint).to_be_visible()
    elements = "[...document.querySelectorAll('.room audio')]"
    await anna.page.evaluate("window.__pressed = true")
    await hint.get_by_role("button").click()
    await expect(hint).to_be_hidden()
    assert await anna.page.evaluate(f"{elements}.every((one) => !one.paused)")
    assert anna.problems == []


async def test_no_hint_where_the_sound_may_start(organiser: Organiser, browser: Browser) -> None:
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False)
    await anna.page.wait_for_timeout(500)
    await expect(anna.page.get_by_role("alert").filter(has_text="sound")).to_have_count(0)


async def test_messages_behind_a_hidden_chat_are_counted_until_it_is_opened(
    organiser: Organiser, browser: Browser
) -> None:
    """On the button for eyes and in its name for ears."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False)
    ben = await Participant.arrive(browser, url, "Ben", camera=False)
    await anna.press("chat")
    await expect(anna.page.get_by_role("heading", name="Chat")).to_have_count(0)
    button = anna.page.get_by_test_id("chat")
    badge = button.locator(".ui-icon-button-count")
    await expect(badge).to_have_count(0)
    for count, words in ((1, "1 unread message"), (2, "2 unread messages")):
        await ben.page.get_by_test_id("chat-text").fill(f"number {count}")
        await ben.page.get_by_test_id("chat-send").click()
        await expect(badge).to_have_text(str(count))
        await expect(badge).to_be_visible()
        await expect(button).to_have_accessible_name(f"Chat, {words}")
    await button.click()
    await expect(anna.page.get_by_role("log")).to_contain_text("number 2")
    await expect(badge).to_have_count(0)
    await expect(button).to_have_accessible_name("Chat")
    await anna.press("chat")
    await expect(badge).to_have_count(0)
    assert anna.problems == ben.problems == []


async def test_who_speaks_while_muted_is_told_and_unmutes_from_there(organiser: Organiser, browser: Browser) -> None:
    """Some seconds after muting; no notice to whoever is heard."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False)
    notice = anna.page.locator(".ui-toast").filter(has_text="You are speaking, but your microphone is off")
    await anna.page.wait_for_timeout(2000)
    await expect(notice).to_have_count(0)
    await anna.press("mic")
    await expect(notice).to_be_visible(timeout=15_000)
    await notice.get_by_role("button", name="Unmute").click()
    await expect(anna.page.get_by_test_id("mic")).to_have_attribute("aria-pressed", "true")
    assert (await anna.me())["mic"]["on"] is True
    assert anna.problems == []
