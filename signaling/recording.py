"""Feeds the recorder of one session with what happens in the room, in order. Decides nothing: the room says whether
recording is wanted, the recorder what is kept.

Opening the recorder takes time; facts wait for it in a bounded queue (speaker facts are dropped first).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from rooms import events as e
from rooms.ids import ParticipantId
from rooms.model import Consent, Participant, RecordingPhase
from rooms.state import RoomState
from sfu.types import PeerNumber, Purpose
from signaling.ports import MediaRoom, ParticipantFacts, RecorderPort, SessionRecorder

log = structlog.get_logger()
WAITING_FACTS = 10_000
OPEN_TRIES = 5
RETRY_S = 1.0

Fact = Callable[[SessionRecorder], None]


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """What a recording is called and belongs to."""

    conference: str
    session: str
    title: str
    owner: str
    started_ms: int


class RecordingFeed:
    """From `start` to `close`; calls before, after or without are harmless."""

    def __init__(self, port: RecorderPort) -> None:
        self._port = port
        self._recorder: SessionRecorder | None = None
        self._waiting: list[Fact] = []
        self._opening: asyncio.Task[None] | None = None
        self._active: dict[tuple[PeerNumber, Purpose], bool] = {}
        self._closed = False

    @property
    def started(self) -> bool:
        return self._opening is not None

    def start(self, session: RecordedSession, media: MediaRoom, state: RoomState) -> None:
        """Recording is wanted from now on: tell the recorder who is here and what flows."""
        if self._opening is not None or self._closed:
            return
        self._opening = asyncio.create_task(self._open(session, media), name="recorder opening")
        for participant in state.participants.values():
            self._joined(participant)
        for (number, purpose), active in self._active.items():
            if active:
                self._tell(lambda r, n=number, p=purpose: r.track(n, p, True))  # type: ignore[misc]
        recording = state.recording
        if recording.state is RecordingPhase.RECORDING:
            since = recording.since or session.started_ms
            self._tell(lambda r: r.mark(True, since))

    async def _open(self, session: RecordedSession, media: MediaRoom) -> None:
        for attempt in range(1, OPEN_TRIES + 1):
            try:
                self._recorder = await self._port.open(
                    conference=session.conference,
                    session=session.session,
                    title=session.title,
                    owner=session.owner,
                    started_ms=session.started_ms,
                    media=media,
                )
                break
            except Exception:
                log.exception("recorder.open_failed", room=session.conference, attempt=attempt)
                await asyncio.sleep(RETRY_S * attempt)
        waiting, self._waiting = self._waiting, []
        if self._recorder is not None:
            for fact in waiting:
                self._apply(fact)

    def _tell(self, fact: Fact, *, droppable: bool = False) -> None:
        if self._closed or self._opening is None:
            return
        if self._recorder is not None:
            self._apply(fact)
        elif len(self._waiting) < WAITING_FACTS // (2 if droppable else 1):
            self._waiting.append(fact)

    def _apply(self, fact: Fact) -> None:
        assert self._recorder is not None
        try:
            fact(self._recorder)
        except Exception:
            log.exception("recorder.fact_failed")

    def _joined(self, participant: Participant) -> None:
        facts = ParticipantFacts(
            id=participant.id,
            number=PeerNumber(participant.number),
            name=participant.name,
            role=participant.role.value,
            moderator=participant.moderator,
            consent=participant.consent.value if participant.consent else None,
        )
        self._tell(lambda r: r.participant(facts))

    def event(self, event: e.Event, state: RoomState, number: PeerNumber | None) -> None:
        """A fact of the room. `number`: of the participant it is about, also if just gone."""
        match event.fact:
            case e.ParticipantJoined(participant, _):
                self._joined(participant)
            case e.ParticipantChanged(id, changes) if changes.keys() & {"role", "moderator", "consent"}:
                if id in state.participants:
                    self._joined(state.participants[id])
            case e.ParticipantLeft() if number is not None:
                gone = number
                self._tell(lambda r: r.left(gone))
            case e.ChatSent(message) if message.to is None and _agreed(state, message.sender):
                at, name, text = message.at, message.sender_name, message.text
                self._tell(lambda r: r.chat(at, name, text))
            case e.ChatDeleted(id, _) if id in state.chat:
                deleted = state.chat[id]
                self._tell(lambda r: r.chat_deleted(deleted.at, deleted.sender_name))
            case e.RecordingChanged(recording):
                start, at = recording.state is RecordingPhase.RECORDING, event.at_ms
                if start or event.action == "recording_stop":
                    self._tell(lambda r: r.mark(start, at))
            case _:
                pass

    def track(self, number: PeerNumber, purpose: Purpose, active: bool) -> None:
        self._active[number, purpose] = active
        self._tell(lambda r: r.track(number, purpose, active))

    def transport_closed(self, number: PeerNumber) -> None:
        self._tell(lambda r: r.transport_closed(number))

    def speakers(self, active: Sequence[PeerNumber], at_ms: int) -> None:
        self._tell(lambda r: r.speakers(active, at_ms), droppable=True)

    def tap_dropped(self, tap: int, count: int) -> None:
        self._tell(lambda r: r.tap_dropped(tap, count))

    async def close(self, at_ms: int) -> None:
        """The session is over: the recorder applies its rules."""
        if self._closed or self._opening is None:
            self._closed = True
            return
        await asyncio.wait([self._opening], timeout=OPEN_TRIES * OPEN_TRIES * RETRY_S)
        self._closed = True
        if self._recorder is not None:
            try:
                await self._recorder.close(at_ms)
            except Exception:
                log.exception("recorder.close_failed")

    def abandon(self) -> None:
        """The server stops; the recording goes on as a new part after it is back."""
        self._closed = True
        if self._opening is not None and not self._opening.done():
            self._opening.cancel()


def _agreed(state: RoomState, id: ParticipantId) -> bool:
    """Whoever refuses is left out with all that is theirs, words included."""
    sender = state.participants.get(id)
    return sender is not None and sender.consent is Consent.YES
