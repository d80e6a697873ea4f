"""The transactional outbox: effects that follow a commit; one per cause, at least once, to one person not twice.

A row is written in the transaction that causes it, under a cause that is unique: whatever is done again adds nothing.
A sender claims rows by a lease, and every later step names the claim, so that a sender whose lease has lapsed can
neither hand over nor report. Just before the content leaves, the row becomes `handing`; whoever cancels a row before
that has stopped it.

What a crash leaves: a row that was `sending` never left, and goes out once when the lease has lapsed. A row that was
`handing` is the one case that nobody can decide (the receiver may have taken it while we died before writing `sent`,
a few ms): it is sent again, since a lost invitation is worse, under the Message-ID or idempotency key that its
cause always gives, by which mail servers and gateways know the second one. Files by name of the cause are exactly once.
"""

import asyncio
import base64
import json
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, case, delete, event, func, or_, select, update
from sqlalchemy.engine import Result
from sqlalchemy.ext.asyncio import AsyncSession

from storage.audit import SERVER, Act, Audit
from storage.base import Database, insert_into, repeatable
from storage.errors import NotFound, WrongState
from storage.interfaces import JsonValue
from storage.records import CLAIMED, OutboxItem, OutboxState
from storage.secrets import Secrets
from storage.tables import Conference, OutboxRow

LEASE_MS: Final = 120_000
"""A sender is done with one row, or has given up on it, well before that."""
MAX_TRIES: Final = 20  # with the waits below: about three days
KEPT_MS: Final = 90 * 86_400_000
_CHUNK = 200
_FLAG = "outbox_rings"

_bells: weakref.WeakSet[asyncio.Event] = weakref.WeakSet()


def retry_wait_ms(tries: int) -> int:
    """After the `tries`-th failure: 1, 2, 4 ... minutes, at most 6 hours."""
    return min(60_000 << min(max(tries, 1) - 1, 9), 6 * 3_600_000)


@dataclass(frozen=True, slots=True)
class Effect:
    """One row to be. `recipient`: user:ID or invitee:ID; `name`: shown in the organiser's list."""

    cause: str
    kind: str
    payload: JsonValue
    due_ms: int
    conference: str | None = None
    recipient: str | None = None
    name: str = ""


class SqlOutbox:
    """`storage.interfaces.Outbox`. Use `put_in` to write the effect in the transaction that causes it."""

    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    def bell(self) -> asyncio.Event:
        """Set after every commit that put something in; the one who waits clears it. Rings of other databases of
        this process are heard too: a ring means "look"."""
        bell = asyncio.Event()
        _bells.add(bell)
        return bell

    async def put(self, cause: str, kind: str, payload: JsonValue, *, due_ms: int) -> bool:
        async with self._db.write() as session:
            return await put_in(session, cause, kind, payload, due_ms=due_ms)

    async def due(self, now_ms: int, *, limit: int = 100) -> list[OutboxItem]:
        query = select(OutboxRow).where(_due(now_ms)).order_by(OutboxRow.due_ms, OutboxRow.id).limit(limit)
        async with self._db.read() as session:
            return [_item(row) for row in await session.scalars(query)]

    async def next_due(self, now_ms: int) -> int | None:
        """When a row can be claimed, in Unix ms: not before `now_ms`."""
        waits = select(func.min(OutboxRow.due_ms)).where(OutboxRow.done_ms.is_(None), OutboxRow.due_ms > now_ms)
        lapses = select(func.min(func.coalesce(OutboxRow.claimed_ms, now_ms))).where(_overdue(now_ms))
        async with self._db.read() as session:
            found = [(await session.execute(query)).scalar_one() for query in (waits, lapses)]
            return min((max(each, now_ms) for each in found if each is not None), default=None)

    @repeatable
    async def claim(self, now_ms: int, *, limit: int = 10, lease_ms: int = LEASE_MS) -> list[OutboxItem]:
        """The oldest due rows, for this caller alone until the lease lapses."""
        chosen = (
            select(OutboxRow.id)
            .where(_due(now_ms))
            .order_by(OutboxRow.due_ms, OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("chosen")
            .prefix_with("MATERIALIZED", dialect="postgresql")  # else it may run once per row, past its limit
        )
        statement = (
            update(OutboxRow)
            .where(OutboxRow.id.in_(select(chosen.c.id)), _due(now_ms))
            .values(state=OutboxState.SENDING, claimed_ms=now_ms + lease_ms)
            .returning(OutboxRow)
            .execution_options(synchronize_session=False)
        )
        async with self._db.write() as session:
            rows = (await session.scalars(statement)).all()
            return [_item(row) for row in sorted(rows, key=lambda row: (row.due_ms, row.id))]

    async def handing(self, item: OutboxItem) -> bool:
        """Write this before the content leaves. False: the claim is lost or the row was cancelled; do not send."""
        return await self._step(item, state=OutboxState.HANDING)

    async def done(self, item: OutboxItem, now_ms: int) -> bool:
        """It has left. False: the claim is lost (the row is somebody else's now)."""
        return await self._step(item, state=OutboxState.SENT, done_ms=now_ms, claimed_ms=None, error=None, payload="{}")

    async def dropped(self, item: OutboxItem, now_ms: int) -> bool:
        """There is no reason to send it any more."""
        return await self._step(
            item, state=OutboxState.CANCELLED, done_ms=now_ms, claimed_ms=None, error=None, payload="{}"
        )

    async def failed(self, item: OutboxItem, now_ms: int, *, error: str, wait_ms: int | None = None) -> bool:
        """Not this time: comes again after `wait_ms` (or by the number of tries), and is given up after MAX_TRIES."""
        if item.tries + 1 >= MAX_TRIES:
            return await self.gave_up(item, now_ms, error=error)
        due_ms = now_ms + (retry_wait_ms(item.tries + 1) if wait_ms is None else wait_ms)
        return await self._step(
            item,
            state=OutboxState.WAITING,
            due_ms=due_ms,
            claimed_ms=None,
            tries=OutboxRow.tries + 1,
            error=error[:200],
        )

    async def gave_up(self, item: OutboxItem, now_ms: int, *, error: str) -> bool:
        return await self._step(
            item,
            state=OutboxState.FAILED,
            done_ms=now_ms,
            claimed_ms=None,
            tries=OutboxRow.tries + 1,
            error=error[:200],
        )

    async def put_off(self, item: OutboxItem, due_ms: int) -> bool:
        """It was not tried; look at it again at `due_ms`."""
        return await self._step(item, state=OutboxState.WAITING, due_ms=due_ms, claimed_ms=None)

    async def release(self) -> int:
        """Gives back every claim: only for a sender that knows itself to be the only one, when it starts."""
        async with self._db.write() as session:
            found = await session.execute(
                update(OutboxRow)
                .where(OutboxRow.done_ms.is_(None), OutboxRow.claimed_ms.is_not(None))
                .values(state=OutboxState.WAITING, claimed_ms=None)
                .returning(OutboxRow.id)
            )
            return len(found.all())

    async def of_conference(self, conference: str, *, offset: int, limit: int) -> tuple[list[OutboxItem], int]:
        """What was and will be sent about it, latest first, and how many there are. Cancelled ones are left out."""
        which = and_(OutboxRow.conference_id == conference, OutboxRow.state != OutboxState.CANCELLED)
        async with self._db.read() as session:
            total = (await session.execute(select(func.count()).select_from(OutboxRow).where(which))).scalar_one()
            rows = await session.scalars(
                select(OutboxRow)
                .where(which)
                .order_by(OutboxRow.due_ms.desc(), OutboxRow.id.desc())
                .offset(offset)
                .limit(limit)
            )
            return [_item(row) for row in rows], total

    async def again(self, conference: str, item: int, now_ms: int, *, by: str = SERVER) -> OutboxItem:
        """A failed row, or one that waits for its next try, goes out now. Raises NotFound, WrongState."""
        async with self._db.write() as session:
            row = await session.get(OutboxRow, item, with_for_update=True)
            if row is None or row.conference_id != conference:
                raise NotFound("no such message")
            if row.state != OutboxState.FAILED and not (row.state == OutboxState.WAITING and row.tries):
                raise WrongState("this message has not failed")
            row.state, row.done_ms, row.due_ms, row.tries = OutboxState.WAITING, None, now_ms, 0
            _ring_after(session)
            found = _item(row)
            act = Act(by, "message_sent_again", "conference", conference, {"message": item, "kind": row.kind})
            await self._audit.record_in(session, act, at_ms=now_ms)
            return found

    async def overdue(self, now_ms: int) -> int:
        """How many should have left by now."""
        query = select(func.count()).select_from(OutboxRow)
        async with self._db.read() as session:
            return (await session.execute(query.where(_overdue(now_ms)))).scalar_one()

    async def sweep(self, now_ms: int) -> int:
        """Rows that were done long ago go, with the names in them; not those of a conference to come, since they say
        who was told of it."""
        to_come = select(Conference.id).where(Conference.expires_ms > now_ms)
        over = or_(OutboxRow.conference_id.is_(None), OutboxRow.conference_id.not_in(to_come))
        statement = delete(OutboxRow).where(OutboxRow.done_ms < now_ms - KEPT_MS, over).returning(OutboxRow.id)
        async with self._db.write() as session:
            return len((await session.execute(statement)).all())

    @repeatable
    async def _step(self, item: OutboxItem, **values: object) -> bool:
        mine = and_(OutboxRow.id == item.id, OutboxRow.claimed_ms == item.claimed_ms, OutboxRow.state.in_(CLAIMED))
        async with self._db.write() as session:
            return _any(await session.execute(update(OutboxRow).where(mine).values(**values).returning(OutboxRow.id)))


async def put_in(
    session: AsyncSession,
    cause: str,
    kind: str,
    payload: JsonValue,
    *,
    due_ms: int,
    conference: str | None = None,
    recipient: str | None = None,
    name: str = "",
) -> bool:
    """Within a transaction of the caller's; False if that cause is there already."""
    return await put_all(session, [Effect(cause, kind, payload, due_ms, conference, recipient, name)]) == 1


async def put_all(session: AsyncSession, effects: Sequence[Effect], *, revive: bool = False) -> int:
    """The same for many; how many are new. `revive`: one that was cancelled before it left waits again."""
    added = 0
    effects = sorted(effects, key=lambda each: each.cause)  # two who put the same meet in the same order
    for start in range(0, len(effects), _CHUNK):
        insert = insert_into(session, OutboxRow).values([_values(each) for each in effects[start : start + _CHUNK]])
        if revive:
            statement = insert.on_conflict_do_update(
                index_elements=["cause"],
                set_={
                    "state": OutboxState.WAITING,
                    "done_ms": None,
                    "claimed_ms": None,
                    "tries": 0,
                    "due_ms": insert.excluded.due_ms,
                    "payload": insert.excluded.payload,
                },
                where=OutboxRow.state == OutboxState.CANCELLED,
            )
        else:
            statement = insert.on_conflict_do_nothing(index_elements=["cause"])
        added += len((await session.execute(statement.returning(OutboxRow.id))).all())
    if added:
        _ring_after(session)
    return added


async def cancel_in(session: AsyncSession, now_ms: int, *which: ColumnElement[bool]) -> int:
    """Rows that have not left yet will not leave. `which`: conditions on OutboxRow."""
    found = await session.execute(
        update(OutboxRow)
        .where(OutboxRow.done_ms.is_(None), OutboxRow.state != OutboxState.HANDING, *which)
        .values(state=OutboxState.CANCELLED, done_ms=now_ms, claimed_ms=None, error=None, payload="{}")
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(found.all())


async def forget_in(session: AsyncSession, recipient: str, now_ms: int) -> None:
    """The person is gone: nothing more is sent to `recipient`, and no row keeps a name or an address."""
    await cancel_in(session, now_ms, OutboxRow.recipient == recipient)
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.recipient == recipient)
        .values(recipient_name="", payload="{}", state=_failed_as_cancelled())
        .execution_options(synchronize_session=False)
    )


def sealed(keys: Secrets, cause: str, text: str) -> str:
    """A secret as it may stand in the payload of the row with this cause."""
    return base64.b64encode(keys.seal(f"outbox/{cause}", text)).decode()


def unsealed(keys: Secrets, cause: str, text: str) -> str:
    return keys.unseal(f"outbox/{cause}", base64.b64decode(text))


def _failed_as_cancelled() -> ColumnElement[str]:
    return case((OutboxRow.state == OutboxState.FAILED, OutboxState.CANCELLED), else_=OutboxRow.state)


def _values(effect: Effect) -> dict[str, object]:
    return {
        "cause": effect.cause,
        "kind": effect.kind,
        "payload": json.dumps(effect.payload),
        "due_ms": effect.due_ms,
        "tries": 0,
        "state": OutboxState.WAITING,
        "conference_id": effect.conference,
        "recipient": effect.recipient,
        "recipient_name": effect.name,
    }


def _due(now_ms: int) -> ColumnElement[bool]:
    free = or_(OutboxRow.claimed_ms.is_(None), OutboxRow.claimed_ms <= now_ms)
    return and_(_overdue(now_ms), free)


def _overdue(now_ms: int) -> ColumnElement[bool]:
    return and_(OutboxRow.done_ms.is_(None), OutboxRow.due_ms <= now_ms)


def _ring_after(session: AsyncSession) -> None:
    """Rings once the transaction is committed; a rollback rings nothing."""
    inner = session.sync_session
    if inner.info.get(_FLAG) is not None:
        return
    inner.info[_FLAG] = True
    event.listen(inner, "after_commit", _ring, once=True)


def _ring(session: object) -> None:
    for bell in list(_bells):
        bell.set()


def _any(result: Result[tuple[int]]) -> bool:
    return result.first() is not None


def _item(row: OutboxRow) -> OutboxItem:
    return OutboxItem(
        row.id,
        row.cause,
        row.kind,
        row.payload,
        row.due_ms,
        row.tries,
        OutboxState(row.state),
        row.claimed_ms,
        row.conference_id,
        row.recipient,
        row.recipient_name,
        row.error,
        row.done_ms,
    )
