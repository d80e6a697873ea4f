"""Who is left in peace for a while: a whole way of sending that does not answer, or one domain that says "later"."""

from dataclasses import dataclass, field
from typing import Final

RELAY_MS: Final = (5_000, 600_000)
DOMAIN_MS: Final = (60_000, 3_600_000)
_MAX_DOMAINS: Final = 10_000


@dataclass(slots=True)
class Pauses:
    """Each failure in a row doubles the pause, a success ends it. In memory: a restart tries at once."""

    _until: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> until, length

    def until(self, *names: str) -> int:
        """When the last of these pauses ends; 0 if there is none."""
        return max((self._until.get(name, (0, 0))[0] for name in names), default=0)

    def failed(self, name: str, now_ms: int, bounds: tuple[int, int]) -> int:
        """The end of the pause. Failures during a pause (others were on their way) do not lengthen it."""
        until, length = self._until.get(name, (0, 0))
        if now_ms < until:
            return until
        if len(self._until) >= _MAX_DOMAINS:
            self._until.clear()
        length = min(length * 2, bounds[1]) if length else bounds[0]
        self._until[name] = (now_ms + length, length)
        return now_ms + length

    def worked(self, *names: str) -> None:
        for name in names:
            self._until.pop(name, None)
