"""Reports to the four steps."""

import pytest

from sfu.quality import FAIR, GOOD, LOST, POOR, QualityMeter, loudness


@pytest.mark.parametrize(
    ("down", "up", "rtt", "step"),
    [
        (0.0, 0.0, 20.0, GOOD),
        (0.02, 0.0, -1.0, GOOD),
        (0.06, 0.0, 50.0, FAIR),
        (0.0, 0.06, 50.0, FAIR),
        (0.2, 0.0, 50.0, POOR),
        (0.0, 0.0, 500.0, FAIR),
        (0.0, 0.0, 2000.0, POOR),
    ],
)
def test_lasting_conditions_reach_their_step(down: float, up: float, rtt: float, step: int) -> None:
    meter = QualityMeter()
    for _ in range(6):
        meter.on_report(down, up, rtt)
    assert meter.step == step


def test_nothing_is_said_before_the_first_report_but_that_it_is_lost() -> None:
    meter = QualityMeter()
    assert meter.step is None
    meter.set_lost(True)
    assert meter.step == LOST


def test_one_bad_report_does_not_make_it_poor() -> None:
    meter = QualityMeter()
    for _ in range(4):
        meter.on_report(0, 0, 20)
    meter.on_report(0.15, 0, 20)
    assert meter.step == FAIR


def test_loudness_is_between_0_and_1_and_grows() -> None:
    values = [loudness(level) for level in range(127, -1, -1)]
    assert values == sorted(values) and values[0] == 0.0 and values[-1] == 1.0
