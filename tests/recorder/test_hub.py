"""Taps whose packets come before their OpenTap, as they may: the two sockets have no common order."""

from pathlib import Path

from recorder.hub import Hub
from recorder.messages import CloseRecording, Fact, OpenTap, PartClosed, PartOpened, TapEnded, Trouble
from tests.recorder.playing import played
from tests.recorder.tap_source import Track, message, sounds

BASE_US = 1_800_000_000_000_000


def test_hostile_packets_that_came_early_cost_themselves_alone(tmp_path: Path) -> None:
    """S-42: the process would end, and every recording with it."""
    facts: list[Fact] = []
    hub = Hub(tmp_path, facts.append)
    track = Track(2, False, BASE_US)
    hub.packet(track.mapping())
    for one in sounds(1.0):
        for packet in (b"x", message(2, 1, BASE_US, b"short"), message(2, 9, BASE_US), *track.packets(one)):
            hub.packet(packet)
    hub.command(OpenTap(2, "rec", "p1", "mic", BASE_US, None), BASE_US + 1_000_000)
    hub.command(CloseRecording("rec"), BASE_US + 2_000_000)
    (part,) = [one for one in facts if isinstance(one, PartOpened)]
    assert played(tmp_path / "rec" / f"{part.part}.webm").frames >= 49
    assert [one.code for one in facts if isinstance(one, Trouble)] == ["bad_packet"]


def test_a_tap_that_ended_before_it_was_opened_is_over(tmp_path: Path) -> None:
    facts: list[Fact] = []
    hub = Hub(tmp_path, facts.append)
    track = Track(2, False, BASE_US)
    for packet in (track.mapping(), *track.packets(sounds(1.0)[0]), track.end(20_000)):
        hub.packet(packet)
    hub.command(OpenTap(2, "rec", "p1", "mic", BASE_US, None), BASE_US + 1_000_000)
    assert [type(one) for one in facts] == [PartOpened, PartClosed, TapEnded]
    hub.packet(track.packets(sounds(1.0)[1])[0])
    hub.close(BASE_US + 2_000_000)
    assert len(facts) == 3
