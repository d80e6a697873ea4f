"""Token buckets by a clock that is a number."""

from signaling.limits import REFUSALS_BEFORE_CLOSING, SocketLimits, TokenBucket


def test_a_burst_then_the_rate() -> None:
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(10.5), bucket.take(10.5)] == [True, False]
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_chat_is_tighter_than_calls() -> None:
    limits = SocketLimits()
    assert sum(limits.take("chat_send", 1.0) for _ in range(30)) == 10
    assert limits.take("mic", 1.0)


def test_twelve_offers_a_minute() -> None:
    limits = SocketLimits()
    taken = sum(limits.take("offer", float(second)) for second in range(60))
    assert 12 <= taken <= 24
    assert limits.take("offer", 59.0) is False


def test_going_on_regardless_is_flooding() -> None:
    limits = SocketLimits()
    for _ in range(REFUSALS_BEFORE_CLOSING + 60):
        limits.take("mic", 1.0)
    assert limits.flooding
