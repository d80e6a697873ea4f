"""Rate limits in memory: sliding windows of the `limits` library over bounded stores with our clock.

Windows of more than an hour have a store of their own, so that a flood of keys of short ones (names that somebody tries
to sign in by) makes nobody's day forgotten.

Nothing is kept about an address: `caller()` hashes it with a random key that lives in memory and is replaced
every day, and only the hash becomes a key here.
"""

import asyncio
import hashlib
import ipaddress
import secrets
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable

from limits import RateLimitItemPerSecond
from limits.aio.storage import MovingWindowSupport, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from storage.interfaces import Limit

HOUR_S, DAY_S = 3600, 86_400
MAX_KEYS = 100_000


class WindowStore(Storage, MovingWindowSupport):
    """Moving windows only. Beyond MAX_KEYS the key looked at longest ago is forgotten."""

    def __init__(self, clock: Callable[[], float], max_keys: int = MAX_KEYS) -> None:
        super().__init__()
        self._clock = clock
        self._max_keys = max_keys
        self._entries: OrderedDict[str, list[float]] = OrderedDict()  # newest last

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        entries = self._fresh(key, expiry)
        if len(entries) + amount > limit:
            return False
        entries += [self._clock()] * amount
        self._entries[key] = entries
        self._entries.move_to_end(key)
        while len(self._entries) > self._max_keys:
            self._entries.popitem(last=False)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        entries = self._fresh(key, expiry)
        return (entries[0] if entries else self._clock()), len(entries)

    def refund(self, key: str) -> None:
        entries = self._entries.get(key)
        if entries:
            entries.pop()
            if not entries:
                del self._entries[key]

    def _fresh(self, key: str, expiry: int) -> list[float]:
        entries = self._entries.get(key)
        if entries is None:
            return []
        del entries[: bisect_right(entries, self._clock() - expiry)]  # they are in order
        if entries:
            self._entries.move_to_end(key)
        else:
            del self._entries[key]
        return entries

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return ValueError

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        raise NotImplementedError("moving windows only")

    async def get(self, key: str) -> int:
        return len(self._entries.get(key, ()))

    async def get_expiry(self, key: str) -> float:
        return self._clock()

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        count = len(self._entries)
        self._entries.clear()
        return count

    async def clear(self, key: str) -> None:
        self._entries.pop(key, None)


class InProcessLimiter:
    """The embedded form of `storage.interfaces.Limiter`. `clock`: Unix seconds."""

    def __init__(self, clock: Callable[[], float], max_keys: int = MAX_KEYS) -> None:
        self._clock = clock
        self._short, self._long = WindowStore(clock, max_keys), WindowStore(clock, max_keys)
        self._short_windows, self._long_windows = (MovingWindowRateLimiter(one) for one in (self._short, self._long))
        self._lock = asyncio.Lock()
        self._day = -1
        self._key = b""

    def caller(self, address: str) -> str:
        day = int(self._clock() // DAY_S)
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
        return hashlib.blake2b(_network(address).encode(), key=self._key, digest_size=16).hexdigest()

    async def take(self, *tries: tuple[Limit, str]) -> float | None:
        async with self._lock:
            waits = [await self._wait(limit, key) for limit, key in tries]
            if any(waits):
                return max(waits)
            for limit, key in tries:
                await self._windows(limit).hit(_item(limit), key)
            return None

    async def refund(self, *tries: tuple[Limit, str]) -> None:
        for limit, key in tries:
            store = self._long if limit.seconds > HOUR_S else self._short
            store.refund(_item(limit).key_for(key))

    def _windows(self, limit: Limit) -> MovingWindowRateLimiter:
        return self._long_windows if limit.seconds > HOUR_S else self._short_windows

    async def _wait(self, limit: Limit, key: str) -> float:
        stats = await self._windows(limit).get_window_stats(_item(limit), key)
        return 0.0 if stats.remaining > 0 else max(stats.reset_time - self._clock(), 1.0)


def _item(limit: Limit) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(limit.amount, limit.seconds, namespace=limit.name)


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
