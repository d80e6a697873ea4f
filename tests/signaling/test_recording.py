"""Facts reach the recorder in order, also while it opens, fails to open, or fails later."""

import asyncio
from typing import Any

import pytest

from rooms import commands as c
from rooms.state import RoomState
from sfu.types import PeerNumber, Purpose
from signaling.recording import RecordedSession, RecordingFeed
from tests.rooms.support import Stage
from tests.signaling.support import FakeRecorder

ABOUT = RecordedSession("c", "s", "Council", "owner", 1)
P1 = PeerNumber(1)
MEDIA: Any = None


class Stubborn(FakeRecorder):
    """Opens only at the third try."""

    tries = 0

    async def open(self, **about: Any) -> "FakeRecorder":
        self.tries += 1
        if self.tries < 3:
            raise OSError("not yet")
        return await super().open(**about)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.recording.RETRY_S", 0.01)


def state() -> RoomState:
    stage = Stage()
    stage.organiser("olga")
    stage.do("olga", c.Record(c.RecordingAction.START))
    return stage.state


async def opened(feed: RecordingFeed) -> None:
    assert feed._opening is not None
    await asyncio.wait([feed._opening], timeout=5)


async def test_facts_wait_for_the_recorder() -> None:
    recorder = Stubborn()
    feed = RecordingFeed(recorder)
    feed.track(P1, Purpose.MIC, True)
    feed.start(ABOUT, MEDIA, state())
    feed.start(ABOUT, MEDIA, state())
    feed.transport_closed(P1)
    await opened(feed)
    feed.tap_dropped(7, 2)
    await feed.close(9)
    feed.tap_dropped(7, 3)
    assert recorder.facts == [
        ("open", "s", "Council"),
        ("participant", 1, None),
        ("track", 1, Purpose.MIC, True),
        ("mark", True),
        ("transport_closed", 1),
        ("tap_dropped", 7, 2),
        ("close",),
    ]


async def test_without_a_recorder_the_meeting_goes_on() -> None:
    class Dead(FakeRecorder):
        async def open(self, **about: Any) -> "FakeRecorder":
            raise OSError("never")

    feed = RecordingFeed(Dead())
    feed.start(ABOUT, MEDIA, state())
    await opened(feed)
    feed.track(P1, Purpose.MIC, True)
    await feed.close(1)


async def test_a_recorder_that_raises_loses_only_that_fact() -> None:
    class Moody(FakeRecorder):
        def transport_closed(self, number: PeerNumber) -> None:
            raise ValueError("bug")

    recorder = Moody()
    feed = RecordingFeed(recorder)
    feed.start(ABOUT, MEDIA, state())
    await opened(feed)
    feed.transport_closed(P1)
    feed.tap_dropped(1, 1)
    assert recorder.facts[-1] == ("tap_dropped", 1, 1)


async def test_a_stopping_server_closes_no_recording() -> None:
    """It goes on as a new part afterwards."""
    recorder = FakeRecorder()
    feed = RecordingFeed(recorder)
    feed.start(ABOUT, MEDIA, state())
    await opened(feed)
    feed.abandon()
    await feed.close(1)
    assert ("close",) not in recorder.facts
