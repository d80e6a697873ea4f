"""Which layer each slot gets. Pure: demands and a budget in, target layers out; time is an argument.

Base layer for everybody by priority first, then one step at a time. The budget follows the subscriber's REMB, which
can grow to about 1.5 times of what is received only (draft-alvestrand-rmcat-remb, GCC): to get further up, one
step is tried now and then (a probe) and taken back if the estimate falls. For the same reason an estimate below what
flows is a shortage only if it fell or does not grow: a picture may just have become lively.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# A layer a little smaller than the tile is good enough: nobody sees a tenth of the lines.
GOOD_ENOUGH: Final = 0.8
AUDIO_RESERVE_BPS: Final = 60_000
# Estimates follow what is received: of a quiet picture they say little about the line.
LEAST_BUDGET_BPS: Final = 150_000
HOLD_S: Final = 3.0
PROBE_S: Final = 5.0
PROBE_MAX_S: Final = 60.0
PROBE_VERDICT_S: Final = 4.0
SHORTAGE: Final = 0.9
SHORT_S: Final = 2.0
DROP: Final = 0.9
GROWTH: Final = 1.05
LEAP_MARGIN: Final = 1.3
LOSS_LIMIT: Final = 0.15

_GUESS: Final = {1: ((720, 1_000_000),), 2: ((360, 400_000), (720, 1_200_000))}
_GUESS_3: Final = ((180, 150_000), (360, 500_000), (720, 1_700_000))


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a published track that can be had. `height` and `bitrate_bps` 0: not known yet."""

    index: int
    height: int = 0
    bitrate_bps: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """A slot that wants a picture of `height` pixels. `layers`: what flows now, lowest first; `declared`: how many
    layers the publisher announced."""

    slot: int
    height: int
    layers: tuple[Layer, ...]
    declared: int

    def steps(self) -> tuple[tuple[int, int], ...]:
        """(layer, cost in bit/s) from the lowest layer to the one that this demand deserves."""
        return _steps(self.height, self.layers, self.declared)


@lru_cache(maxsize=4096)
def _steps(tile_height: int, layers: tuple[Layer, ...], declared: int) -> tuple[tuple[int, int], ...]:
    steps = []
    guesses = _GUESS.get(declared, _GUESS_3)
    for layer in layers or tuple(Layer(n) for n in range(max(1, declared))):
        height, bitrate = guesses[min(layer.index, len(guesses) - 1)]
        steps.append((layer.index, layer.bitrate_bps or bitrate))
        if (layer.height or height) >= tile_height * GOOD_ENOUGH:
            break
    return tuple(steps)


Targets = dict[int, int | None]
"""Slot -> target layer, None where paused."""


def allocate(demands: Sequence[Demand], budget_bps: int | None) -> Targets:
    """`demands`: the most important first. Without a budget everybody gets what he deserves.

    The first demand is kept unless it costs more than twice the budget: a subscriber with no video at all sends no
    estimate either."""
    ladders = {demand.slot: demand.steps() for demand in demands}
    if budget_bps is None:
        return {slot: steps[-1][0] for slot, steps in ladders.items()}
    left = budget_bps
    level: dict[int, int] = {}
    for number, (slot, steps) in enumerate(ladders.items()):
        cost = steps[0][1]
        if cost <= left or (number == 0 and cost <= 2 * budget_bps):
            level[slot] = 0
            left -= cost
    raised = True
    while raised:
        raised = False
        for slot in level:
            steps, now = ladders[slot], level[slot]
            if now + 1 < len(steps) and (extra := steps[now + 1][1] - steps[now][1]) <= left:
                level[slot] = now + 1
                left -= extra
                raised = True
    return {slot: steps[level[slot]][0] if slot in level else None for slot, steps in ladders.items()}


def spend(demands: Sequence[Demand], targets: Targets) -> int:
    """Bits per second of these targets."""
    total = 0
    for demand in demands:
        target = targets.get(demand.slot)
        if target is not None:
            steps = demand.steps()
            total += next((cost for layer, cost in reversed(steps) if layer <= target), steps[0][1])
    return total


def one_step_up(demands: Sequence[Demand], targets: Targets) -> Targets | None:
    """The same targets with the most important unsatisfied demand one step higher; None if all are satisfied.

    Nobody is improved while somebody is paused."""
    for demand in demands:
        if targets.get(demand.slot) is None:
            return {**targets, demand.slot: demand.steps()[0][0]}
    for demand in demands:
        now = targets[demand.slot]
        higher = next((layer for layer, _ in demand.steps() if now is not None and layer > now), None)
        if higher is not None:
            return {**targets, demand.slot: higher}
    return None


class LayerAllocator:
    """The memory of one subscriber: its estimate, how long there has been room, and probes."""

    def __init__(self) -> None:
        self._estimate_bps: int | None = None
        self._high_bps = 0
        self._fell = False
        self._lossy_until = 0.0
        self._short_since: float | None = None
        self._short_bps = 0
        self._room_since: float | None = None
        self._probe_wait_s = PROBE_S
        self._probe_end: float | None = None
        self._quiet_since = 0.0
        self._content_from = 0

    @property
    def limited(self) -> bool:
        """An estimate is known; costs may have changed: call `decide` every few seconds."""
        return self._estimate_bps is not None

    @property
    def restless(self) -> bool:
        """Time alone may change the decision: call `decide` about once a second."""
        return self._estimate_bps is not None and self._content_from == 0

    def on_estimate(self, bitrate_bps: int) -> bool:
        """True if it may change the decision."""
        self._estimate_bps = bitrate_bps
        self._fell = self._fell or bitrate_bps < self._high_bps * DROP
        self._high_bps = bitrate_bps if self._fell else max(self._high_bps, bitrate_bps)
        return self._content_from == 0 or bitrate_bps < self._content_from

    def on_loss(self, fraction: float, now: float) -> None:
        """REMB sees delay only; lasting heavy loss counts as a shortage too."""
        if fraction > LOSS_LIMIT:
            self._lossy_until = now + 4.0
            self._content_from = 0

    def decide(self, demands: Sequence[Demand], current: Targets, now: float) -> Targets:
        """New targets. Down at once when short, up only after room for some seconds, further up by probes."""
        self._content_from = 0
        wish = allocate(demands, None)
        if self._estimate_bps is None:
            return wish
        budget = max(self._estimate_bps - AUDIO_RESERVE_BPS, LEAST_BUDGET_BPS)
        held = self._hold(demands, current, wish, budget)
        spent = spend(demands, held)
        lossy = now < self._lossy_until
        if lossy:
            budget = min(budget, int(spent * 0.7))
        if budget < spent * SHORTAGE:
            return self._shortage(demands, held, budget, lossy, now)
        self._short_since, self._fell = None, False
        if held == wish:
            self._settle(now)
            if self._probe_end is None:
                # Everybody has what he deserves: only a lower estimate (or other demands) can change that.
                self._content_from = int(spent * SHORTAGE) + AUDIO_RESERVE_BPS + 1
            return held
        return self._rise(demands, held, budget, now)

    def _hold(self, demands: Sequence[Demand], current: Targets, wish: Targets, budget: int) -> Targets:
        """What goes on as it is: nobody keeps more than he deserves, a new slot gets the best that fits now."""
        held: Targets = {}
        for demand in demands:
            if demand.slot in current:
                held[demand.slot] = _lower(current[demand.slot], wish[demand.slot])
        left = budget - spend(demands, held)
        for demand in demands:
            if demand.slot not in held:
                steps = demand.steps()
                layer, cost = next((step for step in reversed(steps) if step[1] <= left), steps[0])
                held[demand.slot] = layer
                left -= cost
        return held

    def _shortage(self, demands: Sequence[Demand], held: Targets, budget: int, lossy: bool, now: float) -> Targets:
        assert self._estimate_bps is not None
        self._room_since = None
        if self._short_since is None or self._estimate_bps > self._short_bps * GROWTH:
            self._short_since, self._short_bps = now, self._estimate_bps
        if not (self._fell or lossy) and now - self._short_since < SHORT_S:
            return held
        if self._probe_end is not None:
            self._probe_wait_s = min(self._probe_wait_s * 2, PROBE_MAX_S)
            self._probe_end = None
        self._short_since, self._fell, self._high_bps = None, False, self._estimate_bps
        self._quiet_since = now
        fitting = allocate(demands, budget)
        # Never up in a shortage.
        return {slot: _lower(fitting[slot], held[slot]) for slot in held}

    def _rise(self, demands: Sequence[Demand], held: Targets, budget: int, now: float) -> Targets:
        if self._probe_end is not None:
            if now < self._probe_end:
                return held
            self._probe_end, self._probe_wait_s, self._quiet_since = None, PROBE_S, now
        higher = one_step_up(demands, held)
        if higher is None:
            return held
        if self._room_since is None:
            self._room_since = now
        if spend(demands, higher) <= budget:
            if now - self._room_since >= HOLD_S:
                self._room_since = now
                return self._leap(demands, held, budget) or higher
        elif now - max(self._room_since, self._quiet_since) >= self._probe_wait_s:
            self._room_since, self._probe_end = now, now + PROBE_VERDICT_S
            return higher
        return held

    def _leap(self, demands: Sequence[Demand], held: Targets, budget: int) -> Targets | None:
        """All that fits with a good margin at once, if that makes nobody worse."""
        leap = allocate(demands, int(budget / LEAP_MARGIN))
        if leap != held and all(_lower(leap[slot], target) == target for slot, target in held.items()):
            return leap
        return None

    def _settle(self, now: float) -> None:
        self._room_since = None
        if self._probe_end is not None and now >= self._probe_end:
            self._probe_end, self._probe_wait_s = None, PROBE_S


def _lower(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else min(a, b)
