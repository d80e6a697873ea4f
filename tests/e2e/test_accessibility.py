"""WCAG 2.2 AA on every page and state (states.py): axe finds nothing in the usual look, and nothing in the highest
contrast with the largest text; at 200 % zoom and at 320 px nothing is cut off, covered, too small or sideways."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.states import CODES, TABLE, Stage, done_with, look, speak
from tests.e2e.world import made
from tests.support.browser import chromium
from tests.support.pages import DOUBLE_ZOOM, NARROWEST, PHONE, TOO_WIDE, axe, hidden_focus, misnamed, misplaced, resize
from tests.support.server import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

LONG_WORDS = ("el", "pl", "ro")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One product and one browser for the whole table."""
    async with made(tmp_path_factory.mktemp("world")) as world, chromium() as browser:
        stage = Stage(world, browser)
        yield stage
        await stage.close()


def test_the_table_has_every_route_and_every_way_in_which_it_can_end() -> None:
    """A new page or status code comes into the table with the commit that makes it."""
    routes = set(re.findall(r'\{ page: "([\w-]+)"', (ROOT / "static_client/src/app/router.ts").read_text()))
    assert len(routes) > 15
    assert len(CODES) > 25
    assert {one.route for one in TABLE} == routes
    assert {one.code for one in TABLE} - {None} == set(CODES)
    assert len({one.name for one in TABLE}) == len(TABLE)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(len(TABLE)), ids=[one.name for one in TABLE])
async def test_a_page_is_accessible(stage: Stage, number: int) -> None:
    """E2-5, E2-7, E2-8; the other languages take turns on a phone, for their long words."""
    one = TABLE[number]
    page = await one.open(stage)
    try:
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
        assert wrong == {"desktop": [], "200 %": [], "320 px": [], "focus at 200 %": [], "phone": []}
    finally:
        await done_with(stage, one, page)
