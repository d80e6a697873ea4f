"""The middle of the room as a page shows it: who speaks, oneself, the large picture, the pages of a small window, more
cameras than there are lines, and another camera chosen meanwhile."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.e2e.conftest import Crowd
from tests.e2e.room import Participant, eventually
from tests.support.browser import chromium
from tests.support.server import Organiser

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def tile(person: Participant, of: str) -> Locator:
    return person.page.locator(f'.room-stage [data-tile="camera"]:has-text("{of}")')


async def rung(locator: Locator) -> bool:
    """The ring is drawn, not only said in a class."""
    shadow: str = await locator.evaluate("(one) => getComputedStyle(one, '::after').boxShadow")
    return shadow.endswith("0px 0px 0px 3px inset")  # without it: a ring of no width


async def test_a_ring_shows_who_speaks_and_goes_when_they_are_silent(organiser: Organiser, browser: Browser) -> None:
    """On their tile for the others, on their own picture for themselves."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", camera=False)
    ben = await Participant.arrive(browser, url, "Ben", camera=False)
    await ben.press("mic")
    await expect(ben.page.get_by_test_id("mic")).to_have_attribute("aria-pressed", "false", timeout=20_000)
    own = anna.page.get_by_role("group", name="Your own picture")
    await eventually(lambda: rung(tile(ben, "Anna")), what="a ring round Anna for Ben")
    await eventually(lambda: rung(own), what="a ring round Anna's own picture")

    async def silent(*places: Locator) -> bool:
        return not any([await rung(one) for one in places])

    bens = (tile(anna, "Ben"), ben.page.get_by_role("group", name="Your own picture"))
    await eventually(lambda: silent(*bens), what="none round Ben, who is muted")
    await anna.press("mic")
    await eventually(lambda: silent(tile(ben, "Anna"), own), what="none round Anna, who is silent now")
    assert anna.problems == ben.problems == []


async def test_ones_own_picture_moves_to_another_corner_and_may_be_hidden(
    organiser: Organiser, browser: Browser
) -> None:
    """Mirrored, in a corner of the stage; hidden here, the others go on seeing it."""
    url = organiser.conference()["participant_url"]
    anna = await Participant.arrive(browser, url, "Anna", colour="#c02020")
    ben = await Participant.arrive(browser, url, "Ben", camera=False)
    own = anna.page.get_by_role("group", name="Your own picture")
    await anna.page.wait_for_function("() => document.querySelector('[data-self] video')?.videoWidth > 0")
    assert (
        await own.locator("video").evaluate("(one) => getComputedStyle(one).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    )

    async def corner() -> tuple[bool, bool]:
        """At the bottom, at the right of the stage."""
        box, stage = await own.bounding_box(), await anna.page.locator(".room-stage").bounding_box()
        assert box is not None
        assert stage is not None
        below = box["y"] + box["height"] / 2 > stage["y"] + stage["height"] / 2
        return below, box["x"] + box["width"] / 2 > stage["x"] + stage["width"] / 2

    assert await corner() == (True, True)
    for place in ((True, False), (False, False), (False, True), (True, True)):
        await own.get_by_role("button", name="Move my picture to another corner").press("Enter")

        async def there(place: tuple[bool, bool] = place) -> bool:
            return await corner() == place

        await eventually(there, what=f"own picture at {place}")
    await own.get_by_role("button", name="Hide my picture").press("Enter")
    await expect(own).to_have_count(0)
    await eventually(lambda: ben.sees("1/camera"), what="Ben sees Anna all the same")
    await anna.page.get_by_role("button", name="More", exact=True).click()
    await anna.page.get_by_role("menuitem", name="Show my own picture").click()
    await expect(own).to_be_visible()
    assert anna.problems == ben.problems == []


async def large(person: Participant) -> str | None:
    """Whose picture is the large one on this page."""
    found: str | None = await person.page.evaluate(
        """() => {
          const id = document.querySelector('.room-tile-focus')?.dataset.participant;
          return window.__plenum.state().participants.find((one) => one.id === id)?.name ?? null;
        }"""
    )
    return found


async def test_a_pin_is_for_oneself_and_a_spotlight_for_everyone(organiser: Organiser, browser: Browser) -> None:
    """Both make a picture the large one; the pin goes before; nobody is put before themselves."""
    conference = organiser.conference()
    mona = await Participant.arrive(browser, conference["moderator_url"], "Mona", camera=False)
    ben = await Participant.arrive(browser, conference["participant_url"], "Ben", camera=False)
    cleo = await Participant.arrive(browser, conference["participant_url"], "Cleo", camera=False)
    people = (mona, ben, cleo)

    async def everybody(*wanted: str | None) -> None:
        async def so() -> bool:
            return [await large(one) for one in people] == list(wanted)

        await eventually(so, what=f"large: {wanted}")

    await expect(tile(mona, "Ben")).to_be_visible()
    await expect(tile(mona, "Cleo")).to_be_visible()
    await everybody(None, None, None)
    await mona.page.get_by_role("button", name="Pin Ben for me").press("Enter")
    await everybody("Ben", None, None)
    big, small = await tile(mona, "Ben").bounding_box(), await tile(mona, "Cleo").bounding_box()
    assert big is not None
    assert small is not None
    assert big["width"] > 3 * small["width"]

    async def act(name: str, on: str) -> None:
        await mona.page.locator(f'[data-name="{on}"]').get_by_role("button", name=f"Actions for {on}").click()
        await mona.page.get_by_role("menuitem", name=name, exact=True).click()

    await act("Spotlight for everyone", "Cleo")
    await everybody("Ben", "Cleo", None)
    await expect(ben.page.get_by_role("status").filter(has_text="Mona put Cleo in the spotlight")).to_be_attached()
    await act("Unpin Ben", "Ben")
    await everybody("Cleo", "Cleo", None)
    await act("End spotlight", "Cleo")
    await everybody(None, None, None)
    assert mona.problems == ben.problems == cleo.problems == []


async def test_a_small_window_pages_through_the_tiles(organiser: Organiser, browser: Browser, crowd: Crowd) -> None:
    """Everybody is on one page, none on two; only what is on screen is asked for; a large window needs no pages."""
    url = organiser.conference()["participant_url"]
    guests = [await crowd.arrive(f"Guest {n}", url, connect_media=False) for n in range(1, 9)]
    anna = await Participant.arrive(browser, url, "Anna", camera=False, viewport=(390, 844))
    page = anna.page

    async def shown() -> set[str]:
        tiles = page.locator(".room-stage [data-tile]")
        return set(await tiles.evaluate_all("(all) => all.map((one) => one.dataset.source)"))

    async def asked_for_what_is_shown() -> bool:
        view = await page.evaluate("() => __plenum.view()")
        return {one["source"] for one in view} == await shown()

    await expect(page.get_by_text("Page 1 of 2")).to_be_visible()
    back = page.get_by_role("button", name="Previous page")
    on = page.get_by_role("button", name="Next page")
    await expect(back).to_be_disabled()
    first = await shown()
    await eventually(asked_for_what_is_shown, what="the first page is asked for")
    await on.click()
    await expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    await expect(on).to_be_disabled()
    second = await shown()
    await eventually(asked_for_what_is_shown, what="the second page is asked for")
    assert len(first) == 6
    assert first | second == {f"{one.number}/camera" for one in guests}
    assert not first & second
    await back.click()
    await expect(page.get_by_text("Page 1 of 2")).to_be_visible()
    assert await shown() == first
    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(on).to_have_count(0)
    assert await shown() == first | second
    assert anna.problems == []


async def test_more_cameras_than_lines_are_one_more_offer_on_the_same_connection(
    organiser: Organiser, browser: Browser, crowd: Crowd
) -> None:
    """A page begins with six lines for cameras; up to there it is one offer. Who comes later gets as many at once."""
    url = organiser.conference()["participant_url"]
    for n in range(1, 7):
        await crowd.arrive(f"Guest {n}", url, connect_media=False)
    anna = await Participant.arrive(browser, url, "Anna", camera=False)

    async def asked(cameras: int) -> bool:
        return len(await anna.page.evaluate("() => __plenum.view()")) == cameras

    async def lines(person: Participant) -> list[int]:
        found: list[int] = await person.page.evaluate(
            """() => [__plenum.slots().filter((one) => one.purpose === 'slot_video').length,
                      __plenum.offers(), __plenum.connection()]"""
        )
        return found

    await eventually(lambda: asked(6), what="six cameras are asked for")
    await anna.page.wait_for_function("() => __plenum.media() === 'connected'")
    await anna.page.wait_for_timeout(500)
    assert await lines(anna) == [6, 1, 1]
    await crowd.arrive("Guest 7", url, connect_media=False)

    async def grown(person: Participant) -> bool:
        return await lines(person) == [9, 2, 1]

    await eventually(lambda: grown(anna), what="nine lines by a second offer of the first connection")
    late = await Participant.arrive(browser, url, "Late", camera=False)
    await eventually(lambda: grown(late), within_s=20, what="nine lines for whoever finds seven cameras there")
    assert anna.problems == late.problems == []


async def test_another_camera_is_chosen_without_another_offer(organiser: Organiser) -> None:
    """Chromium's first and third fake camera (its second gives a picture that it does not send): the others see on."""
    url = organiser.conference()["participant_url"]
    async with chromium("--use-fake-device-for-media-stream=device-count=3") as browser:
        anna = await Participant.arrive(browser, url, "Anna", own_devices=False)
        ben = await Participant.arrive(browser, url, "Ben", camera=False)
        await eventually(lambda: ben.sees("1/camera"), within_s=20, what="Ben sees Anna")

        async def in_use() -> list[str]:
            found: list[str] = await anna.page.evaluate(
                """() => document.querySelector('[data-self] video').srcObject.getVideoTracks()
                         .filter((one) => one.readyState === 'live').map((one) => one.label)"""
            )
            return found

        first = await in_use()
        await anna.page.get_by_role("button", name="Conference menu").click()
        await anna.page.get_by_role("menuitem", name="Settings").click()
        cameras = anna.page.get_by_role("dialog", name="Settings").get_by_label("Camera", exact=True)
        other = "fake_device_2"
        assert first == ["fake_device_0"]
        await cameras.select_option(other)

        async def changed() -> bool:
            return await in_use() == [other]

        await eventually(changed, what="the other camera is open, and it alone")
        frames = await ben.frames_decoded()

        async def goes_on() -> bool:
            return await ben.frames_decoded() > frames + 20

        await eventually(goes_on, within_s=30, what="Ben decodes on")
        for person in (anna, ben):
            assert await person.page.evaluate("() => [__plenum.offers(), __plenum.connection()]") == [1, 1]
            assert person.problems == []
