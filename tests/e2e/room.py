"""A participant's page as a person uses it: by names of buttons, plus the client's read-only debug handle."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.support.browser import participant_context, watch
from tests.support.server import Organiser, Server

_STOPWATCH = """() => {
  const watch = { pressed: 0, seen: 0 };
  window.__stopwatch = watch;
  document.addEventListener('click', () => { watch.pressed ||= performance.now(); }, { capture: true });
  const look = () => {
    const video = document.querySelector('[data-tile][data-covered="false"] video');
    if (watch.pressed && video && video.videoWidth) watch.seen = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}"""


async def eventually(
    probe: Callable[[], Awaitable[Any]], *, within_s: float = 10, every_s: float = 0.1, what: str = "condition"
) -> Any:
    """The first truthy value of `probe`. Raises AssertionError when time is up."""
    deadline = time.monotonic() + within_s
    value = None
    while time.monotonic() < deadline:
        value = await probe()
        if value:
            return value
        await asyncio.sleep(every_s)
    raise AssertionError(f"not within {within_s} s: {what} (last: {value!r})")


async def median_of_five_below(limit: float, measure: Callable[[], Awaitable[float]], *, what: str) -> None:
    """The median of five measurements is below `limit`. Cores are shared: up to three rounds, one must hold."""
    rounds = []
    for _ in range(3):
        rounds.append([await measure() for _ in range(5)])
        print(f"{what}:", [round(value, 3) for value in rounds[-1]])
        if statistics.median(rounds[-1]) < limit:
            return
    raise AssertionError(f"{what}: no round of five has a median below {limit}: {rounds}")


async def in_the_room(page: Page) -> None:
    """Wait until this page is in a room and knows it."""
    await page.wait_for_function("() => window.__plenum?.state?.() != null", timeout=30_000)


@dataclass
class Participant:
    """One person in one page."""

    page: Page
    name: str
    colour: str
    problems: list[str] = field(default_factory=list)

    @classmethod
    async def arrive(
        cls,
        browser: Browser,
        url: str,
        name: str,
        *,
        camera: bool = True,
        join: bool = True,
        consent: str | None = None,
        script: str | None = None,
        **devices: Any,
    ) -> Participant:
        """Open the link, fill in the name and (unless `join` is False) press Join. `consent`: "yes" or "no".
        `script` runs before the page's own."""
        context = await participant_context(browser, **devices)
        if script is not None:
            await context.add_init_script(script)
        page = await context.new_page()
        person = cls(page, name, devices.get("colour", "#2060c0"))
        watch(page, person.problems)
        await page.goto(url)
        await page.get_by_label("Your name").fill(name)
        if camera:
            await page.get_by_role("button", name="Camera", exact=True).click()
        if consent is not None:
            label = "Yes, record me" if consent == "yes" else "No, leave me out"
            await page.get_by_text(label, exact=True).click()
        if join:
            await person.press_join()
        return person

    async def press_join(self) -> None:
        """Press Join and wait until the room is there. The page notes both moments that a user waits between."""
        await self.page.evaluate(_STOPWATCH)
        await self.page.get_by_role("button", name="Join", exact=True).click()
        await in_the_room(self.page)

    async def join_to_first_frame_ms(self) -> float:
        """From pressing Join to the first remote picture on screen."""
        await self.page.wait_for_function("() => window.__stopwatch.seen > 0", timeout=15000)
        took: float = await self.page.evaluate("() => window.__stopwatch.seen - window.__stopwatch.pressed")
        return took

    async def press(self, control: str) -> None:
        """A toolbar button: mic, camera, share, hand, chat, people, leave, record, listen."""
        await self.page.locator(f'[data-testid="{control}"]').first.click()

    async def state(self) -> dict[str, Any]:
        """The room as this client sees it."""
        found: dict[str, Any] = await self.page.evaluate("() => window.__plenum.state()")
        return found

    async def me(self) -> dict[str, Any]:
        """One's own participant object."""
        room = await self.state()
        found: dict[str, Any] = next(one for one in room["participants"] if one["id"] == room["you"])
        return found

    async def number(self) -> int:
        return int((await self.me())["number"])

    async def person(self, name: str) -> dict[str, Any] | None:
        """Another participant's state by name, or None."""
        people = (await self.state())["participants"]
        return next((person for person in people if person["name"] == name), None)

    async def call(self, name: str, payload: object) -> Any:
        """A raw signaling call, past the page's own buttons."""
        return await self.page.evaluate("([n, p]) => window.__plenum.call(n, p)", [name, payload])

    async def inbound(self, kind: str) -> list[dict[str, Any]]:
        """inbound-rtp statistics of one kind."""
        rows: list[dict[str, Any]] = await self.page.evaluate("() => window.__plenum.getStats()")
        return [row for row in rows if row.get("type") == "inbound-rtp" and row.get("kind") == kind]

    async def frames_decoded(self) -> int:
        return sum(row.get("framesDecoded", 0) for row in await self.inbound("video"))

    async def sees(self, source: str) -> tuple[int, int, int] | None:
        """The average colour shown in the tile of this source, or None while it is covered or absent."""
        colour = await self.page.evaluate(
            """(source) => {
              const tile = document.querySelector(`[data-tile][data-source="${source}"]`);
              const video = tile?.querySelector('video');
              if (!tile || tile.dataset.covered !== 'false' || !video || !video.videoWidth) return null;
              const canvas = document.createElement('canvas');
              canvas.width = 16; canvas.height = 9;
              const pen = canvas.getContext('2d', { willReadFrequently: true });
              pen.drawImage(video, 0, 0, 16, 9);
              return Array.from(pen.getImageData(4, 3, 1, 1).data.slice(0, 3));
            }""",
            source,
        )
        return tuple(colour) if colour else None  # type: ignore[return-value]

    async def close(self) -> None:
        """The browser tab dies."""
        await self.page.context.close()


async def organiser_in_browser(browser: Browser, server: Server, organiser: Organiser, title: str) -> Participant:
    """The organiser, signed in, presses Enter at home and joins."""
    context = await participant_context(browser, colour="#806010")
    await context.add_cookies(organiser.cookies())
    page = await context.new_page()
    person = Participant(page, "Olga", "#806010")
    watch(page, person.problems)
    await page.goto(f"{server.url}/home")
    await page.get_by_role("button", name="Enter").first.click()
    await page.get_by_label("Your name").fill("Olga")
    consent = page.get_by_text("Yes, record me", exact=True)
    if await consent.count():
        await consent.click()
    await person.press_join()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert (await person.me())["name"] == "Olga"
    return person


def is_colour(seen: tuple[int, int, int] | None, wanted: str, tolerance: int = 45) -> bool:
    """Is what was seen this `#rrggbb`, as far as a lossy codec keeps it?"""
    if seen is None:
        return False
    red, green, blue = (int(wanted[i : i + 2], 16) for i in (1, 3, 5))
    return all(abs(a - b) <= tolerance for a, b in zip(seen, (red, green, blue), strict=True))
