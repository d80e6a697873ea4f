"""Files of a dead recorder: cut anywhere, they are read up to the last complete cluster."""

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.adopt import adopt, read_label
from recorder.cluster_muxer import Timed
from recorder.ebml import read_header
from recorder.webm_writer import PartFile
from tests.recorder.playing import index, played
from tests.recorder.tap_source import pictures


def written(folder: Path, seconds: float = 5.0, *, close: bool = False) -> tuple[Path, Path]:
    media, idx = folder / "a.webm", folder / "a.idx"
    file = PartFile(media, idx, size=(320, 180))
    for one in pictures(seconds, keyframe_every=45):
        file.write(Timed(one.at_us // 1000, 33, one.keyframe, one.data))
    if close:
        file.close()
    else:
        file.flush()
        file._close()
    return media, idx


def test_an_unfinished_file_is_taken_as_it_is(tmp_path: Path) -> None:
    media, idx = written(tmp_path)
    before, records = media.read_bytes(), index(idx)
    adopted = adopt(media, idx, video=True)
    assert adopted is not None
    assert (adopted.size, adopted.duration_ms) == (len(before), 4966 + 33)
    assert media.read_bytes() == before
    assert index(idx) == records


def test_a_finished_file_is_taken_with_its_cues(tmp_path: Path) -> None:
    media, idx = written(tmp_path, close=True)
    adopted = adopt(media, idx, video=True)
    assert adopted is not None and adopted.size == media.stat().st_size


@pytest.mark.parametrize("keep_index", ["all", "some", "none", "torn"])
def test_a_torn_file_loses_its_last_cluster_only(tmp_path: Path, keep_index: str) -> None:
    """S-42: the media is not rewritten; the index ends where the media is good."""
    media, idx = written(tmp_path)
    records = index(idx)
    data = media.read_bytes()
    torn = records[-1][2] + 300
    media.write_bytes(data[:torn])
    raw = idx.read_bytes()
    idx.write_bytes({"all": raw, "some": raw[:32], "none": b"", "torn": raw[:41]}[keep_index])
    adopted = adopt(media, idx, video=True)
    assert adopted is not None
    assert adopted.size == records[-1][2]
    assert adopted.duration_ms >= records[-1][0] - 34
    assert index(idx) == records[:-1]
    assert media.stat().st_size == torn
    assert played(media).frames > 100


def test_nothing_playable_gives_none(tmp_path: Path) -> None:
    media, idx = written(tmp_path)
    first = index(idx)[0][2]
    media.write_bytes(media.read_bytes()[: first + 100])
    assert adopt(media, idx, video=True) is None
    media.write_bytes(b"")
    assert adopt(media, idx, video=True) is None
    with pytest.raises(FileNotFoundError):
        adopt(tmp_path / "no.webm", idx, video=True)


def test_damage_anywhere_is_survived(tmp_path: Path) -> None:
    media, idx = written(tmp_path, 3.0)
    data, raw = media.read_bytes(), idx.read_bytes()
    rng = random.Random(7)
    for _ in range(300):
        broken, torn = bytearray(data), bytearray(raw)
        for _ in range(rng.randrange(1, 12)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
            torn[rng.randrange(len(torn))] = rng.randrange(256)
        media.write_bytes(broken[: rng.randrange(len(broken))] if rng.random() < 0.5 else broken)
        idx.write_bytes(torn if rng.random() < 0.5 else raw)
        adopted = adopt(media, idx, video=True)
        assert adopted is None or adopted.size <= media.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.binary(max_size=200), raw=st.binary(max_size=64))
def test_any_bytes_are_survived(tmp_path: Path, data: bytes, raw: bytes) -> None:
    (tmp_path / "f.webm").write_bytes(data)
    (tmp_path / "f.idx").write_bytes(raw)
    (tmp_path / "f.json").write_bytes(data)
    assert adopt(tmp_path / "f.webm", tmp_path / "f.idx", video=False) is None
    assert read_label(tmp_path / "f.json") is None
    with contextlib.suppress(ValueError):
        read_header(data, 0)
