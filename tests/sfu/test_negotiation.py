"""From an offer and its line map to a plan."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.errors import OfferError
from sfu.negotiation import (
    EXT_ABS_SEND_TIME,
    EXT_AUDIO_LEVEL,
    EXT_MID,
    EXT_RID,
    RejectedLine,
    SlotLine,
    UplinkLine,
    plan,
)
from sfu.sdp import parse_offer
from sfu.types import Purpose, SlotPurpose
from tests.sfu.samples import LINES, read


def uplinks(name: str) -> dict[Purpose, UplinkLine]:
    lines = plan(parse_offer(read(name)), LINES[name])
    return {line.purpose: line for line in lines if isinstance(line, UplinkLine)}


def slots(name: str) -> list[SlotLine]:
    return [line for line in plan(parse_offer(read(name)), LINES[name]) if isinstance(line, SlotLine)]


def test_a_chromium_offer_becomes_uplinks_and_slots() -> None:
    assert list(uplinks("chromium")) == [Purpose.MIC, Purpose.CAMERA, Purpose.SCREEN, Purpose.SCREEN_AUDIO]
    purposes = [slot.purpose for slot in slots("chromium")]
    assert purposes.count(SlotPurpose.AUDIO) == 3 and purposes.count(SlotPurpose.VIDEO) == 6
    assert [slot.ordinal for slot in slots("chromium")] == [0, 1, 2, 0, 1, 2, 3, 4, 5, 0, 0]


def test_the_simulcast_line_binds_by_mid_and_rid_even_if_ssrcs_are_listed() -> None:
    for name in ("chromium", "firefox"):
        camera = uplinks(name)[Purpose.CAMERA]
        assert camera.rids == ("q", "h", "f")
        assert (camera.ssrc, camera.rtx_ssrc) == (0, 0)
        assert EXT_RID in camera.extensions and EXT_MID in camera.extensions


def test_layers_are_ordered_by_their_names() -> None:
    text = read("chromium").replace("send q;h;f", "send f;h;q")
    camera = plan(parse_offer(text), LINES["chromium"])[1]
    assert isinstance(camera, UplinkLine)
    assert camera.rids == ("q", "h", "f") and camera.offered_rids == ("f", "h", "q")


def test_the_screen_binds_by_ssrc() -> None:
    assert uplinks("firefox")[Purpose.SCREEN].ssrc == 31
    assert uplinks("firefox")[Purpose.SCREEN].rtx_ssrc == 41
    assert uplinks("firefox")[Purpose.SCREEN].codec.payload_types == (("vp8", 120, 124),)


def test_feedback_is_what_both_sides_speak() -> None:
    camera = uplinks("chromium")[Purpose.CAMERA].codec
    assert camera.feedback == ("transport-cc", "ccm fir", "nack", "nack pli")
    video = next(slot for slot in slots("chromium") if slot.purpose is SlotPurpose.VIDEO)
    assert video.codec.feedback == ("goog-remb", "ccm fir", "nack", "nack pli")
    assert list(video.extensions) == [EXT_ABS_SEND_TIME]
    assert uplinks("aiortc")[Purpose.CAMERA].codec.feedback == ("nack", "nack pli")


def test_the_microphone_keeps_its_level_extension_and_stereo_as_offered() -> None:
    mic = uplinks("firefox")[Purpose.MIC]
    assert EXT_AUDIO_LEVEL in mic.extensions
    assert mic.codec.fmtp == "minptime=10;useinbandfec=1;stereo=1"
    assert uplinks("chromium")[Purpose.MIC].codec.fmtp == "minptime=10;useinbandfec=1"


def test_a_line_without_purpose_is_rejected() -> None:
    lines = {mid: word for mid, word in LINES["chromium"].items() if mid != "2"}
    planned = plan(parse_offer(read("chromium")), lines)
    assert isinstance(planned[2], RejectedLine) and len(planned) == 15


def test_a_slot_without_a_codec_of_the_room_is_rejected_with_its_purpose() -> None:
    text = read("firefox").replace("VP8/90000", "VP9/90000").replace("m=audio 9", "m=audio 9")
    lines = {"0": "mic", "4": "slot_video"}
    planned = plan(parse_offer(text), lines)
    assert planned[4] == RejectedLine("4", "video", "UDP/TLS/RTP/SAVPF", ("120", "124"), SlotPurpose.VIDEO)


@pytest.mark.parametrize(
    ("change", "lines", "message"),
    [
        ({}, {"77": "mic"}, "does not have"),
        ({}, {"0": "camera"}, "is audio, not video"),
        ({}, {"0": "microphone"}, "unknown purpose"),
        ({}, {"0": "mic", "3": "mic"}, "Two lines"),
        ({}, {"0": "slot_audio"}, "does not receive"),
        ({}, {"4": "mic"}, "does not send"),
        ({}, {}, "no line"),
        ({"a=setup:actpass": "a=setup:passive"}, {"0": "mic"}, "setup must be"),
        ({"a=rtcp-mux": "a=nothing"}, {"0": "mic"}, "rtcp-mux"),
        ({"a=group:BUNDLE 0 1": "a=group:BUNDLE 1"}, {"0": "mic"}, "BUNDLE"),
        ({"UDP/TLS/RTP/SAVPF": "RTP/AVP"}, {"0": "mic"}, "SAVPF"),
        ({"opus/48000/2": "speex/8000"}, {"0": "mic"}, "no opus"),
        ({"sdes:rtp-stream-id": "sdes:other"}, {"1": "camera"}, "MID and RID"),
        ({"a=extmap:4 ": "a=extmap:3 "}, {"0": "mic"}, "one id"),
    ],
)
def test_a_wrong_offer_is_told_in_one_sentence(change: dict[str, str], lines: dict[str, str], message: str) -> None:
    text = read("chromium")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(OfferError, match=message) as caught:
        plan(parse_offer(text), lines)
    assert str(caught.value).endswith(".")


@settings(max_examples=100, deadline=None)
@given(
    lines=st.dictionaries(
        st.integers(0, 20).map(str),
        st.sampled_from([*(str(p) for p in Purpose), *(str(p) for p in SlotPurpose), "", "x"]),
    )
)
def test_any_line_map_gives_a_plan_or_its_error(lines: dict[str, str]) -> None:
    try:
        planned = plan(parse_offer(read("chromium")), lines)
    except OfferError:
        return
    assert len(planned) == 15


def test_plans_are_values() -> None:
    assert all(dataclasses.is_dataclass(line) for line in plan(parse_offer(read("aiortc")), LINES["aiortc"]))
