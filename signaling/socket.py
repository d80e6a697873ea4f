"""The socket loop: Socket.IO over websockets. The only module that knows python-socketio.

Owns: origin check, the strict packet class, ping, one `Connection` per socket with its bounded outbox and writer task,
and the end of a socket: at its first protocol error, when it does not drain, or when we say so. Knows nothing of rooms.
"""

import asyncio
import contextlib
import functools
import logging
from typing import Any, Protocol
from urllib.parse import urlsplit

import engineio
import socketio
import structlog
from aiohttp import WSCloseCode, web
from engineio.async_drivers.aiohttp import WebSocket as EngineWebSocket

from signaling.errors import CLOSING
from signaling.frames import (
    DISCONNECT_FRAME,
    MAX_FRAME_CHARS,
    FrameError,
    ack_frame,
    check_frame,
    encode,
    event_frame,
    read_packet,
)
from signaling.outbox import Outbox

log = structlog.get_logger()

PING_S = 5
STALLED_S = 10
GOODBYE_S = 2
JOIN_WITHIN_S = 20
PATH = "/socket.io/"
_SID = web.RequestKey("signaling_sid", str)

_quiet = logging.getLogger("plenum.socketio")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


class ConnectRefused(Exception):
    """The handler does not want this socket; `code` and `message` go to the client."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(code)


class SocketHandler(Protocol):
    """What happens on sockets. `on_call` must not block; answer with `Connection.answer`."""

    async def on_connect(self, connection: "Connection", auth: object) -> None: ...
    def on_call(self, connection: "Connection", name: str, payload: object, ack: int | None) -> None: ...
    def on_gone(self, connection: "Connection") -> None: ...


class Connection:
    """One client's socket. Frames go out in order through a bounded outbox; all methods are idempotent at the end."""

    def __init__(self, websocket: "_WebSocket") -> None:
        self._websocket = websocket
        self._outbox = Outbox()
        self._wake = asyncio.Event()
        self._finishing = False
        self._writer: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.seat: Any = None
        """Whatever the handler keeps with this socket."""

    @property
    def closing(self) -> bool:
        return self._finishing or self._websocket.gone

    def start(self) -> None:
        self._writer = asyncio.create_task(self._write(), name="socket writer")
        self._deadline = asyncio.get_running_loop().call_later(JOIN_WITHIN_S, self.close, "protocol_error")

    def joined(self) -> None:
        """Called once the first call was the right one: no deadline any more."""
        if self._deadline is not None:
            self._deadline.cancel()

    def push(self, name: str, payload: Any) -> None:
        self.send(event_frame(name, encode(payload)))

    def answer(self, ack: int | None, payload: Any) -> None:
        if ack is not None:
            self.send(ack_frame(ack, payload))

    def send(self, frame: str) -> None:
        """An encoded frame, in order. A full outbox ends the socket."""
        if self.closing:
            return
        if self._outbox.offer(frame):
            self._wake.set()
        else:
            log.info("socket.slow", reason="outbox full")
            self.abort()

    def send_latest(self, key: str, frame: str) -> None:
        """An encoded frame that replaces a waiting one of the same key."""
        if not self.closing:
            self._outbox.offer_latest(key, frame)
            self._wake.set()

    def close(self, code: str, message: str | None = None, actor_name: str | None = None) -> None:
        """Say `closing`, then end the socket; a client comes back by itself only after `restarting`."""
        if self.closing:
            return
        payload = {"code": code, "message": message or CLOSING[code], "actor_name": actor_name}
        self.send(event_frame("closing", encode(payload)))
        if code != "restarting":
            self.send(DISCONNECT_FRAME)
        self._finishing = True
        self._wake.set()

    def drop(self) -> None:
        """End the socket after what waits, without a word."""
        self._finishing = True
        self._wake.set()

    def abort(self) -> None:
        """End the socket now, whatever waits."""
        self._finishing = True
        self._websocket.abort()
        self._wake.set()

    async def _write(self) -> None:
        try:
            while not self._websocket.gone:
                frame = self._outbox.take()
                if frame is not None:
                    async with asyncio.timeout(STALLED_S):
                        await self._websocket.send(frame)
                elif self._finishing:
                    break
                else:
                    self._wake.clear()
                    await self._wake.wait()
            await self._websocket.finish()
        except TimeoutError:
            log.info("socket.slow", reason="stalled")
            self._websocket.abort()
        except (OSError, RuntimeError):
            self._websocket.abort()  # gone while writing; the reader notices too

    def ended(self) -> None:
        """The socket is gone."""
        self.joined()
        self._finishing = True
        self._wake.set()


class SocketServer:
    """Mounts the Socket.IO endpoint and hands sockets to the handler."""

    def __init__(self, handler: SocketHandler, *, public_url: str | None = None) -> None:
        self._handler = handler
        self._public_netloc = urlsplit(public_url).netloc if public_url else None
        self._connections: dict[str, Connection] = {}
        self._server = _Server(self)
        self.counters = {"sockets": 0, "protocol_errors": 0, "refused_origins": 0}

    def attach(self, app: web.Application) -> None:
        app.router.add_get(PATH, self._request)

    async def close(self) -> None:
        """Ends every socket that is still there."""
        writers = []
        for connection in list(self._connections.values()):
            connection.drop()
            if connection._writer is not None:
                writers.append(connection._writer)
        if writers:
            await asyncio.wait(writers, timeout=GOODBYE_S + 1)
        for connection in list(self._connections.values()):
            connection.abort()
        with contextlib.suppress(Exception):
            await self._server.shutdown()

    async def _request(self, request: web.Request) -> web.StreamResponse:
        if not self._own_origin(request):
            self.counters["refused_origins"] += 1
            return web.Response(status=403, text="This origin may not connect.")
        if not web.WebSocketResponse().can_prepare(request):  # the library would keep a socket that never opens
            return web.Response(status=400, text="Only websockets connect here.")
        try:
            response = await self._server.eio.handle_request(request)
        except ConnectionError:  # gone before its socket was open
            response = None
        finally:
            self._server.forget(request)
        return response if isinstance(response, web.StreamResponse) else web.Response(status=400)

    def _own_origin(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        try:
            return urlsplit(origin).netloc in (request.host, self._public_netloc)
        except ValueError:
            return False

    # from the library's side

    def opened(self, sid: str, websocket: "_WebSocket") -> None:
        connection = Connection(websocket)
        self._connections[sid] = connection
        self.counters["sockets"] = len(self._connections)
        connection.start()

    def get(self, sid: str) -> Connection | None:
        return self._connections.get(sid)

    def gone(self, sid: str) -> None:
        connection = self._connections.pop(sid, None)
        self.counters["sockets"] = len(self._connections)
        if connection is not None:
            connection.ended()
            self._handler.on_gone(connection)

    def protocol_error(self, sid: str, reason: str) -> None:
        """Once per socket: counted, logged, told, closed."""
        connection = self._connections.get(sid)
        if connection is not None and not connection.closing:
            self.counters["protocol_errors"] += 1
            log.warning("socket.protocol_error", reason=reason)
            connection.close("protocol_error")

    async def connect(self, sid: str, auth: object) -> None:
        connection = self._connections.get(sid)
        if connection is None:
            raise ConnectRefused("internal", "The socket is gone.")
        await self._handler.on_connect(connection, auth)

    def call(self, sid: str, ack: int | None, data: list[Any]) -> None:
        connection = self._connections.get(sid)
        if connection is not None and not connection.closing:
            self._handler.on_call(connection, data[0], data[1] if len(data) > 1 else None, ack)

    def refuse(self, sid: str, error: ConnectRefused) -> None:
        connection = self._connections.get(sid)
        if connection is not None:
            data = {"message": error.message, "data": {"code": error.code, "message": error.message}}
            connection.send("44" + encode(data))
            connection.drop()


class _WebSocket(EngineWebSocket):  # type: ignore[misc]
    """The library's websocket without compression, with our frame check, and with an end that cannot hang."""

    def __init__(self, owner: SocketServer, handler: Any, server: Any) -> None:
        super().__init__(handler, server)
        self._owner = owner
        self._request: web.Request | None = None
        self.sid: str = handler.__self__.sid
        self.gone = False

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        self._request = request = environ["aiohttp.request"]
        self._sock = web.WebSocketResponse(max_msg_size=MAX_FRAME_CHARS, compress=False, timeout=GOODBYE_S)
        await self._sock.prepare(request)
        self.environ = environ
        self._owner.opened(self.sid, self)
        try:
            await self.handler(self)
        finally:
            self.gone = True
            self._owner.gone(self.sid)
        return self._sock

    async def wait(self) -> str:
        data = await super().wait()
        try:
            return check_frame(data)
        except FrameError as error:
            self._owner.protocol_error(self.sid, str(error))
            await self._until_closed()
            raise OSError("protocol error") from None

    async def _until_closed(self) -> None:
        """Read on without looking until our goodbye is out, so that it is not cut off by a reset."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(GOODBYE_S + 1):
                while not self._sock.closed:
                    await super().wait()

    async def finish(self) -> None:
        with contextlib.suppress(Exception):
            await self._sock.close(code=WSCloseCode.OK)

    def abort(self) -> None:
        self.gone = True
        transport = self._request.transport if self._request is not None else None
        if transport is not None:
            transport.abort()


class _Packet(socketio.packet.Packet):  # type: ignore[misc]
    """Refuses attachments and every form that we have no use for. Raises FrameError only."""

    uses_binary_events = False

    def decode(self, encoded_packet: object) -> int:
        if not isinstance(encoded_packet, str):
            raise FrameError("binary packet")
        self.packet_type, self.id, self.data = read_packet(encoded_packet)
        self.namespace = None
        return 0


class _Server(socketio.AsyncServer):  # type: ignore[misc]
    """python-socketio with our packets, our dispatch and our idea of an error."""

    def __init__(self, owner: SocketServer) -> None:
        super().__init__(
            async_mode="aiohttp",
            serializer=_Packet,
            transports=["websocket"],
            ping_interval=PING_S,
            ping_timeout=PING_S,
            max_http_buffer_size=MAX_FRAME_CHARS,
            http_compression=False,
            allow_upgrades=False,
            cors_allowed_origins=[],  # the origin is checked before, against the Host that was asked
            async_handlers=False,
            logger=_quiet,
            engineio_logger=_quiet,
        )
        self._owner = owner
        self.eio._async = {**self.eio._async, "websocket": functools.partial(_WebSocket, owner)}

    def _engineio_server_class(self) -> type[Any]:
        return engineio.AsyncServer  # type: ignore[no-any-return]

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        environ["aiohttp.request"][_SID] = eio_sid
        await super()._handle_eio_connect(eio_sid, environ)

    def forget(self, request: web.Request) -> None:
        """What the library keeps of a request that ended before its socket was open; nothing if all went well."""
        eio_sid = request.get(_SID, "")
        self.eio.sockets.pop(eio_sid, None)
        self.environ.pop(eio_sid, None)

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        try:
            packet = self.packet_class(encoded_packet=data)
        except FrameError as error:
            self._owner.protocol_error(eio_sid, str(error))
            return
        connected = self.manager.sid_from_eio_sid(eio_sid, "/") is not None
        if packet.packet_type == 0 and not connected:
            await self._connect(eio_sid, packet.data)
        elif packet.packet_type == 1 and connected:
            connection = self._owner.get(eio_sid)
            if connection is not None:
                connection.drop()
        elif packet.packet_type == 2 and connected:
            self._owner.call(eio_sid, packet.id, packet.data)
        else:
            self._owner.protocol_error(eio_sid, "packet out of order")

    async def _connect(self, eio_sid: str, auth: object) -> None:
        sid = await self.manager.connect(eio_sid, "/")
        try:
            await self._owner.connect(eio_sid, auth)
        except ConnectRefused as error:
            self._owner.refuse(eio_sid, error)
            return
        connection = self._owner.get(eio_sid)
        if connection is not None:
            connection.send("40" + encode({"sid": sid}))
