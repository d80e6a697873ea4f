"""The network quality that people see: 0 lost, 1 poor, 2 fair, 3 good. Pure."""

from typing import Final

LOST: Final = 0
POOR: Final = 1
FAIR: Final = 2
GOOD: Final = 3

_POOR_LOSS: Final = 0.10
_FAIR_LOSS: Final = 0.04
_POOR_RTT_MS: Final = 800.0
_FAIR_RTT_MS: Final = 350.0


class QualityMeter:
    """Smooths the reports of one transport (about one in 2 s) into a step that does not flicker."""

    def __init__(self) -> None:
        self._loss = 0.0
        self._rtt_ms = 0.0
        self._lost = False
        self._known = False

    def on_report(self, loss_down: float, loss_up: float, rtt_ms: float) -> None:
        self._known = True
        loss = max(loss_down, loss_up)
        self._loss += (loss - self._loss) * 0.5
        if rtt_ms >= 0:
            self._rtt_ms += (rtt_ms - self._rtt_ms) * 0.5

    def set_lost(self, lost: bool) -> None:
        self._lost = lost

    @property
    def step(self) -> int | None:
        """None before the first report."""
        if self._lost:
            return LOST
        if not self._known:
            return None
        if self._loss >= _POOR_LOSS or self._rtt_ms >= _POOR_RTT_MS:
            return POOR
        if self._loss >= _FAIR_LOSS or self._rtt_ms >= _FAIR_RTT_MS:
            return FAIR
        return GOOD


def loudness(level_dbov: int) -> float:
    """0..1 from -dBov (RFC 6464: 0 the loudest, 127 silence): speech lies between -60 and -10."""
    return max(0.0, min(1.0, (60 - level_dbov) / 50))
