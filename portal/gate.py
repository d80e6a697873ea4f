"""Who knows a way in, and how often one may try (decision 11).

Five tries in 15 minutes per caller and conference number, twenty per conference number, whether or not the number
exists. Beyond the twenty the conference is under attack and its organiser is told; then the slow way is left: of each
caller two tries a day are looked at, no more; the right PIN leads to the lobby, also the ADMIN PIN, and makes nobody a
moderator. The slow way is left too, at every number, to a caller with 30 wrong PINs in a day; it looks at 15 more. So
500 addresses, whose key changes at midnight, have 45,000 tries in any 24 hours, at however many numbers: a chance of
9e-5 (tests/portal/test_guessing.py). No limit counts everybody's tries at all numbers: a stranger could fill it, and
everybody would wait in a lobby.
A try is counted before it is judged and taken back when it was right, so that tries at the same time cannot slip
through; one caller's tries are judged one after another, and one number's, so that a crowd with right PINs does not
count against itself.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import structlog

from portal.bodies import DoorBody
from portal.errors import ApiError
from storage.errors import StorageError
from storage.interfaces import JsonValue, Limit, Limiter
from storage.records import ConferenceRecord, Door
from storage.service import Storage

WINDOW_S, DAY_S = 15 * 60, 24 * 3600
PER_CALLER_AND_NUMBER = Limit("pin-caller-number", 5, WINDOW_S)
PER_NUMBER = Limit("pin-number", 20, WINDOW_S)
PER_CALLER = Limit("pin-caller", 30, DAY_S)  # over all numbers: no walk through the numbers
SLOW = Limit("pin-slow-caller-number", 2, DAY_S)
SLOW_PER_CALLER = Limit("pin-slow-caller", 15, DAY_S)
LINKS_PER_CALLER = Limit("link-caller", 120, WINDOW_S)
SIGN_INS_PER_CALLER = Limit("sign-in-caller", 30, WINDOW_S)
_STRIPES = 64
_MAX_ALERTED = 10_000

log = structlog.get_logger()


class Gate:
    def __init__(self, storage: Storage, now_ms: Callable[[], int]) -> None:
        self._storage = storage
        self._limiter: Limiter = storage.limiter
        self._now_ms = now_ms
        self._callers, self._numbers = ([asyncio.Lock() for _ in range(_STRIPES)] for _ in range(2))
        self._alerts: set[asyncio.Task[None]] = set()
        self._alerted: dict[str, int] = {}  # number -> window; emptied when it grows large

    async def door(self, caller: str, body: DoorBody) -> Door:
        """Where it leads, open or not: ask `closed` next. Raises ApiError: wrong_link, wrong_pin, too_many_tries."""
        if body.link is not None:
            return await self._by_link(caller, body.link)
        assert body.number is not None and body.pin is not None, "DoorBody has one of both"
        return await self._by_pin(caller, body.number, body.pin)

    @contextlib.asynccontextmanager
    async def secret(self, limit: Limit, caller: str) -> AsyncIterator[None]:
        """Around the look-up of a link's secret. Those are too long to be guessed: over the limit a wrong one is told
        to wait and a right one opens still, or anybody could lock out the office behind the same address."""
        wait_s = await self._limiter.take((limit, caller))
        try:
            yield
        except (ApiError, StorageError) as error:
            if error.code in ("not_found", "wrong_link"):
                _refuse(wait_s)
            raise
        if wait_s is None:
            await self._limiter.refund((limit, caller))

    async def close(self) -> None:
        if self._alerts:
            await asyncio.wait(self._alerts, timeout=5)

    async def _by_link(self, caller: str, secret: str) -> Door:
        async with self.secret(LINKS_PER_CALLER, caller):
            door = await self._storage.conferences.by_link(secret)
            if door is None:
                raise ApiError("wrong_link")
            return door

    async def _by_pin(self, caller: str, number: str, pin: str) -> Door:
        async with self._callers[hash(caller) % _STRIPES], self._numbers[hash(number) % _STRIPES]:
            first = (PER_CALLER_AND_NUMBER, f"{caller}/{number}")
            _refuse(await self._limiter.take(first))
            counted = ((PER_NUMBER, number), (PER_CALLER, caller))
            usual = await self._limiter.take(*counted)
            if usual is not None:
                if await self._full(PER_NUMBER, number):
                    self._alert(number)
                counted = ((SLOW, f"{caller}/{number}"), (SLOW_PER_CALLER, caller))
                slow = await self._limiter.take(*counted)
                if slow is not None:
                    await self._limiter.refund(first)
                    _refuse(min(usual, slow))
            door = await self._storage.conferences.by_number_and_pin(number, pin)
            if door is None:
                raise ApiError("wrong_pin")
            await self._limiter.refund(first, *counted)
            return door if usual is None else replace(door, moderator=False, lobby=True)

    async def _full(self, limit: Limit, key: str) -> bool:
        if await self._limiter.take((limit, key)) is not None:
            return True
        await self._limiter.refund((limit, key))
        return False

    def _alert(self, number: str) -> None:
        """Tells the organiser, once a window, beside the request: its time must not say whether the number exists."""
        window = self._now_ms() // (WINDOW_S * 1000)
        if self._alerted.get(number) == window:
            return
        if len(self._alerted) >= _MAX_ALERTED:
            self._alerted.clear()
        self._alerted[number] = window
        task = asyncio.create_task(self._write_alert(number), name="pin alert")
        self._alerts.add(task)
        task.add_done_callback(self._alerts.discard)

    async def _write_alert(self, number: str) -> None:
        conference: ConferenceRecord | None = await self._storage.conferences.by_number(number)
        if conference is None:
            return
        now_ms = self._now_ms()
        cause = f"pin_alert/{conference.id}/{now_ms // (WINDOW_S * 1000)}"
        payload: JsonValue = {"conference": conference.id, "at_ms": now_ms}
        if await self._storage.outbox.put(cause, "pin_alert", payload, due_ms=now_ms):
            log.warning("too many PIN tries", room=conference.id)


def closed(conference: ConferenceRecord, now_ms: int, /, **more: Any) -> None:
    """Raises ApiError outside of the window (E0-32, decision 2); not_open_yet says what a countdown needs."""
    code = conference.closed(now_ms)
    if code == "not_open_yet":
        facts: dict[str, Any] = {"opens_at": conference.opens_ms, "starts_at": conference.starts_ms, "now": now_ms}
        raise ApiError(code, title=conference.title, time_zone=conference.time_zone, **facts, **more)
    if code is not None:
        raise ApiError(code)


def _refuse(wait_s: float | None) -> None:
    if wait_s is not None:
        seconds = math.ceil(wait_s)
        raise ApiError("too_many_tries", f"Too many tries; wait {seconds} seconds.", retry_after_s=seconds)
