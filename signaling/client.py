"""A small Socket.IO client on a plain WebSocket: for load runs, and for tests that need to misbehave on purpose.

Engine.IO protocol 4 and Socket.IO protocol 5 as far as PROTOCOL.md needs them: text frames only, namespace `/`, calls
with acks, pushes. Nothing here retries: whoever uses it decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

CALL_TIMEOUT_S = 10.0


class ClientError(Exception):
    """The connection was refused or lost, or a call failed; `code` is the server's."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class SignalingClient:
    """One connection. `pushes` holds everything the server pushed: (name, payload, monotonic arrival time in s)."""

    def __init__(self, url: str, *, local_address: str | None = None, verify_tls: bool = True) -> None:
        """`url` is the server's base such as http://localhost:8080; `local_address` binds our end."""
        self._url = url.rstrip("/")
        self._local = (local_address, 0) if local_address else None
        self._verify = verify_tls
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ids = itertools.count(1)
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._arrived = asyncio.Event()
        self.pushes: list[tuple[str, Any, float]] = []
        self.on_push: Callable[[str, Any], None] | None = None
        self.closed = asyncio.Event()

    async def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(local_addr=self._local, ssl=self._verify)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    async def request(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One HTTP request to the same server: (status, parsed JSON)."""
        session = await self._http()
        async with session.request(method, self._url + path, json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get_token(self, **body: Any) -> str:
        """`POST /api/join` (PROTOCOL.md section 5). Raises ClientError with the server's code."""
        status, answer = await self.request("POST", "/api/join", body)
        if status != 200:
            raise ClientError(answer["error"]["code"], answer["error"]["message"])
        return str(answer["token"])

    async def open(self, auth: Mapping[str, Any] | None) -> None:
        """Open the socket and connect the namespace with `auth` (None: stay before that step). Raises ClientError."""
        session = await self._http()
        address = self._url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self._socket = await session.ws_connect(address, max_msg_size=0, origin=self._url)
        await self._socket.receive_str()
        if auth is None:
            self._reader = asyncio.create_task(self._read())
            return
        await self._socket.send_str("40" + json.dumps(auth))
        while True:
            frame = await self._socket.receive(CALL_TIMEOUT_S)
            if frame.type != aiohttp.WSMsgType.TEXT:
                raise ClientError("closed", "before the namespace was connected")
            if frame.data == "2":
                await self._socket.send_str("3")
            elif frame.data.startswith("44"):
                data = json.loads(frame.data[2:])
                inner = data.get("data") or {}
                raise ClientError(str(inner.get("code", "refused")), str(inner.get("message", data.get("message", ""))))
            elif frame.data.startswith("40"):
                break
        self._reader = asyncio.create_task(self._read())

    async def call(self, name: str, payload: object = None, *, timeout_s: float = CALL_TIMEOUT_S) -> dict[str, Any]:
        """Emit and wait for the ack. Raises ClientError when the ack says no, the socket closes or time is up."""
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._acks[number] = future
        await self.send_raw(f"42{number}" + json.dumps([name, {} if payload is None else payload]))
        try:
            ack = await asyncio.wait_for(future, timeout_s)
        except TimeoutError:
            raise ClientError("timeout", name) from None
        finally:
            self._acks.pop(number, None)
        if not isinstance(ack, dict) or not ack.get("ok"):
            error = ack.get("error", {}) if isinstance(ack, dict) else {}
            raise ClientError(str(error.get("code", "bad_ack")), str(error.get("message", ack)))
        return ack

    async def send_raw(self, frame: str | bytes) -> None:
        """Any frame as it is. Raises ClientError once the socket is closed."""
        if self._socket is None or self._socket.closed:
            raise ClientError("closed")
        try:
            await (self._socket.send_str(frame) if isinstance(frame, str) else self._socket.send_bytes(frame))
        except (ConnectionError, aiohttp.ClientError) as error:
            raise ClientError("closed", str(error)) from None

    async def wait_push(
        self, name: str, test: Callable[[Any], bool] = lambda _: True, *, timeout_s: float = 5.0, since: int = 0
    ) -> Any:
        """The first push of this name that passes the test, already here (from index `since`) or still to come."""
        deadline = time.monotonic() + timeout_s
        while True:
            self._arrived.clear()
            for pushed, payload, _ in self.pushes[since:]:
                if pushed == name and test(payload):
                    return payload
            left = deadline - time.monotonic()
            if left <= 0 or self.closed.is_set():
                raise ClientError("timeout", f"no push {name}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), left)

    async def _read(self) -> None:
        assert self._socket is not None
        async for frame in self._socket:
            if frame.type != aiohttp.WSMsgType.TEXT:
                continue
            await self._take(frame.data)
        self.closed.set()
        self._arrived.set()
        for future in self._acks.values():
            if not future.done():
                future.set_exception(ClientError("closed"))

    async def _take(self, frame: str) -> None:
        if frame == "2":
            with contextlib.suppress(ClientError):
                await self.send_raw("3")
        elif frame.startswith("42"):
            name, *rest = json.loads(frame[2:])
            payload = rest[0] if rest else None
            self.pushes.append((name, payload, time.monotonic()))
            if self.on_push is not None:
                self.on_push(name, payload)
            self._arrived.set()
        elif frame.startswith("43"):
            digits = len(frame[2:]) - len(frame[2:].lstrip("0123456789"))
            future = self._acks.get(int(frame[2 : 2 + digits]))
            if future is not None and not future.done():
                future.set_result((json.loads(frame[2 + digits :]) or [None])[0])

    async def close(self) -> None:
        """Close at once, without saying goodbye. Idempotent."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._session is not None:
            await self._session.close()
            self._session = None
        self.closed.set()
