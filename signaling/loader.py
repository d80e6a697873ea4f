"""Builds a live room from what is stored: the conference's settings and its event log."""

from collections.abc import Callable

import structlog

from rooms import codec
from rooms.ids import ConferenceId
from rooms.model import RoomSettings, StartAs, WhoPresents
from rooms.room import Room
from signaling.books import StorageAudit, StorageBooks
from signaling.inbox import RoomInbox
from signaling.journal import Journal
from signaling.ports import MediaServer, RecorderPort
from signaling.running import RunningSession
from storage.records import ConferenceRecord
from storage.service import Storage

DAY_MS = 24 * 3_600_000
RESERVATION_MS = 14 * DAY_MS

log = structlog.get_logger()


def room_settings(record: ConferenceRecord, *, grace_s: float, empty_after_s: float) -> RoomSettings:
    chosen = record.settings
    return RoomSettings(
        title=chosen.title,
        start_as=StartAs(chosen.start_as),
        who_presents=WhoPresents(chosen.who_presents),
        record=chosen.record,
        max_participants=chosen.max_participants,
        expires_at=record.expires_ms,
        longest_end=record.starts_ms + (RESERVATION_MS if record.kind == "reservation" else DAY_MS),
        lobby=chosen.lobby,
        grace_ms=int(grace_s * 1000),
        empty_after_ms=int(empty_after_s * 1000),
    )


async def load(
    record: ConferenceRecord,
    settings: RoomSettings,
    *,
    storage: Storage,
    media: MediaServer,
    recorder: RecorderPort,
    clock: Callable[[], float],
) -> RoomInbox:
    """The room as its log says, started. Events that cannot be read are skipped and logged."""
    conference = ConferenceId(record.id)
    room = Room(settings)
    journal = Journal(conference, storage.events)
    for seq, at_ms, type_, text in await storage.events.since(conference, 0):
        try:
            event = codec.restore(seq, at_ms, type_, text)
        except codec.CodecError as error:
            log.error("room.unreadable_event", room=conference, reason=str(error))
            room.state.seq = seq
            continue
        room.apply(event)
        journal.remember(event, room.state, stored=True)
    running = RunningSession(
        conference, record.owner, media, recorder, StorageBooks(storage), StorageAudit(storage), clock
    )
    inbox = RoomInbox(conference, room, journal, running, clock)
    inbox.start()
    return inbox
