"""Rate limits in memory: sliding windows in a bounded table, by our clock.

Nothing is kept about an address: `caller()` hashes it with a random key that lives in memory and is replaced
every day, and only the hash becomes a key here.
"""

import hashlib
import ipaddress
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable

from storage.interfaces import Limit

DAY_S = 86_400
MAX_KEYS = 100_000


class InProcessLimiter:
    """The embedded form of `storage.interfaces.Limiter`. `clock`: Unix seconds. Beyond `max_keys` the key counted
    longest ago is forgotten. Nothing here waits, so what is asked at the same time cannot slip through."""

    def __init__(self, clock: Callable[[], float], max_keys: int = MAX_KEYS) -> None:
        self._clock = clock
        self._max_keys = max_keys
        self._counted: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()  # when; the newest key last
        self._day = -1
        self._key = b""

    def caller(self, address: str) -> str:
        day = int(self._clock() // DAY_S)
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
        return hashlib.blake2b(_network(address).encode(), key=self._key, digest_size=16).hexdigest()

    async def take(self, *tries: tuple[Limit, str]) -> float | None:
        now = self._clock()
        waits = [self._wait_s(limit, key, now) for limit, key in tries]
        if any(waits):
            return max(waits)
        for limit, key in tries:
            self._count((limit.name, key), now)
        return None

    async def refund(self, *tries: tuple[Limit, str]) -> None:
        for limit, key in tries:
            window = self._counted.get((limit.name, key))
            if window:
                window.pop()
            if not window:
                self._counted.pop((limit.name, key), None)

    def _wait_s(self, limit: Limit, key: str, now: float) -> float:
        """0: there is room. Else until the oldest try leaves the window, at least a second."""
        window = self._counted.get((limit.name, key))
        if not window:
            return 0.0
        while window and window[0] <= now - limit.seconds:
            window.popleft()
        return 0.0 if len(window) < limit.amount else max(window[0] + limit.seconds - now, 1.0)

    def _count(self, key: tuple[str, str], now: float) -> None:
        self._counted.setdefault(key, deque()).append(now)
        self._counted.move_to_end(key)
        while len(self._counted) > self._max_keys:
            self._counted.popitem(last=False)


def _network(address: str) -> str:
    """An IPv6 caller owns at least a /64; an IPv4-mapped one is its IPv4 address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
