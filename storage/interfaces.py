"""What the packages above may ask of storage. Each interface has an embedded form (one process, SQLite, a
folder) and may have a distributed one (Postgres, Redis, S3); `tests/storage/contract.py` is the meaning of
the words here, and every form passes it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.base import Database
from storage.ids import NodeId
from storage.records import Lease, NodeReport, OutboxItem, StoredEvent

__all__ = [
    "Blob",
    "BlobStore",
    "Bus",
    "Database",
    "EventLog",
    "JsonValue",
    "LeaseStore",
    "Limit",
    "Limiter",
    "NodeDirectory",
    "Outbox",
    "Subscription",
]

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


class Subscription(Protocol):
    """`close()` is idempotent; nothing is delivered after it returns."""

    async def close(self) -> None: ...


class Bus(Protocol):
    """Messages between nodes: at most once, JSON only, in order per topic and subscriber.

    A subscriber that lags more than its bounded queue loses the oldest messages (counted), never memory.
    """

    async def publish(self, topic: str, message: JsonValue) -> None:
        """To whoever subscribes now; does not wait for them."""
        ...

    async def subscribe(self, topic: str, handler: Callable[[JsonValue], Awaitable[None]]) -> Subscription:
        """One message after the other goes to `handler`; what it raises is logged, and the next one comes."""
        ...

    async def respond(self, topic: str, handler: Callable[[JsonValue], Awaitable[JsonValue]]) -> Subscription:
        """At most one responder per topic: a second raises `AlreadyResponding`."""
        ...

    async def request(self, topic: str, message: JsonValue, *, timeout_s: float) -> JsonValue:
        """Raises `NoAnswer` when nobody responds, the responder fails or the time is over."""
        ...

    async def close(self) -> None: ...


class LeaseStore(Protocol):
    """Who owns a room. Epochs of one name only grow, also over restarts; they go into tokens and paths."""

    async def acquire(self, name: str, holder: NodeId, *, ttl_s: float) -> Lease | None:
        """None while another holder's lease lasts; the same holder gets its own lease again, renewed."""
        ...

    async def renew(self, lease: Lease, *, ttl_s: float) -> Lease | None:
        """None: it is lost; a newer epoch may exist."""
        ...

    async def release(self, lease: Lease) -> None:
        """Gives it back early; nothing happens when it is another's by now."""
        ...

    async def current(self, name: str) -> Lease | None:
        """Whose it is now; None: nobody's."""
        ...


class NodeDirectory(Protocol):
    """Which nodes live, how loaded they are, and where a new room goes."""

    async def report(self, report: NodeReport) -> None:
        """That node lives, and is so loaded: counts for the next 6 seconds."""
        ...

    async def nodes(self) -> Sequence[NodeReport]:
        """Those heard of within the last 6 seconds (the embedded form's own node is always there)."""
        ...

    async def place(self, room: str) -> NodeId | None:
        """The least loaded node that is not draining; None: nobody can take a room."""
        ...

    async def forget(self, node: NodeId) -> None:
        """It has ended in good order."""
        ...


class EventLog(Protocol):
    """The room's facts in order. `append` returns when they are durable against the death of the process."""

    async def append(self, conference: str, events: Sequence[tuple[int, int, str, str]]) -> None:
        """`(seq, at_ms, type, json)` each. Raises `SequenceTaken` if a seq of that conference is there; then
        none of this call's events is stored. Calls of all rooms share commits, so that a storm stays cheap."""
        ...

    async def since(self, conference: str, seq: int) -> list[StoredEvent]:
        """Everything after `seq`, in order; 0 gives all."""
        ...

    async def redact(self, conference: str, seq: int, json: str) -> None:
        """Replaces the content of one event (a deleted chat message); its number and time stay."""
        ...

    async def last_seq(self, conference: str) -> int:
        """0 if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Blob:
    """One file of the store: `size` in bytes, `modified_ms` in Unix ms."""

    path: str
    size: int
    modified_ms: int


class BlobStore(Protocol):
    """Files by path (`a/b/c`, no `..`). `NoSuchBlob` where there is none; deleting nothing is fine."""

    async def put(self, path: str, data: bytes) -> None:
        """Writes the whole file, over what was there. Raises `BadPath`."""
        ...

    async def get(self, path: str) -> bytes:
        """The whole file in memory: for small ones; see `stream`."""
        ...

    async def head(self, path: str) -> Blob | None:
        """Its size without its content; None where there is none."""
        ...

    async def get_range(self, path: str, start: int, end: int) -> bytes:
        """Bytes start..end (end exclusive); shorter at the end of the blob."""
        ...

    def stream(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The same range in pieces of at most 256 KiB."""
        ...

    async def list(self, prefix: str) -> Sequence[Blob]:
        """Everything below the folder `prefix`, by path."""
        ...

    async def delete(self, path: str) -> None:
        """Nothing happens where there is none."""
        ...

    async def delete_prefix(self, prefix: str) -> int:
        """How many bytes went."""
        ...


class Outbox(Protocol):
    """Effects to be had after a commit, at least once; one per cause. The steps after `claim` name the claim: they
    give False when it has been lost (lapsed and taken by another, or the row was cancelled)."""

    def bell(self) -> asyncio.Event:
        """Set after every commit that put something in; the one who waits clears it. A ring means "look"."""
        ...

    async def put(self, cause: str, kind: str, payload: JsonValue, *, due_ms: int) -> bool:
        """False: that cause is in the box already (also if it is done)."""
        ...

    async def due(self, now_ms: int, *, limit: int = 100) -> list[OutboxItem]:
        """What could be claimed now, oldest first; claims nothing."""
        ...

    async def next_due(self, now_ms: int) -> int | None:
        """When a row can be claimed, in Unix ms and not before `now_ms`; None: nothing waits."""
        ...

    async def claim(self, now_ms: int, *, limit: int = 10, lease_ms: int = 120_000) -> list[OutboxItem]:
        """The oldest due rows, for this caller alone until the lease lapses. Next: `handing`, or one of the others."""
        ...

    async def handing(self, item: OutboxItem) -> bool:
        """Just before the content leaves. False: do not send."""
        ...

    async def done(self, item: OutboxItem, now_ms: int) -> bool:
        """It has left."""
        ...

    async def dropped(self, item: OutboxItem, now_ms: int) -> bool:
        """There is no reason to send it any more."""
        ...

    async def failed(self, item: OutboxItem, now_ms: int, *, error: str, wait_ms: int | None = None) -> bool:
        """Not this time: comes again after `wait_ms` (None: by the number of tries), or is given up after the last."""
        ...

    async def gave_up(self, item: OutboxItem, now_ms: int, *, error: str) -> bool:
        """It will never leave; the organiser sees why."""
        ...

    async def put_off(self, item: OutboxItem, due_ms: int) -> bool:
        """It was not tried; comes again at `due_ms`."""
        ...

    async def release(self) -> int:
        """Gives back every claim, and says how many: only for the one sender there is, when it starts."""
        ...

    async def of_conference(self, conference: str, *, offset: int, limit: int) -> tuple[list[OutboxItem], int]:
        """What was and will be sent about it, latest first, and how many there are; cancelled ones are left out."""
        ...

    async def again(self, conference: str, item: int, now_ms: int, *, by: str = ...) -> OutboxItem:
        """A failed row, or one that waits for its next try, goes out now. Raises NotFound, WrongState."""
        ...

    async def overdue(self, now_ms: int) -> int:
        """How many should have left by now."""
        ...

    async def sweep(self, now_ms: int) -> int:
        """Rows done long ago go, with the names in them; how many went."""
        ...


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` within any window of `seconds`, counted per `name` and key."""

    name: str
    amount: int
    seconds: int


class Limiter(Protocol):
    """Sliding windows. Keys hold no address: callers go through `caller()` first."""

    def caller(self, address: str) -> str:
        """A keyed hash of an address whose key is random, kept in memory and thrown away every day."""
        ...

    async def take(self, *tries: tuple[Limit, str]) -> float | None:
        """Counts one try against every (limit, key), or against none: then the seconds to wait."""
        ...

    async def refund(self, *tries: tuple[Limit, str]) -> None:
        """Takes back one counted try (the PIN was right)."""
        ...
