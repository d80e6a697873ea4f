"""Three real Chromium pages in one room: sound, picture, screens, one offer each (U-1, U-4, U-7)."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from tests.e2e.room import Participant, eventually, is_colour, median_of_five_below
from tests.support.server import Organiser, Server

COLOURS = {"Anna": "#c02020", "Ben": "#20a030", "Cleo": "#2040c0"}

pytestmark = pytest.mark.e2e


async def three(browser: Browser, url: str) -> list[Participant]:
    """Anna, Ben and Cleo, each with a camera of their own colour."""
    return [
        await Participant.arrive(browser, url, name, colour=colour, tone=300 + 100 * index)
        for index, (name, colour) in enumerate(COLOURS.items())
    ]


async def sees_everybody(person: Participant, others: list[Participant]) -> bool:
    for other in others:
        found = await person.person(other.name)
        if found is None or not is_colour(await person.sees(f"{found['number']}/camera"), other.colour):
            return False
    return True


async def test_three_pages_see_and_hear_each_other(server: Server, organiser: Organiser, browser: Browser) -> None:
    """U-4, U-7, S-12: each decodes the others' video and audio; a share and its end; one offer per connection."""
    conference = organiser.conference()
    people = await three(browser, conference["participant_url"])
    for person in people:
        others = [other for other in people if other is not person]
        await eventually(
            lambda p=person, o=others: sees_everybody(p, o), within_s=15, what=f"{person.name} sees the others"
        )

    async def hears(person: Participant) -> bool:
        audio = [row for row in await person.inbound("audio") if row.get("totalAudioEnergy", 0) > 0]
        return len(audio) >= 2

    for person in people:
        await eventually(lambda p=person: hears(p), within_s=15, what=f"{person.name} hears two others")

    before = [await person.frames_decoded() for person in people]
    await asyncio.sleep(2)
    after = [await person.frames_decoded() for person in people]
    assert all(late - early > 20 for early, late in zip(before, after, strict=True)), (before, after)

    await people[0].press("share")
    source = f"{await people[0].number()}/screen"
    for person in people[1:]:
        await eventually(lambda p=person: p.sees(source), within_s=15, what=f"{person.name} sees the screen")
    await people[0].press("share")

    await people[1].press("mic")
    await people[1].press("mic")
    await people[1].press("camera")
    await people[1].press("camera")
    await people[2].close()
    late = await Participant.arrive(browser, conference["participant_url"], "Dora", colour="#b0b020")
    await eventually(lambda: sees_everybody(late, people[:2]), within_s=15, what="Dora sees the others")
    for person in [*people[:2], late]:
        assert await person.page.evaluate("() => window.__plenum.offers()") == 1
        assert person.problems == []


async def test_first_remote_frame_comes_within_two_seconds_of_join(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """The median of five joins, from pressing Join to the first remote frame shown, is below 2 s."""
    url = organiser.conference()["participant_url"]
    await Participant.arrive(browser, url, "Anna", colour=COLOURS["Anna"])

    async def join() -> float:
        guest = await Participant.arrive(browser, url, "Guest", camera=False, join=False)
        await guest.press_join()
        took = await guest.join_to_first_frame_ms()
        await guest.close()
        return took

    await median_of_five_below(2000, join, what="join to first frame, ms")
