"""WCAG 2.2 AA on what lies behind a link: the door, the room, how it can end, the playback (room_states.py)."""

from __future__ import annotations

import pytest

from tests.e2e.accessible import is_accessible
from tests.e2e.room_states import ROOMS, marks
from tests.e2e.states import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def test_the_table_has_every_banner_dialog_and_recording_sign_of_the_room() -> None:
    """A new one comes into the table with the commit that makes it; that a row shows it is looked at below."""
    found = marks()
    assert len(found) > 18
    assert {shown for one in ROOMS for shown in one.shows} == found


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(len(ROOMS)), ids=[one.name for one in ROOMS])
async def test_a_room_is_accessible(stage: Stage, number: int) -> None:
    """E2-5, E2-7, E2-8."""
    await is_accessible(stage, ROOMS[number], number)
