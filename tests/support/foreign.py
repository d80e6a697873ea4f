"""A participant that is none of our code: the stock aiortc peer of tests/interop, joined by PROTOCOL.md alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signaling.client import SignalingClient
from tests.interop.foreign import ForeignPeer


class SignaledRoom:
    """Where the peer's offer goes: to the server, over the socket."""

    def __init__(self, client: SignalingClient) -> None:
        self._client = client

    async def connect(self, _peer: int, connection: int, offer: str, lines: Mapping[str, str]) -> str:
        """The server's answer."""
        answer = await self._client.call("offer", {"connection": connection, "sdp": offer, "lines": dict(lines)})
        return str(answer["sdp"])


class ForeignParticipant:
    """Signaling by PROTOCOL.md, media by stock aiortc."""

    def __init__(self, url: str, name: str) -> None:
        self.client = SignalingClient(url)
        self.name = name
        self.number = 0
        self._peer: ForeignPeer | None = None

    @property
    def peer(self) -> ForeignPeer:
        """The media side; there once joined."""
        assert self._peer is not None
        return self._peer

    async def join(self, **door: Any) -> None:
        """From the link (or number and PIN) to an answered offer."""
        token = await self.client.get_token(name=self.name, **door)
        await self.client.open({"token": token})
        wish = {"consent": None, "mode": "speak", "mic": True, "camera": True, "since": None}
        self.number = (await self.client.call("join", wish))["number"]
        room: Any = SignaledRoom(self.client)
        self._peer = ForeignPeer(room, self.number)
        await self._peer.join()

    async def show(self, *sources: str) -> None:
        """Ask for these sources."""
        await self.client.call("view", {"tiles": [{"source": source, "height": 180} for source in sources]})

    async def close(self) -> None:
        """Leave without a word."""
        if self._peer is not None:
            await self._peer.leave()
        await self.client.close()
