"""Leases and the node directory of one process.

Epochs must grow over restarts without touching the disk: they start from the Unix time in ms at opening.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from storage.ids import NodeId
from storage.records import Lease, NodeReport

SILENT_S = 6.0


class InProcessLeases:
    """The embedded form of `storage.interfaces.LeaseStore`. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float], first_epoch: int) -> None:
        self._clock = clock
        self._epoch = first_epoch
        self._leases: dict[str, Lease] = {}

    async def acquire(self, name: str, holder: NodeId, *, ttl_s: float) -> Lease | None:
        current = self._current(name)
        if current is not None and current.holder != holder:
            return None
        epoch = current.epoch if current is not None else self._next_epoch()
        lease = Lease(name, holder, epoch, self._clock() + ttl_s)
        self._leases[name] = lease
        return lease

    async def renew(self, lease: Lease, *, ttl_s: float) -> Lease | None:
        current = self._current(lease.name)
        if current is None or current.epoch != lease.epoch:
            return None
        renewed = replace(current, until_s=self._clock() + ttl_s)
        self._leases[lease.name] = renewed
        return renewed

    async def release(self, lease: Lease) -> None:
        current = self._leases.get(lease.name)
        if current is not None and current.epoch == lease.epoch:
            del self._leases[lease.name]

    async def current(self, name: str) -> Lease | None:
        return self._current(name)

    def _current(self, name: str) -> Lease | None:
        lease = self._leases.get(name)
        if lease is not None and lease.until_s <= self._clock():
            del self._leases[name]
            return None
        return lease

    def _next_epoch(self) -> int:
        self._epoch += 1
        return self._epoch


class InProcessDirectory:
    """The embedded form of `storage.interfaces.NodeDirectory`: its own node is always alive."""

    def __init__(self, own: NodeReport, clock: Callable[[], float]) -> None:
        self._own = own.node
        self._clock = clock
        self._reports: dict[NodeId, tuple[NodeReport, float]] = {own.node: (own, clock())}

    async def report(self, report: NodeReport) -> None:
        self._reports[report.node] = (report, self._clock())

    async def nodes(self) -> Sequence[NodeReport]:
        oldest = self._clock() - SILENT_S
        return [report for report, heard in self._reports.values() if heard > oldest or report.node == self._own]

    async def place(self, room: str) -> NodeId | None:
        able = [report for report in await self.nodes() if not report.draining]
        return min(able, key=lambda report: (report.load, report.rooms)).node if able else None

    async def forget(self, node: NodeId) -> None:
        self._reports.pop(node, None)
