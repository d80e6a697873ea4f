"""Decision 5 on plain values."""

from recorder.decision import decide
from recorder.speech import SpeechTimeline
from storage.ids import RecordingId
from storage.recording_records import FragmentRecord, PartRecord, SpeechRecord


def part(name: str, fragment: int | None) -> PartRecord:
    return PartRecord(name, RecordingId("r"), "p1", "mic", fragment, 0)


def test_never_marked_keeps_everything() -> None:
    """S-45: ticked but never started: it is recorded anyway."""
    verdict = decide([part("a", None), part("b", None)], [], 5000)
    assert [one.id for one in verdict.kept] == ["a", "b"]
    assert (verdict.destroyed, verdict.spans) == ((), None)


def test_marked_once_keeps_only_the_fragments() -> None:
    """S-42: only fragments."""
    parts = [part("a", None), part("b", 1), part("c", None), part("d", 2)]
    verdict = decide(parts, [FragmentRecord(1, 100, 200), FragmentRecord(2, 400, None)], 5000)
    assert [one.id for one in verdict.kept] == ["b", "d"]
    assert [one.id for one in verdict.destroyed] == ["a", "c"]
    assert verdict.spans == ((100, 200), (400, 5000))


def test_marked_without_any_media_still_destroys_the_rest() -> None:
    verdict = decide([part("a", None)], [FragmentRecord(1, 100, 100)], 5000)
    assert verdict.kept == ()


def test_speech_is_joined_over_a_breath_and_coughs_are_left_out() -> None:
    timeline = SpeechTimeline()
    timeline.active(["a"], 0)
    timeline.active([], 2000)
    timeline.active(["a", "b"], 3000)
    timeline.active(["a"], 3100)  # b coughed
    timeline.active([], 5000)
    assert timeline.take(6000) == []
    assert timeline.take(6600) == [SpeechRecord("a", 0, 5000)]
    timeline.active(["a"], 9000)
    assert timeline.take(9500, everything=True) == [SpeechRecord("a", 9000, 9500)]


def test_a_long_silence_makes_two_stretches() -> None:
    timeline = SpeechTimeline()
    for start_ms in (0, 10_000):
        timeline.active(["a"], start_ms)
        timeline.active([], start_ms + 1000)
    assert timeline.take(20_000) == [SpeechRecord("a", 0, 1000), SpeechRecord("a", 10_000, 11_000)]
