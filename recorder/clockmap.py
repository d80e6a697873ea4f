"""RTP timestamps of one tap become capture times in the server's clock (Unix µs).

The media server gives the mapping (kind 2 of the tap), at first, after each sender report and after each
re-anchoring. Small differences are followed slowly, so that reports do not make the sound jump; the first report
corrects a guess by arrival at once (under load that was 80 ms wrong for seconds); large ones count at once, but only
for packets from that timestamp on. An audio clock that stood still during a pause
(Chromium after `replaceTrack(null)`) is recognised by its arrival as a second defence. Output never goes backwards.
"""

from dataclasses import dataclass

from recorder.rtp import Unwrapper

STEP_US = 30_000  # more than this is a jump, not drift or jitter (Chromium's reports for audio: up to 15 ms)
FOLLOW = 0.25  # share of a small difference taken over per mapping
PAUSE_US = 400_000
SKEW_US = 150_000


@dataclass(frozen=True, slots=True)
class _Anchor:
    ext_rtp: int
    capture_us: int
    guess: bool = False


class ClockMap:
    """One track. `rate` in Hz. Give it every packet's timestamp in order of sequence through `capture_us`."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._unwrapper = Unwrapper(32)
        self._anchor: _Anchor | None = None
        self._pending: list[_Anchor] = []
        self._last_capture_us: int | None = None
        self._last_arrival_us = 0
        self._delay_us: int | None = None  # least arrival - capture

    @property
    def ready(self) -> bool:
        return self._anchor is not None

    def mapping(self, rtp: int, capture_us: int, *, guess: bool = False) -> None:
        """The server says when `rtp` was captured. `guess`: it knows no more than when the packet arrived."""
        fresh = _Anchor(self._unwrapper.peek(rtp), capture_us, guess)
        known = self._pending[-1] if self._pending else self._anchor
        if known is None:
            self._anchor = _Anchor(self._unwrapper.unwrap(rtp), capture_us, guess)
            return
        difference = capture_us - self._at(known, fresh.ext_rtp)
        if abs(difference) > STEP_US:
            self._pending = [*self._pending[-7:], fresh]
        elif self._pending:
            self._pending[-1] = _Anchor(known.ext_rtp, known.capture_us + difference)
        elif known.guess and not guess:
            self._anchor = fresh
        else:
            self._anchor = _Anchor(fresh.ext_rtp, capture_us - round(difference * (1 - FOLLOW)), known.guess)

    def assume_arrival(self, timestamp: int, arrival_us: int) -> None:
        """No mapping came: from now on arrival is capture, until a mapping says otherwise."""
        if self._anchor is None:
            self._anchor = _Anchor(self._unwrapper.unwrap(timestamp), arrival_us, guess=True)

    def capture_us(self, timestamp: int, arrival_us: int) -> int:
        """When this packet was captured. The map must be `ready`."""
        assert self._anchor is not None, "ask only when ready"
        ext_rtp = self._unwrapper.unwrap(timestamp)
        while self._pending and ext_rtp >= self._pending[0].ext_rtp:
            self._anchor = self._pending.pop(0)
            self._delay_us = None
        capture_us = self._at(self._anchor, ext_rtp)
        capture_us = self._after_pause(ext_rtp, capture_us, arrival_us)
        self._last_arrival_us = max(self._last_arrival_us, arrival_us)
        if self._last_capture_us is not None and capture_us < self._last_capture_us:
            capture_us = self._last_capture_us
        self._last_capture_us = capture_us
        return capture_us

    def _after_pause(self, ext_rtp: int, capture_us: int, arrival_us: int) -> int:
        delay_us = arrival_us - capture_us
        usual_us = self._delay_us
        paused = self._last_arrival_us and arrival_us - self._last_arrival_us > PAUSE_US
        if paused and usual_us is not None and delay_us - usual_us > SKEW_US:
            capture_us = arrival_us - usual_us
            self._anchor, self._pending = _Anchor(ext_rtp, capture_us), []
            return capture_us
        self._delay_us = delay_us if usual_us is None else min(usual_us + 1, delay_us)
        return capture_us

    def _at(self, anchor: _Anchor, ext_rtp: int) -> int:
        return anchor.capture_us + round((ext_rtp - anchor.ext_rtp) * 1_000_000 / self._rate)
