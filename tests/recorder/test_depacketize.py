"""Frames out of packets, judged by what the encoder put in."""

from hypothesis import given
from hypothesis import strategies as st

from recorder.depacketize import (
    Frame,
    Need,
    OpusDepacketizer,
    Vp8Depacketizer,
    opus_duration_us,
    vp8_keyframe_size,
    vp8_payload,
)
from recorder.rtp import Gap, RtpPacket, parse_rtp
from tests.recorder.tap_source import Track, pictures, sounds


def packets(seconds: float) -> list[list[RtpPacket]]:
    track = Track(1, True, 0)
    return [[parse_rtp(one[16:]) for one in track.packets(coded)] for coded in pictures(seconds, noise=200)]


def frames(depacketizer: Vp8Depacketizer, items: list[RtpPacket | Gap]) -> list[Frame]:
    return [got for got in map(depacketizer.feed, items) if isinstance(got, Frame)]


def test_frames_come_out_as_the_encoder_made_them() -> None:
    sent = packets(1.0)
    assert max(map(len, sent)) > 1  # several packets per frame
    got = frames(Vp8Depacketizer(), [one for group in sent for one in group])
    assert [one.data for one in got] == [one.data for one in pictures(1.0, noise=200)]
    assert [one.keyframe for one in got] == [one.keyframe for one in pictures(1.0, noise=200)]
    assert (got[0].width, got[0].height) == (320, 180)


def test_a_gap_drops_everything_up_to_the_next_keyframe_and_asks_for_it() -> None:
    sent = packets(2.0)
    depacketizer = Vp8Depacketizer()
    frames(depacketizer, [one for group in sent[:10] for one in group])
    assert depacketizer.feed(Gap(1)) is Need.KEYFRAME
    rest = frames(depacketizer, [one for group in sent[11:] for one in group])
    assert rest[0].keyframe and len(rest) == 30


def test_a_frame_whose_middle_is_missing_is_not_written() -> None:
    sent = packets(1.0)
    key = sent[0]
    assert len(key) > 2
    depacketizer = Vp8Depacketizer()
    items: list[RtpPacket | Gap] = [key[0], Gap(1), *key[2:], *sent[1]]
    assert frames(depacketizer, items) == []


def test_delta_frames_before_the_first_keyframe_are_dropped() -> None:
    depacketizer = Vp8Depacketizer()
    first = [depacketizer.feed(one) for one in packets(1.0)[1]]
    assert first[-1] is Need.KEYFRAME


@given(st.binary(min_size=1, max_size=40), st.booleans(), st.integers(0, 3))
def test_any_payload_is_survived(payload: bytes, marker: bool, timestamp: int) -> None:
    depacketizer = Vp8Depacketizer()
    for _ in range(3):
        depacketizer.feed(RtpPacket(0, timestamp, marker, payload))
    OpusDepacketizer().feed(RtpPacket(0, timestamp, marker, payload))
    vp8_payload(payload)
    vp8_keyframe_size(payload)


def test_descriptor_forms_of_rfc_7741() -> None:
    assert vp8_payload(b"\x10V") == (True, b"V")
    assert vp8_payload(b"\x00V") == (False, b"V")
    assert vp8_payload(b"\x90\x80\x11V") == (True, b"V")
    assert vp8_payload(b"\x90\x80\x81\x11V") == (True, b"V")
    assert vp8_payload(b"\x90\xe0\x81\x11\x05\x20V") == (True, b"V")
    assert vp8_payload(b"\x90\x10\x20V") == (True, b"V")
    assert vp8_payload(b"\x11V") == (False, b"V")  # another partition
    assert vp8_payload(b"\x90\x80\x81") is None


def test_opus_durations_of_rfc_6716() -> None:
    assert all(opus_duration_us(one.data) == 20_000 for one in sounds(1.0))
    assert opus_duration_us(b"\xf8\xff\xfe") == 20_000
    assert opus_duration_us(b"\x18") == 60_000
    assert opus_duration_us(b"\xe1xx") == 5_000
    assert opus_duration_us(b"\x03\x02xx") == 20_000
    assert opus_duration_us(b"\x03") == opus_duration_us(b"") == opus_duration_us(b"\x1b\x3f") == 0
