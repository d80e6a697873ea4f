"""Calls from outside: the examples of PROTOCOL.md parse, everything else is one error (U-1)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms import codec
from rooms import commands as c
from rooms.rights import Act
from sfu.types import Purpose
from signaling.errors import CLOSING, CallError
from signaling.messages import CALLS, JoinCall, OfferCall, RoomCall, ViewCall, parse

PROTOCOL = (Path(__file__).parents[2] / "signaling" / "PROTOCOL.md").read_text(encoding="utf-8")
EXAMPLES: list[dict[str, Any]] = [
    json.loads(text) for text in re.findall(r"^```json\n(.*?)^```", PROTOCOL, re.DOTALL | re.MULTILINE)
]
PUSHES = {
    "lobby",
    "admitted",
    "waiting",
    "event",
    "speakers",
    "levels",
    "slots",
    "quality",
    "token",
    "you_speak_muted",
    "closing",
}


@pytest.mark.parametrize("example", [one for one in EXAMPLES if "call" in one], ids=lambda one: one["call"])
def test_the_examples_of_calls_parse(example: dict[str, Any]) -> None:
    parse(example["call"], example["payload"])


def test_the_protocol_shows_every_call_and_every_push() -> None:
    assert {one["call"] for one in EXAMPLES if "call" in one} == set(CALLS)
    assert {one["push"] for one in EXAMPLES if "push" in one} == PUSHES


def test_the_protocol_names_every_action_event_and_closing_code() -> None:
    moderate = PROTOCOL[PROTOCOL.index("### moderate") : PROTOCOL.index("### promotion_answer")]
    assert all(f"`{act.value}`" in moderate for act in c.MODERATION_ACTS)
    events = PROTOCOL[PROTOCOL.index("## 4. Pushes") :]
    assert all(f"| `{name}` |" in events for name in set(codec.TYPES.values()) - {"restarted"})
    codes = PROTOCOL[PROTOCOL.index("### token, you_speak_muted") :]
    assert all(f"`{code}`" in codes for code in CLOSING)


def test_the_join_answer_has_the_form_that_we_send() -> None:
    """The example is held to the code: same keys at every level."""
    from rooms.visibility import snapshot
    from tests.rooms.support import Stage

    example = next(one for one in EXAMPLES if one.get("ok") and "room" in one)
    stage = Stage()
    olga = stage.organiser("olga")
    stage.do("olga", c.ChatSend("x"))
    room = snapshot("c", stage.room, olga, 0)  # type: ignore[arg-type]
    assert room.keys() == example["room"].keys()
    assert room["participants"][0].keys() == example["room"]["participants"][0].keys()
    assert room["participants"][0]["screen"].keys() == example["room"]["participants"][0]["screen"].keys()
    assert room["chat"][0].keys() == example["room"]["chat"][0].keys()
    assert room["recording"].keys() == example["room"]["recording"].keys()


def test_calls_become_typed_values() -> None:
    assert isinstance(parse("join", {}), JoinCall)
    offer = parse("offer", {"connection": 2, "sdp": "v=0", "lines": {"0": "mic"}})
    assert isinstance(offer, OfferCall) and offer.lines == {"0": "mic"}
    view = parse("view", {"tiles": [{"source": "7/screen", "height": 720}]})
    assert isinstance(view, ViewCall)
    assert (view.tiles[0].peer, view.tiles[0].purpose) == (7, Purpose.SCREEN)
    mute = parse("moderate", {"action": "mute", "target": None, "hold": True})
    assert mute == RoomCall(c.Moderate(Act.MUTE, None, True))


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("fly", {}, "unknown_call"),
        ("__class__", {}, "unknown_call"),
        ("mic", {"on": 1}, "bad_request"),
        ("mic", {"on": "true"}, "bad_request"),
        ("mic", {"on": True, "more": 1}, "bad_request"),
        ("mic", None, "bad_request"),
        ("mic", [], "bad_request"),
        ("mic", "on", "bad_request"),
        ("join", {"since": -1}, "bad_request"),
        ("join", {"since": 1.5}, "bad_request"),
        ("join", {"since": True}, "bad_request"),
        ("join", {"since": 10**40}, "bad_request"),
        ("join", {"consent": "maybe"}, "bad_request"),
        ("offer", {"connection": 0, "sdp": "v=0", "lines": {}}, "bad_request"),
        ("offer", {"connection": 1, "sdp": "v" * 200_001, "lines": {}}, "too_large"),
        ("offer", {"connection": 1, "sdp": "v=0", "lines": {str(i): "mic" for i in range(129)}}, "too_large"),
        ("view", {"tiles": [{"source": "0/camera", "height": 1}]}, "bad_request"),
        ("view", {"tiles": [{"source": "1/mic", "height": 1}]}, "bad_request"),
        ("view", {"tiles": [{"source": "1/camera\n", "height": 1}]}, "bad_request"),
        ("view", {"tiles": [{"source": "1/camera", "height": 1}] * 65}, "too_large"),
        ("chat_send", {"text": ""}, "bad_request"),
        ("chat_send", {"text": " \n\x00 "}, "bad_request"),
        ("chat_send", {"text": "\u200b\u202e \u2060\u2800"}, "bad_request"),
        ("chat_send", {"text": "x" * 4001}, "too_large"),
        ("chat_send", {"text": "\ud800"}, "bad_request"),
        ("chat_send", {"text": "x", "to": ""}, "bad_request"),
        ("moderate", {"action": "end"}, "bad_request"),
        ("moderate", {"action": "MUTE"}, "bad_request"),
        ("react", {"reaction": "💩"}, "bad_request"),
        ("hand", {"raised": True, "participant": {"id": 1}}, "bad_request"),
    ],
)
def test_what_is_not_in_the_form_is_refused(name: str, payload: object, code: str) -> None:
    with pytest.raises(CallError) as refused:
        parse(name, payload)
    assert refused.value.code == code
    assert len(refused.value.message) < 300


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = sorted({field for model, _ in CALLS.values() for field in model.model_fields})


@settings(max_examples=500, deadline=None)
@given(
    name=st.sampled_from([*CALLS, "fly", ""]),
    payload=json_values | st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=5),
)
def test_no_payload_does_anything_but_parse_or_be_refused(name: str, payload: object) -> None:
    """U-1: parsers return a value or one error."""
    try:
        parse(name, payload)
    except CallError as error:
        assert error.code in ("unknown_call", "bad_request", "too_large")


def test_control_characters_leave_the_chat() -> None:
    call = parse("chat_send", {"text": " a\x00\x1b[31m\x7f\x9bb\r\nc\t "})
    assert call == RoomCall(c.ChatSend("a[31mb\nc"))


def test_what_turns_the_direction_of_a_text_leaves_it_and_what_scripts_need_stays() -> None:
    """An address must not read as another one."""
    call = parse(
        "chat_send", {"text": "\u202ehttps://a.example/\u2066x\u2069\u202c \u200e1\u200f \U0001f468\u200d\U0001f469"}
    )
    assert call == RoomCall(c.ChatSend("https://a.example/x \u200e1\u200f \U0001f468\u200d\U0001f469"))
    assert parse("lobby_message", {"text": "\u202e\u200b"}) == RoomCall(c.LobbyMessage(""))
