"""WCAG 2.2 AA on every page and state of the portal (states.py); what lies behind a link, with the room, is in
test_accessibility_rooms.py, so that two workers share the tables."""

from __future__ import annotations

import re

import pytest

from tests.e2e.accessible import is_accessible
from tests.e2e.room_states import CODES, ROOMS
from tests.e2e.states import TABLE, Stage
from tests.support.server import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def test_the_tables_have_every_route_and_every_way_in_which_it_can_end() -> None:
    """A new page or status code comes into a table with the commit that makes it."""
    rows = [*TABLE, *ROOMS]
    routes = set(re.findall(r'\{ page: "([\w-]+)"', (ROOT / "static_client/src/app/router.ts").read_text()))
    assert len(routes) > 15
    assert len(CODES) > 25
    assert {one.route for one in rows} == routes
    assert {one.code for one in rows} - {None} == set(CODES)
    assert len({one.name for one in rows}) == len(rows)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(len(TABLE)), ids=[one.name for one in TABLE])
async def test_a_page_is_accessible(stage: Stage, number: int) -> None:
    """E2-5, E2-7, E2-8."""
    await is_accessible(stage, TABLE[number], number)
