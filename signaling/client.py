"""A small client of the protocol over a plain websocket: for `plenum bench load` and for tests. No media.

async with SignalingClient(url, token) as client:
    answer = await client.call("join", {"consent": None, "mode": "speak", "mic": False, "camera": False, "since": None})
    event = await client.wait_push("event", lambda payload: payload["type"] == "chat_message")
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp

CALL_WITHIN_S = 10.0


class ClientError(Exception):
    """The server refused, or the socket ended. `code` as in PROTOCOL.md section 6, or `closed`."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


class SignalingClient:
    """One socket. Every push is kept in `pushes` in order of arrival; `answer_pings=False` plays dead."""

    def __init__(self, url: str, token: object, *, http: aiohttp.ClientSession | None = None) -> None:
        parts = urlsplit(url)
        scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
        self.url = urlunsplit((scheme, parts.netloc, "/socket.io/", "EIO=4&transport=websocket", ""))
        self.token = token
        self.pushes: list[tuple[str, Any]] = []
        self.joined: dict[str, Any] | None = None
        self.answer_pings = True
        self.on_push: Callable[[str, Any], None] | None = None
        self._own_http = http is None
        self._http = http
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._next_ack = 0
        self._news = asyncio.Condition()
        self.closed = asyncio.Event()

    async def __aenter__(self) -> "SignalingClient":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connect(self, *, origin: str | None = None) -> None:
        """Raises ClientError with the code of the refusal."""
        if self._http is None:
            self._http = aiohttp.ClientSession()
        try:
            self._socket = await self._http.ws_connect(
                self.url, origin=origin, compress=0, max_msg_size=8 * 1024 * 1024, ssl=False
            )
            await self._receive()  # Engine.IO open
            await self.send_raw("40" + json.dumps({"token": self.token}))
            answer = await self._receive()
        except (aiohttp.ClientError, TimeoutError) as error:
            await self.close()
            raise ClientError("closed", str(error)) from None
        if answer.startswith("44"):
            data = json.loads(answer[2:])
            await self.close()
            raise ClientError(data["data"]["code"], data["message"])
        self._reader = asyncio.create_task(self._read(), name="signaling client")

    async def _receive(self) -> str:
        assert self._socket is not None
        while True:
            message = await self._socket.receive(timeout=CALL_WITHIN_S)
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise ClientError("closed", "the socket ended")
            text = str(message.data)
            if text != "2":
                return text
            await self.send_raw("3")

    async def close(self) -> None:
        """The socket goes without a word, as when the network is lost."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket is not None:
            await self._socket.close()
        if self._own_http and self._http is not None:
            await self._http.close()
        await self._ended()

    async def abort(self) -> None:
        """Cut the connection hard (TCP reset)."""
        if self._socket is not None:
            connection = self._socket._response.connection
            if connection is not None and connection.transport is not None:
                connection.transport.abort()
        await self.close()

    async def send_raw(self, frame: str) -> None:
        assert self._socket is not None
        await self._socket.send_str(frame)

    async def send_raw_bytes(self, frame: bytes) -> None:
        assert self._socket is not None
        await self._socket.send_bytes(frame)

    def stop_reading(self) -> None:
        """Never drain the socket again."""
        if self._reader is not None:
            self._reader.cancel()

    async def ask(self, name: str, payload: Any = None) -> dict[str, Any]:
        """The answer as it is, refused or not. Raises ClientError if the socket ends first."""
        self._next_ack += 1
        ack = self._next_ack
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._acks[ack] = future
        if self.closed.is_set():
            raise ClientError("closed")
        with contextlib.suppress(ConnectionError):
            await self.send_raw(f"42{ack}" + json.dumps([name, {} if payload is None else payload]))
        answer: dict[str, Any] = await asyncio.wait_for(future, CALL_WITHIN_S)
        return answer

    async def call(self, name: str, payload: Any = None) -> dict[str, Any]:
        """The answer of a served call. Raises ClientError with the code of a refusal."""
        answer = await self.ask(name, payload)
        if not answer.get("ok"):
            raise ClientError(answer["error"]["code"], answer["error"]["message"])
        return answer

    async def join(self, **wishes: Any) -> dict[str, Any]:
        """The `join` call; the answer is also kept in `joined`."""
        payload = {"consent": None, "mode": "speak", "mic": False, "camera": False, "since": None, **wishes}
        self.joined = await self.call("join", payload)
        return self.joined

    async def wait_push(
        self, name: str, wanted: Callable[[Any], bool] = lambda _: True, *, within_s: float = 5.0
    ) -> Any:
        """The first kept push of that name that is wanted; waits for it. Raises TimeoutError."""

        def found() -> list[Any]:
            return [payload for kind, payload in self.pushes if kind == name and wanted(payload)]

        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: bool(found()))
            return found()[0]

    async def wait_event(self, type: str, *, within_s: float = 5.0, **fields: Any) -> dict[str, Any]:
        """The first kept event of that type with these fields."""
        event: dict[str, Any] = await self.wait_push(
            "event",
            lambda payload: payload["type"] == type and all(payload.get(k) == v for k, v in fields.items()),
            within_s=within_s,
        )
        return event

    def events(self, type: str | None = None) -> list[dict[str, Any]]:
        return [payload for name, payload in self.pushes if name == "event" and type in (None, payload["type"])]

    async def _read(self) -> None:
        assert self._socket is not None
        try:
            async for message in self._socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                await self._take(str(message.data))
        finally:
            await self._ended()

    async def _take(self, frame: str) -> None:
        if frame == "2":
            if self.answer_pings:
                await self.send_raw("3")
        elif frame.startswith("42"):
            name, payload = json.loads(frame[2:])
            if name == "token":
                self.token = payload["token"]
            async with self._news:
                self.pushes.append((name, payload))
                self._news.notify_all()
            if self.on_push is not None:
                self.on_push(name, payload)
        elif frame.startswith("43"):
            digits = frame[2:].partition("[")[0]
            future = self._acks.pop(int(digits), None)
            if future is not None and not future.done():
                future.set_result(json.loads(frame[2 + len(digits) :])[0])

    async def _ended(self) -> None:
        self.closed.set()
        for future in self._acks.values():
            if not future.done():
                future.set_exception(ClientError("closed", "the socket ended"))
                future.exception()
        self._acks.clear()
