"""Who may edit whose conferences (E2-51 to E2-63): an edge from an owner to a collaborator, of the same body, asked for
by the owner and good once the collaborator has accepted. It says nothing about the other direction.

pending -> active -> gone; either side ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_states import State
from storage.audit import Act, Audit, by_user
from storage.base import Database, insert_into, repeatable
from storage.errors import NotFound
from storage.ids import UserId
from storage.outbox import put_in
from storage.people import LEADING
from storage.records import UserRecord
from storage.tables import User
from storage.tables_accounts import Collaboration, Unit
from storage.text import search_key


@dataclass(frozen=True, slots=True)
class Colleague:
    """The other end of an edge, or somebody who may become it. `since_ms`: of its state."""

    id: UserId
    name: str
    email: str | None
    role: str
    unit: str | None
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Edges:
    """sent, active: from me (E2-54). incoming, mine: to me (E2-55)."""

    sent: tuple[Colleague, ...]
    active: tuple[Colleague, ...]
    incoming: tuple[Colleague, ...]
    mine: tuple[Colleague, ...]


class Collaborations:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def of(self, user: str) -> Edges:
        async with self._db.read() as session:
            out = await _ends(session, Collaboration.owner_id == user, Collaboration.collaborator_id)
            come = await _ends(session, Collaboration.collaborator_id == user, Collaboration.owner_id)
        return Edges(
            sent=tuple(each for each, active in out if not active),
            active=tuple(each for each, active in out if active),
            incoming=tuple(each for each, active in come if not active),
            mine=tuple(each for each, active in come if active),
        )

    async def available(
        self, viewer: UserRecord, words: str, *, unit: str | None = None, offset: int, limit: int
    ) -> tuple[list[Colleague], int]:
        """Coordinators of the viewer's body who were not asked yet, by name (E2-51, E2-56)."""
        query = _candidates(viewer)
        if unit is not None:
            query = query.where(User.unit_id == unit)
        for word in search_key(words).split():
            in_name = User.search_key.contains(word, autoescape=True)
            query = query.where(or_(in_name, User.email_key.contains(word, autoescape=True)))
        async with self._db.read() as session:
            total = (await session.execute(query.with_only_columns(func.count()))).scalar_one()
            cut = query.outerjoin(Unit, Unit.id == User.unit_id).with_only_columns(User, Unit.name)
            cut = cut.order_by(User.search_key, User.id).offset(offset).limit(limit)
            return [_colleague(row, name) for row, name in await session.execute(cut)], total

    @repeatable
    async def ask(self, owner: UserRecord, users: Sequence[str], *, now_ms: int) -> int:
        """A request to each (E2-58), and a mail. How many were not asked before. Raises NotFound if one of them
        cannot be asked."""
        wanted = set(users)
        async with self._db.write() as session:
            query = _candidates(owner, asked_too=True).where(User.id.in_(wanted)).with_only_columns(User.id)
            if set(await session.scalars(query)) != wanted:
                raise NotFound("no such coordinator")
            asked = [user for user in sorted(wanted) if await _asked(session, owner.id, user, now_ms)]
            for user in asked:
                cause = f"collaboration/{owner.id}/{user}/{now_ms}"
                await put_in(
                    session, cause, "collaboration_asked", {"by": owner.id}, due_ms=now_ms, recipient=f"user:{user}"
                )
            return len(asked)

    async def accept(self, owner: str, collaborator: str, *, now_ms: int) -> None:
        """By the collaborator (E2-62). Raises NotFound."""
        async with self._db.write() as session:
            row = await session.get(Collaboration, (owner, collaborator), with_for_update=True)
            if row is None:
                raise NotFound("no such request")
            if row.accepted_ms is None:
                row.accepted_ms = now_ms
                act = Act(by_user(collaborator), "collaborator_accepted", "user", collaborator, {"of": owner})
                await self._audit.record_in(session, act, at_ms=now_ms)

    async def end(self, owner: str, collaborator: str, *, by: str, now_ms: int) -> None:
        """By either (E2-60, E2-63); what was never accepted gave no right. Raises NotFound."""
        async with self._db.write() as session:
            row = await session.get(Collaboration, (owner, collaborator))
            if row is None:
                raise NotFound("no such request")
            await session.delete(row)
            if row.accepted_ms is not None:
                act = Act(by_user(by), "collaborator_ended", "user", collaborator, {"of": owner})
                await self._audit.record_in(session, act, at_ms=now_ms)


async def _asked(session: AsyncSession, owner: str, user: str, now_ms: int) -> bool:
    """False: there was a request already."""
    insert = (
        insert_into(session, Collaboration)
        .values(owner_id=owner, collaborator_id=user, created_ms=now_ms)
        .on_conflict_do_nothing(index_elements=["owner_id", "collaborator_id"])
        .returning(Collaboration.owner_id)
    )
    return (await session.execute(insert)).first() is not None


def _candidates(owner: UserRecord, *, asked_too: bool = False) -> Select[User]:
    query = select(User).where(
        User.body_id == owner.body, User.role.in_(LEADING), User.state == State.ACTIVE, User.id != owner.id
    )
    if asked_too:
        return query
    asked = select(Collaboration.collaborator_id).where(Collaboration.owner_id == owner.id)
    return query.where(User.id.not_in(asked))


async def _ends(session: AsyncSession, which: object, end: object) -> list[tuple[Colleague, bool]]:
    query = (
        select(User, Unit.name, Collaboration.created_ms, Collaboration.accepted_ms)
        .select_from(Collaboration)
        .join(User, User.id == end)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(which)  # type: ignore[arg-type]
        .order_by(User.search_key, User.id)
    )
    found = []
    for user, unit, created, accepted in await session.execute(query):
        since = created if accepted is None else accepted
        found.append((_colleague(user, unit, since), accepted is not None))
    return found


def _colleague(row: User, unit: str | None, since_ms: int | None = None) -> Colleague:
    return Colleague(UserId(row.id), row.name, row.email, row.role, unit, since_ms)
