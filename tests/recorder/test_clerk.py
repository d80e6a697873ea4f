"""Facts are written in order; a database that is away costs none, one that refuses costs the fact alone."""

import asyncio

import pytest

import recorder.clerk
from recorder.clerk import TRIES, Clerk
from storage.errors import StorageError, Unavailable, WrongState


class Desk:
    """Writes numbers down, or fails as told."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.tried_often = asyncio.Event()
        self.tries = 0
        self.trouble: StorageError | None = None
        self.clerk = Clerk()
        self.clerk.start()

    def write(self, number: int) -> None:
        async def entry() -> None:
            self.tries += 1
            if self.tries >= 4 * TRIES:
                self.tried_often.set()
            if self.trouble is not None:
                raise self.trouble
            self.written.append(number)

        self.clerk.write(entry)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder.clerk, "RETRY_S", 0.001)
    monkeypatch.setattr(recorder.clerk, "MAX_RETRY_S", 0.002)


async def test_facts_wait_for_a_database_that_is_away() -> None:
    desk = Desk()
    desk.trouble = Unavailable("gone")
    for number in range(3):
        desk.write(number)
    await desk.tried_often.wait()
    desk.trouble = None
    await desk.clerk.close()
    assert desk.written == [0, 1, 2] and desk.clerk.dropped == 0


async def test_a_refused_fact_is_given_up_and_the_next_is_written() -> None:
    desk = Desk()
    desk.trouble = WrongState("no")
    desk.write(0)
    await desk.clerk.settled()
    assert (desk.clerk.dropped, desk.tries) == (1, TRIES)
    desk.trouble = None
    desk.write(1)
    await desk.clerk.close()
    assert desk.written == [1]


async def test_closing_does_not_wait_for_a_database_that_stays_away() -> None:
    desk = Desk()
    desk.trouble = Unavailable("gone")
    desk.write(0)
    async with asyncio.timeout(2):
        await desk.clerk.close()
    assert desk.clerk.dropped == 1 and desk.tries <= TRIES + 1
