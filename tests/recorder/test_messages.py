"""The control line and the tap's framing: what is written is read, anything else is one error."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import BadPacket
from recorder.messages import (
    BadLine,
    CloseRecording,
    CloseTap,
    Cut,
    Fact,
    KeyframeWanted,
    OpenTap,
    PartClosed,
    PartOpened,
    Progress,
    Ready,
    RecordingClosed,
    TapEnded,
    Trouble,
    decode_command,
    decode_fact,
    encode,
)
from recorder.tap import Kind, TapMessage, parse_message
from tests.recorder.tap_source import Track, message

COMMANDS = (OpenTap(1, "r", "p", "mic", 5, None), CloseTap(1), Cut("r", 9, 2), CloseRecording("r"))
FACTS: tuple[Fact, ...] = (
    Ready(),
    PartOpened("a", "r", "p", "camera", 1, 10, 320, 180),
    Progress((("a", 10, 20), ("b", 30, 40))),
    PartClosed("a", 10, 20),
    RecordingClosed("r"),
    KeyframeWanted(3),
    TapEnded(3),
    Trouble("disk_full", "r", "No space left on device"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_come_through(command: OpenTap | CloseTap | Cut | CloseRecording) -> None:
    assert decode_command(encode(command)) == command


@pytest.mark.parametrize("fact", FACTS)
def test_facts_come_through(fact: Fact) -> None:
    assert decode_fact(encode(fact)) == fact


@given(st.binary(max_size=80))
def test_any_line_is_a_message_or_one_error(line: bytes) -> None:
    for decode in (decode_command, decode_fact):
        with pytest.raises(BadLine):
            decode(line)


@pytest.mark.parametrize(
    "line", [b"{}", b'{"":"cut"}', b'{"":"cut","x":1}', b"[]", b"3", b'{"":"progress","parts":[1]}']
)
def test_wrong_messages_are_refused(line: bytes) -> None:
    for decode in (decode_command, decode_fact):
        with pytest.raises(BadLine):
            decode(line)


def test_tap_messages_are_read_as_documented() -> None:
    assert parse_message(message(7, 1, 99, b"rtp", 1)) == TapMessage(7, Kind.PACKET, 99, body=b"rtp")
    track = Track(7, True, 1000)
    assert parse_message(track.mapping()) == TapMessage(7, Kind.MAPPING, 21_000, rtp=track.first_rtp, capture_us=1000)
    assert parse_message(track.end(0)).kind is Kind.END
    assert parse_message(message(7, 4, 99, b"\5\0\0\0")).count == 5


@given(st.binary(max_size=64))
def test_any_datagram_is_a_message_or_one_error(data: bytes) -> None:
    with contextlib.suppress(BadPacket):
        parse_message(data)
