"""A picture of every page and state in test-results/screens/pages, to be looked at: English and Greek at the size of a
desktop and of a phone, Polish and Romanian by turns. It takes minutes and somebody has to look,
so tests/e2e/conftest.py collects it only on wish: `PICTURES=1 pytest tests/e2e/test_pictures.py`.
"""

from __future__ import annotations

import pytest

from tests.e2e.room_states import ROOMS
from tests.e2e.states import TABLE, Stage, State, done_with, speak
from tests.support.pages import DESKTOP, PHONE, at_rest, resize
from tests.support.server import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
SHOTS = ROOT / "test-results" / "screens" / "pages"
ALL = [*TABLE, *ROOMS]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(len(ALL)), ids=[one.name for one in ALL])
async def test_a_picture_is_taken(stage: Stage, number: int) -> None:
    one: State = ALL[number]
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = await one.open(stage)
    try:
        for language in ("en", "el", ("pl", "ro")[number % 2]):
            await speak(page, language)
            for size in (DESKTOP, PHONE):
                await resize(page, size)
                await at_rest(page)
                await page.screenshot(path=str(SHOTS / f"{one.name}-{language}-{size[0]}.png"))
    finally:
        await done_with(stage, one, page)
