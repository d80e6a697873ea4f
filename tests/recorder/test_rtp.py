"""Order of packets and headers."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import BadPacket
from recorder.rtp import RESEND_WAIT_US, Gap, ReorderBuffer, RtpPacket, Unwrapper, parse_rtp
from tests.recorder.tap_source import rtp


def packet(seq: int, arrival_us: int = 0) -> RtpPacket:
    return RtpPacket(seq & 0xFFFF, 0, False, bytes([seq & 0xFF]), arrival_us)


def seqs(items: object) -> list[object]:
    return [one if isinstance(one, Gap) else one.seq for one in items]  # type: ignore[attr-defined]


def test_header_is_parsed_with_padding_extension_and_csrc() -> None:
    plain = rtp(7, 9, b"payload", marker=True, payload_type=96)
    assert parse_rtp(plain, 5) == RtpPacket(7, 9, True, b"payload", 5)
    dressed = bytes([0xB1]) + plain[1:12] + b"csrc" + b"\xbe\xde\x00\x01abcd" + b"payload" + b"\0\0\3"
    assert parse_rtp(dressed).payload == b"payload"


@given(st.binary(max_size=60))
def test_any_bytes_are_a_packet_or_one_error(data: bytes) -> None:
    with contextlib.suppress(BadPacket):
        parse_rtp(data)


def test_packets_in_order_pass_at_once() -> None:
    order = ReorderBuffer()
    for n in range(5):
        order.push(packet(n))
        assert seqs(order.pop(0)) == [n]


def test_hole_waits_for_the_resend_and_is_then_given_up() -> None:
    order = ReorderBuffer()
    for n in (0, 1, 3, 4):
        order.push(packet(n, 1000))
    assert seqs(order.pop(1000)) == [0, 1]
    assert seqs(order.pop(1000 + RESEND_WAIT_US - 1)) == []
    order.push(packet(2, 100_000))
    assert seqs(order.pop(100_000)) == [2, 3, 4]
    order.push(packet(7, 200_000))
    assert seqs(order.pop(200_000 + RESEND_WAIT_US)) == [Gap(2), 7]
    order.push(packet(6))
    assert seqs(order.flush()) == []
    assert order.late == 1


def test_sequence_wraps_around() -> None:
    order = ReorderBuffer()
    for n in (65534, 65535, 1, 0, 2):
        order.push(packet(n))
    assert seqs(order.pop(0)) == [65534, 65535, 0, 1, 2]


def test_a_full_buffer_waits_no_longer() -> None:
    order = ReorderBuffer(capacity=10)
    order.push(packet(0))
    for n in range(2, 13):
        order.push(packet(n))
    assert seqs(order.pop(0)) == [0, Gap(1), *range(2, 13)]


@given(st.lists(st.integers(0, 300), unique=True, min_size=1))
def test_whatever_comes_leaves_in_rising_order_and_counts_every_hole(sent: list[int]) -> None:
    order = ReorderBuffer()
    order.push(packet(0))
    for n in sent:
        order.push(packet(n))
    out = list(order.flush())
    numbers = [one.seq for one in out if isinstance(one, RtpPacket)]
    assert numbers == sorted({0, *sent})
    assert sum(one.count for one in out if isinstance(one, Gap)) + len(numbers) == numbers[-1] + 1


def test_unwrapper_goes_forward_and_back() -> None:
    unwrap = Unwrapper(32)
    first = unwrap.unwrap(0xFFFFFFF0)
    assert unwrap.unwrap(0x10) == first + 0x20
    assert unwrap.unwrap(0xFFFFFFFF) == first + 0xF
