"""Decision 5 of the requirements (S-39..S-46): what of a recording stays when its session is over. Pure.

Marked at least once: only what lies in the fragments. Never marked: everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.recording_records import FragmentRecord, PartRecord


@dataclass(frozen=True, slots=True)
class Verdict:
    """`spans`: what of speech and chat stays, as (start_ms, end_ms); None: all of it."""

    kept: tuple[PartRecord, ...]
    destroyed: tuple[PartRecord, ...]
    spans: tuple[tuple[int, int], ...] | None


def decide(parts: Sequence[PartRecord], fragments: Sequence[FragmentRecord], end_ms: int) -> Verdict:
    """`end_ms`: of the session, relative to the recording's start; where a fragment that nobody stopped ends."""
    if not fragments:
        return Verdict(tuple(parts), (), None)
    marked = {one.number for one in fragments}
    return Verdict(
        kept=tuple(one for one in parts if one.fragment in marked),
        destroyed=tuple(one for one in parts if one.fragment not in marked),
        spans=tuple((one.start_ms, end_ms if one.end_ms is None else one.end_ms) for one in fragments),
    )
