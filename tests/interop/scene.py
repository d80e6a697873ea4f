"""A room of raw clients that send at a steady pace."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sfu.room import MediaRoom
from sfu.service import MediaServer
from sfu.types import PeerNumber, Purpose, Tile
from tests.interop.foreign import Listener, start_server
from tests.interop.raw_client import RawClient

ALL = frozenset(Purpose)


class Scene:
    """`join()` raw clients into one room; everybody looks at everybody's camera."""

    def __init__(self, server: MediaServer) -> None:
        self.server = server
        self.listener = Listener()
        self.room: MediaRoom = server.open_room("room", self.listener)
        self.clients: dict[int, RawClient] = {}
        self._senders: list[asyncio.Task[None]] = []

    async def join(self, number: int, client: RawClient | None = None, gates: frozenset[Purpose] = ALL) -> RawClient:
        client = client or RawClient()
        peer = PeerNumber(number)
        self.room.set_gates(peer, gates)
        await client.connect(lambda sdp, lines: self.room.connect(peer, 1, sdp, lines))
        self.clients[number] = client
        self.look(*self.clients)
        return client

    def look(self, *numbers: int) -> None:
        for viewer in self.clients:
            tiles = [Tile(PeerNumber(n), Purpose.CAMERA, 180) for n in numbers if n != viewer]
            self.room.set_view(PeerNumber(viewer), tiles)

    def keep(self, send: Callable[[], None], every_s: float = 0.02) -> asyncio.Task[None]:
        """Call `send` at a steady pace until the scene ends or the task is cancelled."""

        async def repeat() -> None:
            while True:
                send()
                await asyncio.sleep(every_s)

        task = asyncio.ensure_future(repeat())
        self._senders.append(task)
        return task

    async def close(self) -> None:
        for task in self._senders:
            task.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)
        for client in self.clients.values():
            await client.close()
        await self.server.close()


@asynccontextmanager
async def open_scene() -> AsyncIterator[Scene]:
    scene = Scene(await start_server())
    try:
        yield scene
    finally:
        await scene.close()
