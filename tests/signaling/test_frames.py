"""Frames and packets: what we take, and that everything else is one error (design 9.3)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.frames import FrameError, ack_frame, check_frame, event_frame, read_packet


@pytest.mark.parametrize("frame", ["1", "3", "3probe", '40{"token":"x"}', "41", '42["mic",{}]', '427["mic"]'])
def test_our_frames_are_taken(frame: str) -> None:
    assert check_frame(frame) == frame


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"4",
        "",
        "0{}",
        "2",
        "2probe",
        "5",
        "6",
        "4",
        "43[]",
        "44{}",
        "45-x",
        "450-[]",
        "46-1[]",
        "bAAAA",
        "7",
        "٤٢",
        "4²",
        None,
        3,
    ],
)
def test_other_frames_are_an_error(frame: object) -> None:
    with pytest.raises(FrameError):
        check_frame(frame)


def test_a_frame_has_a_largest_size() -> None:
    with pytest.raises(FrameError):
        check_frame("42" + "x" * 262_144)


def test_packets_are_read() -> None:
    assert read_packet('0{"token":"x"}') == (0, None, {"token": "x"})
    assert read_packet("0") == (0, None, None)
    assert read_packet("1") == (1, None, None)
    assert read_packet('217["mic",{"on":true}]') == (2, 17, ["mic", {"on": True}])


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "3[]",
        '51-["x",{"_placeholder":true,"num":0}]',
        '5999999999-["x"]',
        '2/admin,["x"]',
        "0/admin,{}",
        '21234567890["x"]',
        "2",
        "2{}",
        "2[]",
        "2[1]",
        '2["a",1,2]',
        '2["a"',
        '2["a",NaN]',
        '2["a",Infinity]',
        '2["a",-Infinity]',
        "0[]",
        '05{"token":1}',
        "2" + "[" * 100_000,
        '2["a",' + '{"a":' * 50_000,
        '2["a",' + "9" * 5000 + "]",
        '2["a"]x',
        '2["a"]\x00',
    ],
    ids=lambda packet: packet[:20],
)
def test_other_packets_are_an_error(packet: str) -> None:
    """Attachments, namespaces, bombs of brackets and digits: refused without anything kept."""
    with pytest.raises(FrameError):
        read_packet(packet)


@settings(max_examples=1000, deadline=None)
@given(st.text(alphabet='0123456789[]{}",:/-abc\\u²\x00 ', max_size=40))
def test_any_text_is_a_packet_or_one_error(text: str) -> None:
    try:
        kind, _, data = read_packet(text)
    except FrameError:
        return
    assert kind in (0, 1, 2) and (kind != 2 or isinstance(data[0], str))


def test_what_we_send_is_what_the_protocol_says() -> None:
    assert event_frame("levels", '{"3":0.5}') == '42["levels",{"3":0.5}]'
    assert json.loads(ack_frame(7, {"ok": True})[3:]) == [{"ok": True}]
