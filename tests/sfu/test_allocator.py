"""Layers within a budget: pure cases first, then an emulated subscriber whose estimate behaves like REMB."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.allocator import Demand, Layer, LayerAllocator, Targets, allocate, one_step_up, spend

Q, H, F = Layer(0, 180, 150_000), Layer(1, 360, 500_000), Layer(2, 720, 1_700_000)


def camera(slot: int, height: int, *layers: Layer) -> Demand:
    return Demand(slot, height, layers or (Q, H, F), 3)


def test_the_smallest_layer_that_is_good_enough_for_the_tile() -> None:
    for height, layer in [(90, 0), (180, 0), (220, 0), (240, 1), (360, 1), (450, 1), (460, 2), (1080, 2)]:
        assert allocate([camera(1, height)], None) == {1: layer}, height


def test_only_layers_that_flow_are_chosen() -> None:
    assert allocate([camera(1, 720, Q, H)], None) == {1: 1}
    assert allocate([camera(1, 90, H)], None) == {1: 1}


def test_before_any_layer_is_seen_the_declared_ones_are_guessed() -> None:
    assert allocate([Demand(1, 720, (), 3)], None) == {1: 2}
    assert allocate([Demand(1, 100, (), 3)], None) == {1: 0}
    assert allocate([Demand(1, 100, (), 1)], None) == {1: 0}


def test_everybody_gets_a_base_before_anybody_gets_more() -> None:
    demands = [camera(n, 720) for n in range(3)]
    assert allocate(demands, 450_000) == {0: 0, 1: 0, 2: 0}
    assert allocate(demands, 800_000) == {0: 1, 1: 0, 2: 0}
    assert allocate(demands, 1_200_000) == {0: 1, 1: 1, 2: 0}


def test_improvements_go_round_one_step_at_a_time() -> None:
    assert allocate([camera(1, 720), camera(2, 720)], 1_000_000) == {1: 1, 2: 1}
    assert allocate([camera(1, 720), camera(2, 720)], 2_200_000) == {1: 2, 2: 1}


def test_the_least_important_is_paused_when_nothing_fits() -> None:
    assert allocate([camera(n, 180) for n in range(3)], 300_000) == {0: 0, 1: 0, 2: None}


def test_the_first_is_kept_on_a_thin_line_but_not_on_a_hopeless_one() -> None:
    screen = Demand(1, 720, (Layer(0, 1080, 1_500_000),), 1)
    assert allocate([screen], 900_000) == {1: 0}
    assert allocate([screen, camera(2, 180)], 300_000) == {1: None, 2: 0}


def test_one_step_up_wakes_the_paused_first() -> None:
    demands = [camera(1, 720), camera(2, 720)]
    assert one_step_up(demands, {1: 0, 2: None}) == {1: 0, 2: 0}
    assert one_step_up(demands, {1: 0, 2: 0}) == {1: 1, 2: 0}
    assert one_step_up(demands, {1: 2, 2: 2}) is None


LAYERS = st.lists(st.tuples(st.integers(0, 1080), st.integers(0, 3_000_000)), min_size=0, max_size=3).map(
    lambda rows: tuple(Layer(n, height, rate) for n, (height, rate) in enumerate(rows))
)
DEMANDS = st.lists(st.tuples(st.integers(1, 1440), LAYERS), max_size=10).map(
    lambda rows: [Demand(n, height, layers, 3) for n, (height, layers) in enumerate(rows)]
)


@given(demands=DEMANDS, budget=st.integers(0, 10_000_000))
def test_no_allocation_costs_more_than_the_budget_but_for_the_first(demands: list[Demand], budget: int) -> None:
    targets = allocate(demands, budget)
    assert set(targets) == {demand.slot for demand in demands}
    if spend(demands, targets) > budget:
        assert [slot for slot, target in targets.items() if target is not None] == [0]
        assert spend(demands, targets) <= 2 * budget


@given(demands=DEMANDS)
def test_without_a_limit_nobody_is_paused(demands: list[Demand]) -> None:
    assert None not in allocate(demands, None).values()


class Subscriber:
    """An emulated far end: a line of `capacity`, an estimate that follows the rules of REMB."""

    def __init__(self, capacity: int, demands: list[Demand]) -> None:
        self.capacity, self.demands = capacity, demands
        self.allocator, self.targets, self.now = LayerAllocator(), Targets(), 0.0
        self.estimate = 0
        self.history: list[Targets] = []

    def run(self, seconds: int) -> "Subscriber":
        for _ in range(seconds):
            self.targets = self.allocator.decide(self.demands, self.targets, self.now)
            self.history.append(self.targets)
            sent = spend(self.demands, self.targets) + 60_000
            received = min(sent, self.capacity)
            if sent > self.capacity:
                self.estimate = int(received * 0.85)
            else:
                cap = received * 3 // 2 + 10_000
                grown = int(self.estimate * 1.08) if self.estimate else received
                self.estimate = min(grown, max(cap, self.estimate))
            if self.now >= 4:
                self.allocator.on_estimate(self.estimate)
            self.now += 1.0
        return self


def test_a_fast_line_gets_everything_at_once_and_keeps_it() -> None:
    far = Subscriber(20_000_000, [camera(1, 720), camera(2, 180), camera(3, 180)]).run(60)
    assert all(targets == {1: 2, 2: 0, 3: 0} for targets in far.history)


def test_a_line_that_gets_slow_is_relieved_within_seconds_and_wins_back_by_probes() -> None:
    far = Subscriber(20_000_000, [camera(1, 720), camera(2, 720)]).run(10)
    assert far.targets == {1: 2, 2: 2}
    far.capacity = 900_000
    far.run(5)
    assert spend(far.demands, far.targets) <= 900_000
    far.capacity = 20_000_000
    far.run(90)
    assert far.targets == {1: 2, 2: 2}


def test_a_slow_line_is_not_shaken_by_probes_for_ever() -> None:
    far = Subscriber(800_000, [camera(1, 720), camera(2, 720)]).run(300)
    over = [spend(far.demands, targets) > 800_000 for targets in far.history[60:]]
    assert sum(over) / len(over) < 0.1
    assert all(targets[1] is not None for targets in far.history)


def test_a_picture_that_gets_lively_is_no_shortage() -> None:
    """The estimate of a quiet picture is low; it grows by 8 % a second while the line is good."""
    quiet, lively = Layer(0, 1080, 40_000), Layer(0, 1080, 1_500_000)
    far = Subscriber(20_000_000, [Demand(1, 720, (quiet,), 1)]).run(20)
    far.demands = [Demand(1, 720, (lively,), 1)]
    far.run(60)
    assert all(targets == {1: 0} for targets in far.history)


def test_a_picture_that_gets_too_lively_for_the_line_is_one() -> None:
    quiet = [camera(1, 720, Layer(0, 180, 20_000), Layer(1, 360, 40_000), Layer(2, 720, 80_000)), camera(2, 180)]
    far = Subscriber(1_000_000, quiet).run(20)
    assert far.targets == {1: 2, 2: 0}
    far.demands = [camera(1, 720), camera(2, 180)]
    far.run(8)
    assert spend(far.demands, far.targets) <= 1_000_000


def test_much_room_is_taken_at_once_little_room_step_by_step() -> None:
    demands = [camera(1, 720), camera(2, 720)]
    for estimate, after in ((20_000_000, {1: 2, 2: 2}), (760_000, {1: 1, 2: 0})):
        allocator = LayerAllocator()
        allocator.on_estimate(estimate)
        held: Targets = {1: 0, 2: 0}
        for second in range(5):
            held = allocator.decide(demands, held, float(second))
        assert held == after


def test_an_estimate_just_below_what_flows_changes_nothing() -> None:
    allocator = LayerAllocator()
    demands = [camera(1, 360)]
    first = allocator.decide(demands, {}, 0.0)
    allocator.on_estimate(spend(demands, first) + 30_000)
    assert allocator.decide(demands, first, 10.0) == first


def test_a_new_slot_begins_with_the_best_that_fits() -> None:
    allocator = LayerAllocator()
    allocator.on_estimate(800_000)
    assert allocator.decide([camera(1, 720), camera(2, 720)], {1: 0}, 0.0) == {1: 0, 2: 1}


def test_a_smaller_tile_gives_its_layer_back_at_once() -> None:
    allocator = LayerAllocator()
    allocator.on_estimate(5_000_000)
    assert allocator.decide([camera(1, 90)], {1: 2}, 0.0) == {1: 0}


def test_lasting_heavy_loss_counts_as_a_shortage() -> None:
    allocator = LayerAllocator()
    demands = [camera(1, 720), camera(2, 720)]
    allocator.on_estimate(50_000_000)
    held: Targets = {1: 2, 2: 2}
    for second in range(4):
        allocator.on_loss(0.3, float(second))
        held = allocator.decide(demands, held, float(second))
    assert spend(demands, held) < 3_400_000
