"""What of one session is captured, from the first join to the end: whose tracks, and which fragment they lie in.

Only who consented is captured. A tap stays open while its track pauses (a mute must not cost the first word after
it). Facts go to storage through the clerk, commands to the recorder process through the desk.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from recorder.clerk import Clerk
from recorder.finalise import adopt_recording, finalise
from recorder.messages import CloseTap, Command, Cut, OpenTap
from recorder.ports import MediaRoom, ParticipantFacts
from recorder.speech import SpeechTimeline
from sfu.types import PeerNumber, Purpose
from storage.recording_records import ChatRecord, FragmentRecord, PersonRecord, RecordingRecord
from storage.service import Storage

log = structlog.get_logger()

SAME_MARK_MS = 1000
LASTED_S = 2.0
Track = tuple[PeerNumber, Purpose]


class Desk(Protocol):
    """The recorder process, whichever is running now, and the numbers of its taps."""

    @property
    def up(self) -> bool:
        """Is there a process to record with?"""
        ...

    def tell(self, command: Command) -> None: ...
    def new_tap(self, owner: "SessionDirector") -> int: ...
    def drop_tap(self, tap: int) -> None: ...
    async def recording_closed(self, recording: str) -> None:
        """Asks for it and returns when every part of the recording is complete and written down."""
        ...

    def forget(self, director: "SessionDirector") -> None: ...


class SessionDirector:
    """`signaling.ports.SessionRecorder` for one session. Calls come on the event loop; none of them blocks."""

    def __init__(
        self,
        recording: RecordingRecord,
        fragments: Sequence[FragmentRecord],
        media: MediaRoom,
        desk: Desk,
        clerk: Clerk,
        storage: Storage,
        clock: Callable[[], float],
    ) -> None:
        """`fragments`: those marked before a restart; the last may still be open."""
        self.recording = recording
        self._media = media
        self._desk = desk
        self._clerk = clerk
        self._storage = storage
        self._clock = clock
        self._people: dict[PeerNumber, ParticipantFacts] = {}
        self._active: set[Track] = set()
        self._taps: dict[Track, int] = {}
        self._opened_s: dict[Track, float] = {}
        self._fragments = list(fragments)
        self._fragment: int | None = None
        self._speech = SpeechTimeline()
        self._closed = False

    # what signaling says

    def participant(self, facts: ParticipantFacts) -> None:
        """Joined or changed."""
        if self._closed:
            return
        self._people[facts.number] = facts
        person = PersonRecord(
            participant=str(facts.id),
            number=facts.number,
            name=facts.name,
            role=str(facts.role),
            moderator=facts.moderator,
            consent=None if facts.consent is None else str(facts.consent),
            joined_ms=self._now_ms(),
        )
        self._clerk.write(lambda: self._storage.recordings.person(self.recording.id, person))
        if self._consents(facts.number):
            self.refresh()
        else:
            self._close_taps(facts.number)

    def left(self, number: PeerNumber) -> None:
        self.transport_closed(number)
        gone = self._people.pop(number, None)
        if gone is not None and not self._closed:
            participant, at_ms = str(gone.id), self._now_ms()
            self._clerk.write(lambda: self._storage.recordings.person_left(self.recording.id, participant, at_ms))

    def track(self, number: PeerNumber, purpose: Purpose, active: bool) -> None:
        if active:
            self._active.add((number, purpose))
            self.refresh()
        else:
            self._active.discard((number, purpose))

    def transport_closed(self, number: PeerNumber) -> None:
        """What comes after a reconnect is another part."""
        self._active = {one for one in self._active if one[0] != number}
        self._close_taps(number)

    def mark(self, start: bool, at_ms: int) -> None:
        """The organiser starts or stops a fragment; again is harmless."""
        if self._closed or start == (self._fragment is not None):
            return
        at = max(0, at_ms - self.recording.started_ms)
        if start:
            marked = self._continued(at) or FragmentRecord(len(self._fragments) + 1, at, None)
            self._fragments = [*self._fragments[: marked.number - 1], marked]
            self._fragment = marked.number
        else:
            last = self._fragments[-1]
            marked = FragmentRecord(last.number, last.start_ms, max(at, last.start_ms))
            self._fragments[-1] = marked
            self._fragment = None
        self._desk.tell(Cut(self.recording.id, at_ms * 1000, self._fragment))
        self._clerk.write(lambda: self._storage.recordings.fragment(self.recording.id, marked))

    def speakers(self, active: Sequence[PeerNumber], at_ms: int) -> None:
        talking = [str(self._people[one].id) for one in active if self._consents(one)]
        self._speech.active(talking, at_ms - self.recording.started_ms)

    def chat(self, at_ms: int, from_name: str, text: str) -> None:
        if not self._closed:
            said = ChatRecord(max(0, at_ms - self.recording.started_ms), from_name, text)
            self._clerk.write(lambda: self._storage.recordings.chat(self.recording.id, said))

    def chat_deleted(self, at_ms: int, from_name: str) -> None:
        """A moderator or the writer took it back: it goes here too."""
        at = max(0, at_ms - self.recording.started_ms)
        self._clerk.write(lambda: self._storage.recordings.unsay(self.recording.id, at, from_name))

    def tap_dropped(self, tap: int, count: int) -> None:
        log.warning("recorder's socket was full", recording=self.recording.id, tap=tap, packets=count)

    async def close(self, at_ms: int) -> None:
        """The session is over: complete the files and apply decision 5. Idempotent."""
        if self._closed:
            return
        for number in list(self._people):
            self._close_taps(number)
        if self._fragment is not None:
            self.mark(False, at_ms)
        self._closed = True
        self._write_speech(everything=True, now_ms=at_ms - self.recording.started_ms)
        await self._desk.recording_closed(self.recording.id)
        await self._clerk.settled()
        self._desk.forget(self)
        await adopt_recording(self._storage, self.recording.id)  # what a process that died meanwhile left
        await finalise(self._storage, self.recording.id, ended_ms=at_ms, at_ms=int(self._clock() * 1000))

    # what the recorder process says

    def keyframe_wanted(self, tap: int) -> None:
        for (number, purpose), mine in self._taps.items():
            if mine == tap:
                self._media.request_keyframe(number, purpose)

    def tap_ended(self, tap: int) -> None:
        """The media server ended it. If the track is there again (a reconnect), another is opened: now, or, if this
        one did not last, at the next tick."""
        for track, mine in list(self._taps.items()):
            if mine == tap:
                self._forget_tap(track)
                if self._clock() - self._opened_s.get(track, 0.0) > LASTED_S:
                    self.refresh()

    def process_gone(self) -> None:
        """All taps are void. `refresh` opens them again for the next process."""
        for track, tap in list(self._taps.items()):
            self._media.close_tap(tap)
            self._forget_tap(track)

    def refresh(self) -> None:
        """Open what should be open. Called at each change and about once a second."""
        if self._closed or not self._desk.up:
            return
        for track in self._active:
            if track not in self._taps and self._consents(track[0]):
                self._open_tap(track)

    def tick(self) -> None:
        """About once a second."""
        self.refresh()
        self._write_speech(everything=False, now_ms=self._now_ms())

    # inside

    def _open_tap(self, track: Track) -> None:
        number, purpose = track
        tap = self._desk.new_tap(self)
        self._desk.tell(
            OpenTap(
                tap=tap,
                recording=self.recording.id,
                participant=str(self._people[number].id),
                purpose=purpose.value,
                origin_us=self.recording.started_ms * 1000,
                fragment=self._fragment,
            )
        )
        if self._media.open_tap(tap, number, purpose):
            self._taps[track] = tap
            self._opened_s[track] = self._clock()
        else:
            self._desk.tell(CloseTap(tap))
            self._desk.drop_tap(tap)

    def _close_taps(self, number: PeerNumber) -> None:
        for track, tap in list(self._taps.items()):
            if track[0] == number:
                self._media.close_tap(tap)
                self._desk.tell(CloseTap(tap))
                self._forget_tap(track)

    def _forget_tap(self, track: Track) -> None:
        self._desk.drop_tap(self._taps.pop(track))

    def _consents(self, number: PeerNumber) -> bool:
        facts = self._people.get(number)
        return facts is not None and facts.consent == "yes"

    def _continued(self, at: int) -> FragmentRecord | None:
        """After a restart the room says again that a fragment runs: it is the same one."""
        if self._fragments and abs(self._fragments[-1].start_ms - at) <= SAME_MARK_MS:
            return FragmentRecord(self._fragments[-1].number, self._fragments[-1].start_ms, None)
        return None

    def _write_speech(self, *, everything: bool, now_ms: int) -> None:
        spoken = self._speech.take(now_ms, everything=everything)
        if spoken:
            self._clerk.write(lambda: self._storage.recordings.speech(self.recording.id, spoken))

    def _now_ms(self) -> int:
        return max(0, int(self._clock() * 1000) - self.recording.started_ms)
