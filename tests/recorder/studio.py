"""The recorder's parent half with real storage and the real process; only the media server is played by the test."""

import asyncio
import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from recorder.director import SessionDirector
from recorder.supervisor import RecorderService, RecorderSettings
from sfu.types import PeerNumber, Purpose
from storage.records import ConferenceSettings
from storage.service import Storage, StorageConfig
from tests.recorder.tap_source import Coded, Track, pictures, sounds


@dataclass(frozen=True)
class Facts:
    id: str
    number: PeerNumber
    name: str
    consent: str | None = "yes"
    role: str = "speaker"
    moderator: bool = False


def person(number: int, consent: str | None = "yes") -> Facts:
    return Facts(f"p{number}", PeerNumber(number), f"Person {number}", consent)


@dataclass
class Room:
    """MediaRoom: taps are open for whatever is asked, packets are sent by `Camera` and `Voice`."""

    tracks: set[tuple[int, Purpose]] = field(default_factory=set)
    taps: dict[tuple[int, Purpose], int] = field(default_factory=dict)
    keyframes: list[tuple[int, Purpose]] = field(default_factory=list)
    opened: int = 0

    def open_tap(self, tap: int, peer: PeerNumber, purpose: Purpose) -> bool:
        if (peer, purpose) not in self.tracks:
            return False
        self.taps[peer, purpose] = tap
        self.opened += 1
        return True

    def close_tap(self, tap: int) -> None:
        self.taps = {track: mine for track, mine in self.taps.items() if mine != tap}

    def request_keyframe(self, peer: PeerNumber, purpose: Purpose) -> None:
        self.keyframes.append((peer, purpose))


class Media:
    """MediaServer: holds a duplicate of the tap socket, as the core does."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None

    def set_tap_socket(self, fd: int) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = None if fd < 0 else socket.socket(fileno=os.dup(fd))

    def send(self, messages: list[bytes]) -> None:
        for one in messages:
            if self.socket is not None:
                try:
                    self.socket.send(one)
                except (BlockingIOError, BrokenPipeError, ConnectionError):
                    return


@dataclass
class Publisher:
    """Sends one track in real time for as long as it is asked to. Frames repeat after `frames` is through."""

    media: Media
    room: Room
    number: int
    purpose: Purpose
    frames: tuple[Coded, ...]
    _tap: int = 0
    _track: Track | None = None

    def send_until(self, now_us: int, from_us: int) -> None:
        """Everything captured in from_us <= t < now_us (Unix µs), if the track is tapped."""
        tap = self.room.taps.get((self.number, self.purpose))
        if tap is None or (self.number, self.purpose) not in self.room.tracks:
            return
        step_us = 1_000_000 // 30 if self.purpose.kind == "video" else 20_000
        if tap != self._tap or self._track is None:
            self._tap = tap
            self._track = Track(tap, self.purpose.kind == "video", from_us, delay_us=5_000)
            self.media.send([self._track.mapping()])
        out = []
        first = -(-(from_us - self._track.base_us) // step_us)
        last = (now_us - self._track.base_us - 1) // step_us
        for n in range(first, last + 1):
            coded = self.frames[n % len(self.frames)]
            out += self._track.packets(Coded(n * step_us, coded.data, coded.keyframe))
        self.media.send(out)


class Studio:
    """A session being recorded. `play` lets real time pass while everybody publishes."""

    def __init__(self, folder: Path) -> None:
        pictures(2.0), sounds(2.0)  # made before the time counts
        self.folder = folder
        self.media = Media()
        self.room = Room()
        self.publishers: list[Publisher] = []
        self.storage: Storage
        self.service: RecorderService
        self.session: SessionDirector
        self.offset_s = 0.0

    def clock(self) -> float:
        return time.time() + self.offset_s

    def now_ms(self) -> int:
        return int(self.clock() * 1000)

    async def open(self) -> None:
        self.storage = await Storage.open(StorageConfig(self.folder))
        self.service = RecorderService(
            storage=self.storage,
            media=self.media,
            data_dir=self.folder,
            settings=RecorderSettings(),
            clock=self.clock,
        )
        await self.service.start()

    async def convene(self) -> str:
        """A session of a conference of an organiser, with all its rows."""
        user = await self.storage.users.add("Owner")
        conference = await self.storage.conferences.create(
            user.id, ConferenceSettings("Council", record=True), now_ms=self.now_ms()
        )
        return await self.storage.sessions.open(conference.id, self.now_ms())

    async def begin(self, session: str = "s1") -> SessionDirector:
        self.session = await self.service.port.open(
            conference="c1", session=session, title="Council", owner="u1", started_ms=self.now_ms(), media=self.room
        )
        return self.session

    def publish(self, number: int, purpose: Purpose) -> None:
        frames = pictures(2.0) if purpose.kind == "video" else sounds(2.0)
        if not any((one.number, one.purpose) == (number, purpose) for one in self.publishers):
            self.publishers.append(Publisher(self.media, self.room, number, purpose, frames))
        self.room.tracks.add((number, purpose))
        self.session.track(PeerNumber(number), purpose, True)

    def unpublish(self, number: int, purpose: Purpose) -> None:
        self.room.tracks.discard((number, purpose))
        self.session.track(PeerNumber(number), purpose, False)

    async def play(self, seconds: float) -> None:
        last_us = time.time_ns() // 1000
        end_us = last_us + int(seconds * 1_000_000)
        while last_us < end_us:
            await asyncio.sleep(0.03)
            now_us = time.time_ns() // 1000
            for one in self.publishers:
                one.send_until(now_us, last_us)
            last_us = now_us

    async def close(self) -> None:
        await self.service.close()
        await self.storage.close()

    def media_file(self, part: str) -> Path:
        return self.storage.recording_files.media(self.session.recording.id, part)
