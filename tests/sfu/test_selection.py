"""Sources to slots: stable, screens first, in order."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.selection import Source, assign
from sfu.types import PeerNumber, Purpose

SCREEN_SLOTS = [100]
VIDEO_SLOTS = [1, 2, 3]


def cam(peer: int) -> Source:
    return (PeerNumber(peer), Purpose.CAMERA)


def screen(peer: int) -> Source:
    return (PeerNumber(peer), Purpose.SCREEN)


def place(
    wanted: list[Source], current: dict[int, Source] | None = None, **more: dict[Source, int]
) -> dict[int, Source]:
    return assign(
        wanted,
        screen_slots=SCREEN_SLOTS,
        video_slots=VIDEO_SLOTS,
        current=current or {},
        preferred=more.get("preferred"),
    )


def test_sources_fill_slots_in_order() -> None:
    assert place([cam(1), cam(2)]) == {1: cam(1), 2: cam(2)}


def test_who_stays_wanted_stays_in_the_slot() -> None:
    before = place([cam(1), cam(2), cam(3)])
    assert place([cam(3), cam(4), cam(2)], before) == {1: cam(4), 2: cam(2), 3: cam(3)}


def test_reordering_moves_nobody() -> None:
    before = place([cam(1), cam(2), cam(3)])
    assert place([cam(3), cam(2), cam(1)], before) == before


def test_the_important_push_out_the_unimportant() -> None:
    before = place([cam(1), cam(2), cam(3)])
    assert place([cam(9), cam(1), cam(2), cam(3)], before) == {1: cam(1), 2: cam(2), 3: cam(9)}


def test_a_screen_takes_the_screen_slot_and_a_second_one_a_video_slot_before_cameras() -> None:
    placed = place([cam(1), cam(2), cam(3), screen(4), screen(5)])
    assert placed[100] == screen(4)
    assert screen(5) in placed.values() and cam(3) not in placed.values()


def test_a_screen_keeps_the_screen_slot_when_another_becomes_more_important() -> None:
    before = place([screen(4), screen(5)])
    assert place([screen(5), screen(4)], before) == before


def test_the_second_screen_moves_up_when_the_first_ends() -> None:
    before = place([screen(4), screen(5)])
    assert place([screen(5)], before) == {100: screen(5)}


def test_without_a_screen_slot_screens_use_video_slots() -> None:
    assert assign([cam(1), screen(2)], screen_slots=[], video_slots=[1], current={}) == {1: screen(2)}


def test_a_speaker_gets_the_video_slot_of_his_audio_slot_if_it_is_free() -> None:
    assert place([cam(2)], preferred={cam(2): 3}) == {3: cam(2)}
    assert place([cam(1), cam(2)], {3: cam(1)}, preferred={cam(2): 3}) == {3: cam(1), 1: cam(2)}


SOURCES = st.builds(lambda p, s: screen(p) if s else cam(p), st.integers(1, 8), st.booleans())


@given(rounds=st.lists(st.lists(SOURCES, max_size=12), min_size=1, max_size=6))
def test_no_source_twice_no_slot_twice_nobody_waits_beside_a_free_slot(rounds: list[list[Source]]) -> None:
    current: dict[int, Source] = {}
    for wanted in rounds:
        before, current = current, place(wanted, current)
        assert len(set(current.values())) == len(current)
        assert set(current.values()) <= set(wanted)
        assert all(source[1] is Purpose.SCREEN for slot, source in current.items() if slot in SCREEN_SLOTS)
        free = [slot for slot in VIDEO_SLOTS if slot not in current]
        assert not free or set(wanted) == set(current.values())
        for slot, source in before.items():
            if source in current.values() and source[1] is Purpose.CAMERA:
                assert current[slot] == source
