"""A native worker that only writes down what it is told, and a server around it for rooms."""

import asyncio
import os
from collections.abc import Coroutine, Sequence
from typing import Any

from sfu.dtls import SharedCertificate
from sfu.room import MediaRoom
from sfu.types import PeerNumber, Purpose, RoomListener, SlotState, Tile
from sfu.worker import MediaWorker

CERTIFICATE = SharedCertificate.generateCertificate()


class FakeNative:
    """Commands as (name, args, kwargs). Events are given to the sinks by the tests themselves."""

    port = 4000

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.pending: list[object] = []
        self._read, self._write = os.pipe()

    def fileno(self) -> int:
        return self._read

    def events(self) -> list[object]:
        pending, self.pending = self.pending, []
        return pending

    def stats(self) -> dict[str, float]:
        return {"packets_in": 1, "latency_p99_us": 5}

    def close(self) -> None:
        self.calls.append(("close", (), {}))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.calls.append((name, args, kwargs))

    def take(self, *names: str) -> list[tuple[Any, ...]]:
        """The arguments of these commands since the last `take`, which forgets all."""
        taken = [(name, *args) if len(names) != 1 else args for name, args, _ in self.calls if name in names]
        self.calls.clear()
        return taken

    def keywords(self, name: str) -> list[dict[str, Any]]:
        return [kwargs for called, _, kwargs in self.calls if called == name]


class FakeServer:
    """What a room needs of the media server."""

    certificate = CERTIFICATE

    def __init__(self) -> None:
        self.native = FakeNative()
        native: Any = self.native
        self.worker = MediaWorker(native)
        self.tasks: list[asyncio.Task[None]] = []
        self.closed_rooms: list[MediaRoom] = []

    def candidates(self) -> Sequence[str]:
        return ["192.0.2.1"]

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.ensure_future(coroutine))

    def room_closed(self, room: MediaRoom) -> None:
        self.closed_rooms.append(room)

    def room(self, listener: RoomListener) -> MediaRoom:
        return MediaRoom("room", listener, self.worker, self)


class Heard:
    """A listener that notes (what, facts) in order."""

    def __init__(self) -> None:
        self.facts: list[tuple[Any, ...]] = []

    def take(self, what: str) -> list[tuple[Any, ...]]:
        taken = [fact[1:] for fact in self.facts if fact[0] == what]
        self.facts = [fact for fact in self.facts if fact[0] != what]
        return taken

    def on_slots(self, peer: PeerNumber, slots: Sequence[SlotState]) -> None:
        self.facts += [("slots", peer, slot) for slot in slots]

    def on_speakers(self, active: Sequence[PeerNumber], dominant: PeerNumber | None) -> None:
        self.facts.append(("speakers", list(active), dominant))

    def on_levels(self, levels: Any) -> None:
        self.facts.append(("levels", dict(levels)))

    def on_transport(self, peer: PeerNumber, state: str) -> None:
        self.facts.append(("transport", peer, state))

    def on_track(self, peer: PeerNumber, purpose: Purpose, active: bool) -> None:
        self.facts.append(("track", peer, purpose, active))

    def on_quality(self, quality: Any) -> None:
        self.facts.append(("quality", dict(quality)))

    def on_gated_voice(self, peer: PeerNumber) -> None:
        self.facts.append(("gated", peer))

    def on_tap_dropped(self, tap: int, count: int) -> None:
        self.facts.append(("dropped", tap, count))


def camera(peer: int, height: int = 360) -> Tile:
    return Tile(PeerNumber(peer), Purpose.CAMERA, height)


def screen(peer: int, height: int = 720) -> Tile:
    return Tile(PeerNumber(peer), Purpose.SCREEN, height)


async def settle() -> None:
    """Let collected changes be applied."""
    for _ in range(3):
        await asyncio.sleep(0)
