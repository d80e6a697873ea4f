"""All taps of the recorder process: commands and tap messages in, facts out. No sockets, no threads, no clock."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recorder.errors import BadPacket
from recorder.messages import (
    CloseRecording,
    CloseTap,
    Command,
    Cut,
    Fact,
    OpenTap,
    Progress,
    RecordingClosed,
    TapEnded,
    Trouble,
)
from recorder.tap import Kind, TapMessage, parse_message
from recorder.track import TapTrack

EARLY_PER_TAP = 512
EARLY_TAPS = 256
PROGRESS_EVERY_US = 1_000_000


class Hub:
    """`folder` is the folder of all recordings. Packets of a tap may come a little before its OpenTap (two sockets)
    and after its end: tap ids only grow, so the first wait and the others are dropped."""

    def __init__(self, folder: Path, report: Callable[[Fact], None]) -> None:
        self._folder = folder
        self._report = report
        self._tracks: dict[int, TapTrack] = {}
        self._early: dict[int, list[TapMessage]] = {}
        self._newest = 0
        self._progress_us = 0
        self._bad_packet_told = False

    def is_video(self, tap: int) -> bool:
        track = self._tracks.get(tap)
        return track is not None and track.tap.video

    def command(self, command: Command, now_us: int) -> None:
        if isinstance(command, OpenTap):
            self._open(command)
        elif isinstance(command, CloseTap):
            self._close([command.tap], now_us)
        elif isinstance(command, Cut):
            for track in self._of(command.recording):
                track.cut(command.at_us, command.fragment, now_us)
        elif isinstance(command, CloseRecording):
            self._close([track.tap.tap for track in self._of(command.recording)], now_us)
            self._report(RecordingClosed(command.recording))

    def packet(self, data: bytes) -> None:
        """One message of the tap socket."""
        with self._forgiving():
            self._take(parse_message(data))

    def lost(self, tap: int, count: int, now_us: int) -> None:
        """`count` packets of `tap` were dropped here for overload."""
        track = self._tracks.get(tap)
        if track is not None:
            track.receive(TapMessage(tap, Kind.LOSS, now_us, count=count))

    def tick(self, now_us: int) -> None:
        """`now_us` of the arrival clock; a few times per 100 ms."""
        tracks = list(self._tracks.values())
        for track in tracks:
            track.tick(now_us)
        if now_us - self._progress_us >= PROGRESS_EVERY_US:
            self._progress_us = now_us
            grown = tuple(one for one in (track.parts.progress() for track in tracks) if one is not None)
            if grown:
                self._report(Progress(grown))

    def close(self, now_us: int) -> None:
        """Everything ends well. Idempotent."""
        self._close(list(self._tracks), now_us)

    def _take(self, message: TapMessage) -> None:
        """Raises BadPacket."""
        track = self._tracks.get(message.tap)
        if track is None:
            self._keep_early(message)
        elif message.kind is Kind.END:
            self._close([message.tap], message.arrival_us)
            self._report(TapEnded(message.tap))
        else:
            track.receive(message)

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """A packet that is none costs itself, whenever it is looked at."""
        try:
            yield
        except BadPacket as error:
            if not self._bad_packet_told:  # the media server is not one that sends them: once says it all
                self._bad_packet_told = True
                self._report(Trouble("bad_packet", "", str(error)))

    def _of(self, recording: str) -> list[TapTrack]:
        return [track for track in self._tracks.values() if track.tap.recording == recording]

    def _open(self, tap: OpenTap) -> None:
        if tap.tap in self._tracks:
            return
        self._newest = max(self._newest, tap.tap)
        self._tracks[tap.tap] = TapTrack(tap, self._folder, self._report)
        for message in self._early.pop(tap.tap, ()):
            with self._forgiving():
                self._take(message)

    def _close(self, taps: Iterable[int], now_us: int) -> None:
        for tap in taps:
            track = self._tracks.pop(tap, None)
            if track is not None:
                track.close(now_us)

    def _keep_early(self, message: TapMessage) -> None:
        if message.tap <= self._newest or (message.tap not in self._early and len(self._early) >= EARLY_TAPS):
            return
        kept = self._early.setdefault(message.tap, [])
        if len(kept) < EARLY_PER_TAP:
            kept.append(message)
