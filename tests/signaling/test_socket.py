"""A foreign client, python-socketio's own, speaks the protocol as written (U-1)."""

import asyncio
from typing import Any

import aiohttp
import pytest
import socketio

from tests.signaling.support import Served, until


async def foreign(served: Served, token: object) -> socketio.AsyncClient:
    client = socketio.AsyncClient(reconnection=False)
    await client.connect(served.url, auth={"token": token}, transports=["websocket"], wait_timeout=5)
    return client


JOIN = {"consent": None, "mode": "speak", "mic": False, "camera": False, "since": None}


async def test_a_stock_socketio_client_joins_calls_hears_and_is_kicked(served: Served) -> None:
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    client = await foreign(served, served.token(conference, "bob"))
    pushes: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
    gone = asyncio.Event()
    client.on("*", lambda name, payload: pushes.put_nowait((name, payload)))
    client.on("disconnect", lambda *_: gone.set())
    joined = await client.call("join", JOIN, timeout=5)
    assert joined["ok"] and joined["you"] == "bob"
    refused = await client.call("lock", {"locked": True}, timeout=5)
    assert refused == {"ok": False, "error": {"code": "forbidden", "message": "Only moderators can do that."}}
    await olga.call("chat_send", {"text": "Γειά σου"})
    await olga.call("moderate", {"action": "kick", "target": "bob"})
    async with asyncio.timeout(5):
        await gone.wait()
    kinds = [pushes.get_nowait() for _ in range(pushes.qsize())]
    assert ("event", "Γειά σου") in [
        (name, p["message"]["text"]) for name, p in kinds if "message" in p and name == "event"
    ]
    assert [p["code"] for name, p in kinds if name == "closing"] == ["kicked"]


async def test_a_refused_connection_carries_code_and_sentence(served: Served) -> None:
    client = socketio.AsyncClient(reconnection=False)
    errors: list[Any] = []
    client.on("connect_error", errors.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(served.url, auth={"token": "x"}, transports=["websocket"], wait_timeout=5)
    assert errors[0]["data"]["code"] == "token_invalid"
    await client.disconnect()


async def test_polling_is_not_served(served: Served) -> None:
    client = socketio.AsyncClient(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(served.url, auth={"token": "x"}, transports=["polling"], wait_timeout=5)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[::1", "http://localhost@evil.example"])
async def test_other_origins_are_refused_whatever_they_look_like(served: Served, origin: str) -> None:
    url = f"{served.url}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url, origin=origin)
    assert refused.value.status == 403


async def test_a_socket_that_never_joins_is_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle sockets hold nothing for long."""
    monkeypatch.setattr("signaling.socket.JOIN_WITHIN_S", 0.3)
    conference = (await served.conference()).id
    silent = served.client("")
    await silent.open(None)
    connected = await served.connect(conference, "bob")
    async with asyncio.timeout(5):
        await silent.closed.wait()
        await connected.closed.wait()
    assert connected.code() == "protocol_error"
    await until(lambda: served.signaling.stats()["sockets"] == 0)


async def test_the_socket_is_not_compressed(served: Served) -> None:
    """Design 7: no per-message deflate, also when the client offers it."""
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob")
    assert bob._socket is not None
    assert not bob._socket.compress
