"""When files begin and end, without any process."""

import errno
import os
from pathlib import Path

import pytest

from recorder.depacketize import Frame
from recorder.messages import Fact, OpenTap, PartClosed, PartOpened, Trouble
from recorder.parts import AUDIO_GAP_MS, VIDEO_GAP_MS, PartSeries
from tests.recorder.playing import played
from tests.recorder.tap_source import Coded, pictures, sounds

START = 1_700_000_000_000_000


class Series:
    def __init__(self, folder: Path, purpose: str) -> None:
        self.folder = folder
        self.facts: list[Fact] = []
        self.parts = PartSeries(OpenTap(1, "rec", "p1", purpose, START), folder, self.facts.append)

    def write(self, coded: Coded, later_us: int = 0) -> bool:
        size = (320, 180) if coded.keyframe else (0, 0)
        return self.parts.write(Frame(0, coded.data, coded.keyframe, 0, 20_000, *size), START + coded.at_us + later_us)

    @property
    def opened(self) -> list[PartOpened]:
        return [one for one in self.facts if isinstance(one, PartOpened)]

    @property
    def closed(self) -> list[PartClosed]:
        return [one for one in self.facts if isinstance(one, PartClosed)]

    def played(self, n: int) -> int:
        return played(self.folder / "rec" / f"{self.opened[n].part}.webm").frames


@pytest.fixture
def sound(tmp_path: Path) -> Series:
    return Series(tmp_path, "mic")


@pytest.fixture
def picture(tmp_path: Path) -> Series:
    return Series(tmp_path, "camera")


def test_a_short_pause_of_sound_becomes_silence(sound: Series) -> None:
    """A player's buffer has no hole: one part, and every 20 ms has its packet."""
    for one in sounds(1.0):
        sound.write(one)
    for one in sounds(1.0):
        sound.write(one, 3_000_000)
    sound.parts.close()
    assert len(sound.opened) == 1
    assert sound.closed[0].duration_ms == 4000
    assert sound.played(0) == 200


def test_a_long_pause_makes_another_part(sound: Series) -> None:
    later_us = 1_000_000 + AUDIO_GAP_MS * 1000 + 50_000
    for one in sounds(1.0):
        sound.write(one)
    for one in sounds(1.0):
        sound.write(one, later_us)
    sound.parts.close()
    assert [one.start_ms for one in sound.opened] == [0, later_us // 1000]
    assert [one.duration_ms for one in sound.closed] == [1000, 1000]


def test_camera_off_and_on_makes_another_part_from_a_keyframe(picture: Series) -> None:
    first, *rest = pictures(1.0)
    for one in (first, *rest):
        assert picture.write(one)
    later_us = 2_000_000 + VIDEO_GAP_MS * 1000
    assert not picture.write(rest[0], later_us)  # a keyframe is needed
    assert picture.write(first, later_us + 100_000)
    picture.parts.close()
    assert [one.start_ms for one in picture.opened] == [0, later_us // 1000 + 100]
    assert (picture.played(0), picture.played(1)) == (30, 1)


def test_silence_without_frames_completes_the_part(picture: Series) -> None:
    for one in pictures(1.0):
        picture.write(one)
    picture.parts.idle(START + 3_000_000)
    grown = picture.parts.progress()
    assert grown is not None and grown[0] == picture.opened[0].part and grown[2] == 1001
    picture.parts.idle(START + 10_000_000)
    assert len(picture.closed) == 1


def test_a_change_of_resolution_stays_in_the_file(picture: Series) -> None:
    for one in pictures(1.0):
        picture.write(one)
    for one in pictures(1.0, 640, 360):
        picture.write(one, 1_000_000)
    picture.parts.close()
    assert len(picture.opened) == 1
    assert picture.played(0) == 60


def test_a_cut_divides_by_capture_time(sound: Series) -> None:
    """S-41: what was captured at the mark or later lies in the fragment, to the frame."""
    sound.parts.cut(START + 400_000, 1)
    sound.parts.cut(START + 700_000, None)
    for one in sounds(1.0):
        sound.write(one)
    sound.parts.close()
    assert [(one.fragment, one.start_ms) for one in sound.opened] == [(None, 0), (1, 400), (None, 700)]
    assert [one.duration_ms for one in sound.closed] == [400, 300, 300]


def test_a_cut_comes_into_force_without_frames_too(sound: Series) -> None:
    sound.write(sounds(1.0)[0])
    sound.parts.cut(START + 500_000, 1)
    sound.parts.idle(START + 1_600_000)
    assert len(sound.closed) == 1
    sound.write(sounds(1.0)[24])  # captured before the cut, late
    assert len(sound.opened) == 1
    sound.write(sounds(1.0)[26])
    assert sound.opened[1].fragment == 1


def test_a_full_disk_is_a_fact_and_what_was_written_plays(sound: Series, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in sounds(2.0):
        sound.write(one)
    real = os.write

    def full(fd: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    for one in sounds(2.0):
        sound.write(one, 2_000_000)
    monkeypatch.setattr(os, "write", real)
    assert [one.code for one in sound.facts if isinstance(one, Trouble)] == ["disk_full"]
    assert sound.closed[0].duration_ms == 1000
    assert sound.played(0) == 50
    for one in sounds(1.0):
        sound.write(one, 9_000_000)
    sound.parts.close()
    assert (len(sound.opened), sound.closed[1].duration_ms) == (2, 1000)
