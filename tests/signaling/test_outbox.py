"""What waits for a slow client: bounded, in order, levels latest-wins."""

from signaling.outbox import Outbox


def drained(outbox: Outbox) -> list[str]:
    frames = []
    while (frame := outbox.take()) is not None:
        frames.append(frame)
    return frames


def test_frames_keep_their_order() -> None:
    outbox = Outbox()
    for frame in ("a", "b", "c"):
        assert outbox.offer(frame)
    assert drained(outbox) == ["a", "b", "c"] and not outbox


def test_levels_are_latest_wins_and_behind_events() -> None:
    outbox = Outbox()
    outbox.offer_latest("levels", "old")
    outbox.offer("event")
    outbox.offer_latest("levels", "new")
    outbox.offer_latest("speakers", "s")
    assert drained(outbox) == ["event", "new", "s"]


def test_a_full_outbox_says_so() -> None:
    outbox = Outbox(max_frames=2)
    assert outbox.offer("a") and outbox.offer("b") and not outbox.offer("c")
    assert drained(outbox) == ["a", "b"]
    assert outbox.offer("c")


def test_size_counts_too_and_is_given_back() -> None:
    outbox = Outbox(max_chars=10)
    assert outbox.offer("x" * 10) and not outbox.offer("y")
    outbox.take()
    assert outbox.offer("y" * 10)
