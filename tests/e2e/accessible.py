"""What WCAG 2.2 AA and the smallest windows ask of every row of the tables (states.py, room_states.py)."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.states import Stage, State, done_with, look, speak
from tests.support.pages import DOUBLE_ZOOM, NARROWEST, PHONE, TOO_WIDE, axe, hidden_focus, misnamed, misplaced, resize

LONG_WORDS = ("el", "pl", "ro")


async def is_accessible(stage: Stage, one: State, number: int) -> None:
    """Axe finds nothing in the usual look, and nothing in the highest contrast with the largest text; at 200 % zoom and
    at 320 px nothing is cut off, covered, too small or sideways; the other languages take turns on a phone."""
    page = await one.open(stage)
    try:
        for mark in one.shows:
            await expect(page.locator(mark)).to_be_visible()
        await axe(page)
        wrong = {"desktop": await misplaced(page)}
        await look(page, contrast="more", text=200)
        await axe(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        await look(page)
        for name, size in (("200 %", DOUBLE_ZOOM), ("320 px", NARROWEST)):
            await resize(page, size)
            wrong[name] = await misplaced(page)
            if size == DOUBLE_ZOOM:
                wrong["focus at 200 %"] = await hidden_focus(page)
        await resize(page, PHONE)
        await speak(page, LONG_WORDS[number % len(LONG_WORDS)])
        wrong["phone"] = [*await page.evaluate(TOO_WIDE), *await misnamed(page)]
        found = {where: what for where, what in wrong.items() if what}
        assert not found, found
        for mark in one.shows:
            await expect(page.locator(mark)).to_be_visible()
    finally:
        await done_with(stage, one, page)
