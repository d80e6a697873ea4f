"""The product's own small client with what these tests need besides: a token, `join`, raw answers, rudeness."""

import asyncio
import contextlib
import json
from typing import Any

import aiohttp

from signaling.client import ClientError, SignalingClient

__all__ = ["Client", "ClientError"]


class Client(SignalingClient):
    """Like its base; `joined` is the last join answer, `answer_pings = False` plays dead."""

    def __init__(self, url: str, token: object) -> None:
        super().__init__(url)
        self.token = token
        self.joined: dict[str, Any] = {}
        self.answer_pings = True

    async def connect(self) -> None:
        """Raises ClientError with the code of the refusal."""
        await self.open({"token": self.token})

    async def join(self, **wishes: Any) -> dict[str, Any]:
        payload = {"consent": None, "mode": "speak", "mic": False, "camera": False, "since": None, **wishes}
        self.joined = await self.call("join", payload)
        return self.joined

    async def ask(self, name: str, payload: object = None) -> dict[str, Any]:
        """The answer as it is, refused or not; `{}` as payload if None is given."""
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._acks[number] = future
        await self.send_raw(f"42{number}" + json.dumps([name, {} if payload is None else payload]))
        async with asyncio.timeout(10):
            answer: dict[str, Any] = await future
        return answer

    async def refusal(self, name: str, payload: object = None) -> str:
        """The code of a call that must be refused."""
        answer = await self.ask(name, payload)
        assert answer["ok"] is False, f"{name} was served: {answer}"
        return str(answer["error"]["code"])

    async def wait_event(self, type: str, *, within_s: float = 5.0, **fields: Any) -> dict[str, Any]:
        """The first event of that type with these fields, here or to come."""
        event: dict[str, Any] = await self.wait_push(
            "event",
            lambda payload: payload["type"] == type and all(payload.get(k) == v for k, v in fields.items()),
            timeout_s=within_s,
        )
        return event

    def events(self, type: str | None = None) -> list[dict[str, Any]]:
        """Those that have arrived, in order."""
        return [p for name, p, _ in self.pushes if name == "event" and type in (None, p["type"])]

    def code(self) -> str | None:
        """Of `closing`, if it was said."""
        return next((p["code"] for name, p, _ in self.pushes if name == "closing"), None)

    def stop_reading(self) -> None:
        """Never drain the socket again."""
        assert self._reader is not None
        self._reader.cancel()

    async def vanish(self) -> None:
        """The network is gone: the connection is cut without a close frame."""
        assert self._socket is not None
        connection = self._socket._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await self.close()

    async def _take(self, frame: str) -> None:
        if frame != "2" or self.answer_pings:
            await super()._take(frame)
