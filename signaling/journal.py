"""Writes a room's events down, and keeps the newest in memory for those who come back.

Events are stored before anybody is told of them. When the store fails the room goes on: what is unsaved waits, bounded,
and is written with the next events.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from rooms import codec
from rooms.events import ChatDeleted, ChatSent, Event
from rooms.ids import ConferenceId, MessageId
from rooms.state import RoomState
from storage.errors import Unavailable

log = structlog.get_logger()
KEPT_EVENTS = 5000
UNSAVED_EVENTS = 20_000

Row = tuple[int, int, str, str]


class EventLog(Protocol):
    """As storage's."""

    async def append(self, conference: str, events: Sequence[Row]) -> None: ...
    async def redact(self, conference: str, seq: int, json: str) -> None: ...


class Journal:
    """One room's. `remember` when an event happens, `save` before it is told."""

    def __init__(self, conference: ConferenceId, store: EventLog) -> None:
        self._conference = conference
        self._store = store
        self._newest: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._unsaved: deque[Row] = deque()
        self._unredacted: dict[int, str] = {}
        self._on_its_way = 0  # seq up to which rows are with the store, perhaps not for good
        self.failures = 0

    def remember(self, event: Event, state: RoomState, *, stored: bool = False) -> None:
        """`state`: after the event. A deleted message loses its text here and, at the next save, in the store."""
        self._newest.append(event)
        if stored:
            return
        self._unsaved.append(codec.store(event))
        if len(self._unsaved) > UNSAVED_EVENTS:
            self._unsaved.popleft()
        if isinstance(event.fact, ChatDeleted):
            self._redact(event.fact.message, state)

    def _redact(self, id: MessageId, state: RoomState) -> None:
        message = state.chat.get(id)
        if message is None:
            return
        for index, event in enumerate(self._newest):
            if event.seq == message.seq:
                self._newest[index] = replace(event, fact=ChatSent(message))
        event = Event(message.seq, message.at, message.sender, "chat_send", ChatSent(message))
        text = codec.store(event)[3]
        for index, row in enumerate(self._unsaved):
            if row[0] == message.seq:
                self._unsaved[index] = (*row[:3], text)
                if row[0] > self._on_its_way:
                    return
        self._unredacted[message.seq] = text

    @property
    def waiting(self) -> bool:
        """Is there anything that is not stored?"""
        return bool(self._unsaved or self._unredacted)

    async def save(self) -> bool:
        """False: not stored (yet). Never raises: the room goes on without its store."""
        rows = list(self._unsaved)
        try:
            if rows:
                self._on_its_way = rows[-1][0]
                await self._store.append(self._conference, rows)
                while self._unsaved and self._unsaved[0][0] <= rows[-1][0]:
                    self._unsaved.popleft()
            for seq, text in list(self._unredacted.items()):
                await self._store.redact(self._conference, seq, text)
                self._unredacted.pop(seq, None)
        except Unavailable as error:
            return self._unsaved_by(error, None)
        except Exception as error:
            return self._unsaved_by(error, error)
        return True

    def _unsaved_by(self, error: Exception, bug: Exception | None) -> bool:
        """A database that is away says so in one line each time."""
        self.failures += 1
        log.error("journal.unsaved", room=self._conference, events=len(self._unsaved), error=str(error), exc_info=bug)
        return False

    def since(self, seq: int, wanted: Callable[[Event], bool], limit: int) -> list[Event]:
        """The newest `limit` kept events after `seq` that are wanted, oldest first."""
        found = [event for event in self._newest if event.seq > seq and wanted(event)]
        return found[-limit:]
