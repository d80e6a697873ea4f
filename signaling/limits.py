"""How much one socket may ask: token buckets, fed by the caller's clock (seconds, monotonic)."""

from dataclasses import dataclass, field

REFUSALS_BEFORE_CLOSING = 1000


@dataclass(slots=True)
class TokenBucket:
    """`rate` per second on average, `burst` at once."""

    rate: float
    burst: float
    level: float = field(init=False)
    at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.level = self.burst

    def take(self, now: float) -> bool:
        """False: not now; nothing is counted then."""
        if now > self.at:
            self.level = min(self.burst, self.level + (now - self.at) * self.rate)
            self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


@dataclass(slots=True)
class SocketLimits:
    """The buckets of one socket: one for all calls, and tighter ones for some."""

    calls: TokenBucket = field(default_factory=lambda: TokenBucket(30, 60))
    tighter: dict[str, TokenBucket] = field(
        default_factory=lambda: {
            "chat_send": TokenBucket(5, 10),
            "react": TokenBucket(5, 10),
            "lobby_message": TokenBucket(6 / 60, 6),
            "offer": TokenBucket(12 / 60, 12),
            "join": TokenBucket(12 / 60, 12),
        }
    )
    refused: int = 0

    def take(self, call: str, now: float) -> bool:
        """May this call be served? Counts the refused ones."""
        tight = self.tighter.get(call)
        if self.calls.take(now) and (tight is None or tight.take(now)):
            return True
        self.refused += 1
        return False

    @property
    def flooding(self) -> bool:
        """So much was refused that the socket should go."""
        return self.refused >= REFUSALS_BEFORE_CLOSING
