"""RTP timestamps become capture times."""

from recorder.clockmap import ClockMap

RATE = 48_000
START = 1_700_000_000_000_000
RTP0 = 0xFFFFFF00


def rtp(at_us: int) -> int:
    return (RTP0 + at_us * RATE // 1_000_000) & 0xFFFFFFFF


def test_the_mapping_holds_across_the_wrap() -> None:
    clock = ClockMap(RATE)
    assert not clock.ready
    clock.mapping(RTP0, START)
    assert clock.ready
    for at_us in range(0, 2_000_000, 20_000):
        assert abs(clock.capture_us(rtp(at_us), START + at_us + 30_000) - (START + at_us)) < 25


def test_small_differences_are_followed_slowly_and_reached() -> None:
    clock = ClockMap(RATE)
    clock.mapping(RTP0, START)
    last = clock.capture_us(RTP0, START)
    for second in range(1, 31):
        at_us = second * 1_000_000
        clock.mapping(rtp(at_us), START + at_us + 10_000)
        now = clock.capture_us(rtp(at_us), START + at_us)
        assert abs((now - last) - 1_000_000) < 3_000
        last = now
    assert abs(last - (START + 30_000_000 + 10_000)) < 500


def test_the_first_report_corrects_a_guess_at_once() -> None:
    """S-42: pictures that arrived 60 ms late at the start of a part stand where they were captured from then on."""
    clock = ClockMap(RATE)
    clock.mapping(RTP0, START + 60_000, guess=True)
    clock.mapping(rtp(500_000), START + 558_000, guess=True)
    assert abs(clock.capture_us(rtp(500_000), START + 560_000) - (START + 559_500)) < 25
    clock.mapping(rtp(1_000_000), START + 1_000_000)
    assert abs(clock.capture_us(rtp(1_500_000), START + 1_560_000) - (START + 1_500_000)) < 25


def test_a_sender_that_hesitated_is_followed_at_once() -> None:
    """S-42: a busy browser lost 70 ms of sound; a quarter of that per report would be out of step for half a minute."""
    clock = ClockMap(RATE)
    clock.mapping(RTP0, START)
    clock.mapping(rtp(5_000_000), START + 5_070_000)
    assert abs(clock.capture_us(rtp(5_000_000), START + 5_080_000) - (START + 5_070_000)) < 25


def test_a_jump_counts_from_its_timestamp_on() -> None:
    clock = ClockMap(RATE)
    clock.mapping(RTP0, START)
    clock.mapping(rtp(1_000_000), START + 4_000_000)  # the sender's clock stood still for three seconds
    assert clock.capture_us(rtp(980_000), START + 990_000) - START < 981_000
    assert abs(clock.capture_us(rtp(1_000_000), START + 4_010_000) - (START + 4_000_000)) < 25


def test_time_never_goes_backwards() -> None:
    clock = ClockMap(RATE)
    clock.mapping(RTP0, START)
    before = clock.capture_us(rtp(1_000_000), START + 1_000_000)
    clock.mapping(rtp(1_020_000), START)
    assert clock.capture_us(rtp(1_020_000), START + 1_020_000) == before


def test_a_clock_that_stood_still_in_a_pause_is_anchored_by_arrival() -> None:
    """After `replaceTrack(null)` Chromium's audio timestamps go on where they stopped."""
    clock = ClockMap(RATE)
    clock.mapping(RTP0, START)
    for at_us in range(0, 1_000_000, 20_000):
        clock.capture_us(rtp(at_us), START + at_us + 30_000)
    resumed = clock.capture_us(rtp(1_000_000), START + 4_000_000 + 35_000)
    assert abs(resumed - (START + 4_000_000)) < 10_000
    clock.mapping(rtp(1_020_000), START + 4_020_000)
    assert abs(clock.capture_us(rtp(1_020_000), START + 4_055_000) - (START + 4_020_000)) < 10_000


def test_packets_that_arrive_late_in_a_bunch_are_no_pause() -> None:
    clock = ClockMap(RATE)
    clock.mapping(RTP0, START)
    for at_us in range(0, 1_000_000, 20_000):
        clock.capture_us(rtp(at_us), START + at_us + 30_000)
    late = clock.capture_us(rtp(1_000_000), START + 1_100_000)
    assert abs(late - (START + 1_000_000)) < 25


def test_without_a_mapping_arrival_counts() -> None:
    clock = ClockMap(RATE)
    clock.assume_arrival(RTP0, START)
    assert abs(clock.capture_us(rtp(20_000), START + 27_000) - (START + 20_000)) < 25
