"""Clients that mean ill or are broken: they lose their own socket and nobody else notices (S-15, S-16, design 9)."""

import asyncio
import contextlib
import json
import random
import time
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from rooms.commands import MODERATION_ACTS
from signaling.messages import CALLS
from tests.signaling.client import ClientError
from tests.signaling.support import Served, until
from tests.signaling.test_messages import EXAMPLES

TRICKS: dict[str, str | bytes] = {
    "binary": b"\x04\x00",
    "base64 binary": "bAAAA",
    "empty": "",
    "ten billion attachments": '459999999999-["x",{"_placeholder":true,"num":0}]',
    "one attachment": '451-["x",{"_placeholder":true,"num":0}]',
    "binary ack": "461-1[]",
    "a namespace": "40/admin,{}",
    "connect twice": '40{"token":"x"}',
    "ack of nothing": "430[]",
    "connect error": '44{"message":"x"}',
    "ping of ours": "2probe",
    "upgrade": "5",
    "open": "0{}",
    "not JSON": '42["mic",',
    "brackets": "42" + "[" * 100_000,
    "no name": "42[{}]",
    "two payloads": '42["mic",{},{}]',
    "NaN": '42["mic",{"on":NaN}]',
    "too large": "42" + json.dumps(["chat_send", {"text": "x" * 300_000}]),
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_the_first_protocol_error_costs_the_socket_and_nothing_else(served: Served, trick: str) -> None:
    """Design 9.3: said once, logged once, closed; the others go on."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    mallory = await served.enter(conference, "mallory")
    with capture_logs() as logs:
        for _ in range(3):
            with contextlib.suppress(ClientError):  # closed before the third
                await mallory.send_raw(TRICKS[trick])
        async with asyncio.timeout(5):
            await mallory.closed.wait()
    if trick not in ("too large",):
        assert mallory.code() == "protocol_error"
    assert sum(entry["log_level"] in ("warning", "error") for entry in logs) <= 1
    await olga.wait_event("participant_changed", id="mallory", action="disconnect")
    await olga.call("chat_send", {"text": "still here"})


async def test_a_call_before_the_connect_costs_the_socket(served: Served) -> None:
    client = served.client("")
    await client.open(None)
    await client.send_raw('421["join",{}]')
    async with asyncio.timeout(5):
        await client.closed.wait()
    assert client.code() == "protocol_error"


async def test_a_call_before_the_join_is_refused(served: Served) -> None:
    conference = (await served.conference()).id
    client = await served.connect(conference, "bob")
    for name in CALLS.keys() - {"join"}:
        assert await client.refusal(name, _example(name)) in ("not_joined", "too_fast")


def _example(name: str) -> dict[str, Any]:
    return next(dict(one["payload"]) for one in EXAMPLES if one.get("call") == name)


@pytest.mark.parametrize("auth", [None, {}, {"token": None}, {"token": 1}, {"token": "x"}, {"token": {"a": 1}}])
async def test_without_a_token_there_is_no_connection(served: Served, auth: Any) -> None:
    client = served.client("")
    with pytest.raises(ClientError) as refused:
        await client.open({} if auth is None else auth)
    assert refused.value.code == "token_invalid"


async def test_a_token_opens_its_own_room_only(served: Served) -> None:
    """A foreign room's token neither sees nor does anything here; an unknown room is over."""
    first, second = (await served.conference()).id, (await served.conference()).id
    olga = await served.organiser(first)
    mallory = await served.enter(second, "mallory", moderator=True)
    assert await mallory.refusal("moderate", {"action": "kick", "target": "olga"}) == "no_such_participant"
    assert [one["id"] for one in mallory.joined["room"]["participants"]] == ["mallory"]
    await olga.call("chat_send", {"text": "x"})
    with pytest.raises(ClientError) as refused:
        await served.connect("nowhere", "mallory")
    assert refused.value.code == "ended"
    assert mallory.events("chat_message") == []


async def test_a_foreign_origin_may_not_connect(served: Served) -> None:
    async with aiohttp.ClientSession() as http:
        for origin in ("http://evil.example", "null", f"{served.url}.evil.example", "http://localhost"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(f"{served.url}/socket.io/?EIO=4&transport=websocket", origin=origin)
            assert refused.value.status == 403
        async with http.get(f"{served.url}/socket.io/?EIO=4&transport=polling") as answer:
            assert answer.status == 400
        async with http.post(f"{served.url}/socket.io/?EIO=4&transport=polling", data="4") as answer:
            assert answer.status == 405


async def test_out_of_role_is_refused_and_changes_nothing(served: Served) -> None:
    """U-2: every moderation act by somebody who is no moderator; the media is never touched."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference, mic=True)
    mallory = await served.enter(conference, "mallory", role="listener")
    gates = dict(served.media.room.gates)
    for act in sorted(MODERATION_ACTS):
        payload = {"action": act.value, "target": "olga", "hold": False}
        assert await mallory.refusal("moderate", payload) == "forbidden", act
    for name, payload in {
        "mic": {"on": True},
        "camera": {"on": True},
        "screen": {"on": True, "audio": True},
        "lock": {"locked": True},
        "chat_close": {"closed": True},
        "recording": {"action": "start"},
        "end": {},
    }.items():
        assert await mallory.refusal(name, payload) == "forbidden", name
    assert served.media.room.gates == gates
    assert olga.code() is None


async def test_a_client_that_ignores_every_message_is_still_stopped(served: Served) -> None:
    """S-15, S-16: the gate closes on the server whatever the client reads or does; within 100 ms of the command."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    mallory = await served.enter(conference, "mallory", {"mic": True, "camera": True})
    await mallory.call("offer", {"connection": 1, "sdp": "v=0\r\n", "lines": {"0": "mic"}})
    mallory.stop_reading()
    number = mallory.joined["number"]
    times = []
    for act in ("mute", "stop_camera", "kick"):
        began = time.perf_counter()
        await olga.call("moderate", {"action": act, "target": "mallory", "hold": act != "kick"})
        times.append(time.perf_counter() - began)
    assert number not in served.media.room.connected
    assert served.media.room.gates[number] == frozenset()
    assert sorted(times)[1] < 0.1
    await until(lambda: served.signaling.stats()["sockets"] == 1, within_s=15)


async def test_one_who_does_not_read_is_disconnected_and_the_others_hear_everything(served: Served) -> None:
    """Backpressure: a full outbox or a stalled socket ends the slow one only."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    slow = await served.enter(conference, "slow")
    slow.stop_reading()
    assert slow._socket is not None
    transport = slow._socket._response.connection.transport  # type: ignore[union-attr]
    transport.pause_reading()
    room = served.signaling._rooms[conference]  # type: ignore[index]
    frame = '42["event",' + json.dumps({"type": "noise", "seq": 0, "text": "x" * 200_000}) + "]"
    for _ in range(60):
        room.to_all(frame)
        await asyncio.sleep(0)
        if room.sessions.get("slow") is None:  # type: ignore[call-overload]
            break
        await asyncio.sleep(0.01)
    event = await olga.wait_event("participant_changed", within_s=15, id="slow", action="disconnect")
    assert event["set"] == {"connected": False}
    await olga.call("chat_send", {"text": "we others are fine"})


async def test_a_flood_of_calls_is_refused_and_then_cut(served: Served) -> None:
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    mallory = await served.enter(conference, "mallory")
    for _ in range(1500):
        try:
            await mallory.send_raw('42["hand",{"raised":true}]')
        except ClientError:
            break
    async with asyncio.timeout(10):
        await mallory.closed.wait()
    began = time.perf_counter()
    await olga.call("hand", {"raised": True})
    assert time.perf_counter() - began < 2


async def test_a_full_inbox_says_too_fast(served: Served) -> None:
    """The bounded queue's full case is an answer, not a wait."""
    conference = (await served.conference()).id
    bob = await served.enter(conference, "bob")
    room = served.signaling._rooms[conference]  # type: ignore[index]
    room.post = lambda item: False  # type: ignore[method-assign]
    assert await bob.refusal("hand", {"raised": True}) == "too_fast"
    del room.post
    await bob.call("hand", {"raised": True})


async def test_a_store_that_fails_ends_no_meeting(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Losing the database: the room goes on and writes down later."""
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    bob = await served.enter(conference, "bob")
    append = served.storage.events.append

    async def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(served.storage.events, "append", broken)
    await olga.call("chat_send", {"text": "unsaved"})
    await bob.wait_event("chat_message")
    monkeypatch.setattr(served.storage.events, "append", append)
    await olga.call("chat_send", {"text": "saved"})
    texts = [event.json for event in await served.storage.events.since(conference, 0) if event.type == "chat_message"]
    assert len(texts) == 2


def _value(chance: random.Random, depth: int = 0) -> Any:
    kinds: list[Any] = [
        None,
        True,
        False,
        0,
        -1,
        1,
        2**53,
        10**30,
        1.5,
        "",
        "x",
        "olga",
        "mute",
        "1/camera",
        "\x00",
        "ψ" * 50,
    ]
    if depth < 3 and chance.random() < 0.3:
        return [_value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    if depth < 3 and chance.random() < 0.4:
        return _payload(chance, depth + 1)
    return chance.choice(kinds)


FIELDS = sorted({field for model, _ in CALLS.values() for field in model.model_fields})


def _payload(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    return {chance.choice([*FIELDS, "x"]): _value(chance, depth) for _ in range(chance.randint(0, 4))}


def _fuzzed(chance: random.Random) -> tuple[str, Any]:
    name = chance.choice([*CALLS, *CALLS, "fly", "", "connect", "disconnect", "message", "__init__"])
    while name in ("leave", "end"):
        name = chance.choice(list(CALLS))
    if name in CALLS and chance.random() < 0.5:
        payload = _example(name)
        for field in list(payload):
            if chance.random() < 0.3:
                payload[field] = _value(chance)
        return name, payload
    return name, _payload(chance) if chance.random() < 0.8 else _value(chance)


@pytest.mark.timeout(180)
async def test_twenty_thousand_fuzzed_messages_disturb_nobody(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Design 9.5: any name, any payload, from a moderator and from a listener: an answer each, nothing unhandled."""
    monkeypatch.setattr("signaling.limits.SocketLimits.take", lambda *_: True)
    conference = (await served.conference()).id
    olga = await served.organiser(conference)
    fuzzers = [
        await served.enter(conference, "mallory", moderator=True),
        await served.enter(conference, "trudy", role="listener"),
    ]
    chance = random.Random(20261123)
    sent = 0
    codes: dict[str, int] = {}
    with capture_logs() as logs:
        while sent < 20_000:
            for index, client in enumerate(fuzzers):
                batch = [_fuzzed(chance) for _ in range(100)]
                try:
                    answers = await asyncio.gather(*(client.ask(name, payload) for name, payload in batch))
                except ClientError:
                    assert client.code() in ("kicked", "banned", "replaced", "left")
                    answers = []
                for answer in answers:
                    code = "ok" if answer["ok"] else answer["error"]["code"]
                    codes[code] = codes.get(code, 0) + 1
                sent += len(batch)
                if client.closed.is_set():
                    again = f"fuzzer{sent}"
                    fuzzers[index] = await served.enter(conference, again, moderator=index == 0, role="listener")
    assert "internal" not in codes, codes
    assert codes["ok"] > 500 and codes["bad_request"] > 5000, codes
    assert [entry for entry in logs if entry["log_level"] in ("error", "critical")] == []
    await olga.call("chat_send", {"text": "undisturbed"})
    assert olga.code() is None
