"""Participants without a browser: real signaling, real media of the native client role."""

from __future__ import annotations

import asyncio
from typing import Any

from sfu.load import LoadMedia, LoadPeer
from signaling.client import ClientError, SignalingClient


class Person:
    """One participant: `client` speaks PROTOCOL.md, `peer` sends and receives media."""

    def __init__(self, url: str, media: LoadMedia, *, local_address: str | None = None) -> None:
        self.url = url
        self.client = SignalingClient(url, local_address=local_address)
        self._local = local_address
        self._media = media
        self.peer: LoadPeer = media.peer()
        self.token = ""
        self.id = ""
        self.number = 0
        self.joined: dict[str, Any] = {}

    async def arrive(self, name: str, *, consent: str | None = None, connect_media: bool = True, **door: Any) -> Person:
        """Join by `link=` or `number=, pin=` and connect media; sends nothing yet."""
        self.token = await self.client.get_token(name=name, **door)
        await self.enter(consent=consent)
        if connect_media:
            await self.connect_media()
        return self

    async def enter(self, *, consent: str | None = None, since: int | None = None, mic: bool = True) -> dict[str, Any]:
        """Open the socket with the kept token and call `join`."""
        await self.client.open({"token": self.token})
        wish = {"consent": consent, "mode": "speak", "mic": mic, "camera": True, "since": since}
        self.joined = await self.client.call("join", wish)
        self.id, self.number = self.joined["you"], self.joined["number"]
        return self.joined

    async def return_(self, *, within_s: float = 20, **wish: Any) -> dict[str, Any]:
        """Come back with the same token on a new socket, as a client does after a lost network."""
        await self.client.close()
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            self.client = SignalingClient(self.url, local_address=self._local)
            try:
                return await self.enter(**wish)
            except (ClientError, OSError):
                await self.client.close()
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def connect_media(self, connection: int = 1) -> None:
        """Offer, answer, handshake."""
        sdp, lines = self.peer.offer()
        answer = await self.client.call("offer", {"connection": connection, "sdp": sdp, "lines": lines})
        await self.peer.connect(answer["sdp"])

    async def reconnect_media(self, connection: int) -> None:
        """A new transport on a new peer."""
        self.peer = self._media.peer()
        await self.connect_media(connection)

    async def show(self, *people: Person) -> None:
        """Ask for their cameras."""
        tiles = [{"source": f"{person.number}/camera", "height": 360} for person in people]
        await self.client.call("view", {"tiles": tiles})

    async def received(self, during_s: float) -> int:
        """Packets that arrive in the next `during_s`."""
        before = self.peer.stats()["received"]
        await asyncio.sleep(during_s)
        return self.peer.stats()["received"] - before

    async def close(self) -> None:
        """Vanish."""
        await self.client.close()
