"""The media server: workers, rooms on workers, and the tasks of all connections. The entry point of this package.

Everything runs on the asyncio loop that started it and never blocks; packets are moved by the native threads.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from sfu import _native
from sfu.candidates import list_candidates
from sfu.dtls import SharedCertificate
from sfu.room import MediaRoom
from sfu.types import RoomListener
from sfu.worker import MediaWorker

log = structlog.get_logger()

TICK_S: Final = 1.0
_CANDIDATES_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class MediaConfig:
    """`host`: "0.0.0.0", "::" or one address. `port`: UDP port of the first worker, the next one's is one higher;
    0 lets the system choose. `loopback`: announce it. `public_addresses`: of a 1:1 NAT, announced first."""

    host: str
    port: int
    workers: int = 1
    loopback: bool = True
    public_addresses: tuple[str, ...] = ()


class MediaServer:
    """`start()`, then `open_room()`; `close()` ends every room and thread."""

    def __init__(self, config: MediaConfig, workers: Sequence[MediaWorker]) -> None:
        """Use `start()`."""
        self.certificate = SharedCertificate.generateCertificate()
        self._config = config
        self._workers = list(workers)
        self._rooms: set[MediaRoom] = set()
        self._candidates: list[str] = []
        self._candidates_until = 0.0
        self._group: asyncio.TaskGroup | None = None
        self._running: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    @classmethod
    async def start(cls, config: MediaConfig) -> "MediaServer":
        """Bind the ports and begin. Raises OSError if one is taken, ValueError if an address is none."""
        list_candidates(config.host, loopback=config.loopback, public=config.public_addresses)
        workers: list[MediaWorker] = []
        try:
            for number in range(config.workers):
                port = config.port + number if config.port else 0
                workers.append(MediaWorker(_native.Worker(host=config.host, port=port)))
        except OSError:
            for worker in workers:
                worker.close()
            raise
        server = cls(config, workers)
        ready = asyncio.Event()
        server._running = asyncio.create_task(server._run(ready))
        await ready.wait()
        return server

    @property
    def port(self) -> int:
        """The first worker's UDP port."""
        return self._workers[0].port

    def open_room(self, name: str, listener: RoomListener) -> MediaRoom:
        """A new room on the worker with the fewest transports. `listener` hears of it until it is closed."""
        worker = min(self._workers, key=lambda w: (w.load, len(w.rooms)))
        room = MediaRoom(name, listener, worker, self)
        self._rooms.add(room)
        return room

    def set_tap_socket(self, fd: int) -> None:
        """Where all taps write to, for every worker; -1 detaches. The core duplicates `fd`."""
        for worker in self._workers:
            worker.native.set_tap_socket(fd)

    def stats(self) -> Mapping[str, float]:
        """Counters summed over the workers; latencies are those of the slowest."""
        total: dict[str, float] = {}
        for worker in self._workers:
            for key, value in worker.stats().items():
                total[key] = max(total.get(key, 0), value) if key.startswith("latency") else total.get(key, 0) + value
        return {**total, "rooms": len(self._rooms)}

    async def healthy(self) -> bool:
        """The tasks run and every native thread answers."""
        if self._running is None or self._running.done() or self._stop.is_set():
            return False
        try:
            for worker in self._workers:
                worker.stats()
        except Exception:
            log.exception("a media worker does not answer")
            return False
        return True

    async def close(self) -> None:
        """Rooms first (close alerts go out), then tasks, then threads. Idempotent."""
        for room in list(self._rooms):
            room.close()
        self._stop.set()
        if self._running is not None:
            await self._running
        for worker in self._workers:
            worker.close()

    # for rooms

    def candidates(self) -> Sequence[str]:
        now = asyncio.get_running_loop().time()
        if now >= self._candidates_until:
            config = self._config
            self._candidates = list_candidates(config.host, loopback=config.loopback, public=config.public_addresses)
            self._candidates_until = now + _CANDIDATES_S
        return self._candidates

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        assert self._group is not None, "the media server has not been started"
        self._group.create_task(coroutine)

    def room_closed(self, room: MediaRoom) -> None:
        self._rooms.discard(room)

    # tasks

    async def _run(self, ready: asyncio.Event) -> None:
        """Owns every task of this package."""
        loop = asyncio.get_running_loop()
        for worker in self._workers:
            worker.attach(loop)
        async with asyncio.TaskGroup() as self._group:
            self._group.create_task(self._tick())
            ready.set()

    async def _tick(self) -> None:
        while not self._stop.is_set():
            for room in list(self._rooms):
                try:
                    room.tick()
                except Exception:
                    log.exception("room tick failed", room=room.name)
            try:
                async with asyncio.timeout(TICK_S):
                    await self._stop.wait()
            except TimeoutError:
                pass
