"""Which source goes into which slot. Pure.

Stable above all: a source that stays wanted stays in its slot, so that no picture restarts without need. Screens
come first, then the subscriber's order.
"""

from collections.abc import Mapping, Sequence

from sfu.types import PeerNumber, Purpose

Source = tuple[PeerNumber, Purpose]


def assign(
    wanted: Sequence[Source],
    *,
    screen_slots: Sequence[int],
    video_slots: Sequence[int],
    current: Mapping[int, Source],
    preferred: Mapping[Source, int] | None = None,
) -> dict[int, Source]:
    """Slot -> source. `wanted`: the most important first. `preferred`: a video slot to try first (lip sync).

    Screens take the screen slots; further screens go to video slots before any camera."""
    order = list(dict.fromkeys(wanted))
    screens = [source for source in order if source[1] is Purpose.SCREEN]
    placed = _fill(screens, screen_slots, current, {})
    in_screen_slots = set(placed.values())
    rest = [source for source in screens if source not in in_screen_slots]
    rest += [source for source in order if source[1] is not Purpose.SCREEN]
    placed |= _fill(rest[: len(video_slots)], video_slots, current, preferred or {})
    return placed


def _fill(
    sources: Sequence[Source],
    slots: Sequence[int],
    current: Mapping[int, Source],
    preferred: Mapping[Source, int],
) -> dict[int, Source]:
    """Whoever is in one of `slots` and still wanted keeps it; the others take what is free, in order."""
    wanted = set(sources)
    placed = {slot: current[slot] for slot in slots if current.get(slot) in wanted}
    done = set(placed.values())
    free = [slot for slot in slots if slot not in placed]
    for source in sources:
        if source in done or not free:
            continue
        slot = preferred.get(source)
        if slot is None or slot not in free:
            slot = free[0]
        free.remove(slot)
        placed[slot] = source
    return placed
