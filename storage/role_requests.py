"""Deciding about the roles that people ask for (E2-121 to E2-131). Filing and withdrawing is in storage/own_roles.py.

new -> accepted | rejected, once; withdrawn by the applicant. Nobody gets a role before the address is confirmed
(decision 6). Both ends hear by mail.
"""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_states import State
from storage.accounts import account_in
from storage.audit import Act, Audit, by_user
from storage.base import Database, one_at_a_time, repeatable
from storage.bodies import new_body
from storage.errors import NotFound, Unconfirmed, WrongState
from storage.ids import BodyId, RequestId, UserId
from storage.outbox import put_in
from storage.own_roles import RANKS, BodyNeeded
from storage.tables import User
from storage.tables_accounts import Body, RoleRequest, Unit
from storage.text import search_key

STATES = ("new", "accepted", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A row with what it shows when it is expanded (E2-127, E2-128). `confirmed`: the applicant may get the role."""

    id: RequestId
    user: UserId
    name: str
    email: str | None
    confirmed: bool
    role: str
    body: BodyId | None
    body_name: str
    unit: str | None
    telephone: str
    purpose: str
    state: str
    created_ms: int
    changed_ms: int


class RoleRequests:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def page(
        self, body: str | None, words: str, *, every: bool, offset: int, limit: int
    ) -> tuple[list[RequestRecord], int]:
        """Newest first: those that wait, or the whole history (E2-130). `body` None: of all bodies, and of none."""
        which = [RoleRequest.state.in_(STATES) if every else RoleRequest.state == "new"]
        which += [] if body is None else [RoleRequest.body_id == body]
        query = select(RoleRequest.id).where(*which)
        if wanted := search_key(words).split():
            query = query.join(User, User.id == RoleRequest.user_id)
        for word in wanted:
            in_name = User.search_key.contains(word, autoescape=True)
            query = query.where(or_(in_name, User.email_key.contains(word, autoescape=True)))
        newest = (RoleRequest.created_ms.desc(), RoleRequest.id)
        async with self._db.read() as session:
            total = (await session.execute(query.with_only_columns(func.count()))).scalar_one()
            ids = (await session.scalars(query.order_by(*newest).offset(offset).limit(limit))).all()
            cut = _joined().where(RoleRequest.id.in_(ids)).order_by(*newest)
            return [_record(*row) for row in (await session.execute(cut)).tuples()], total

    async def get(self, request: str) -> RequestRecord | None:
        async with self._db.read() as session:
            row = (await session.execute(_joined().where(RoleRequest.id == request))).tuples().one_or_none()
            return None if row is None else _record(*row)

    @repeatable
    async def accept(self, request: str, *, by: str, now_ms: int, body: str | None = None, new: bool = False) -> None:
        """The role is given (E2-123, E1-15). `body`, `new`: where the request names a body that is not known, the
        known one that is meant, or that it shall be made. Raises NotFound, WrongState, Unconfirmed, BodyNeeded."""
        async with self._db.write() as session:
            row, user = await _waiting(session, request)
            if user.state != State.ACTIVE:
                raise Unconfirmed("the applicant has not confirmed the address yet")
            home = await _home(session, row, body, new, now_ms)
            if user.body_id is not None and user.body_id != home:
                raise WrongState("the applicant belongs to another body by now")
            before = user.role
            if RANKS.index(row.role) > RANKS.index(user.role):
                user.role = row.role
            user.body_id, row.body_id = home, home
            user.unit_id = row.unit_id or user.unit_id
            details = {"from": before, "to": user.role, "request": row.id}
            await self._decided(session, row, "accepted", by, now_ms)
            act = Act(by_user(by), "role_changed", "user", user.id, details)
            await self._audit.record_in(session, act, at_ms=now_ms)

    @repeatable
    async def reject(self, request: str, *, by: str, now_ms: int) -> None:
        """E2-125. Raises NotFound, WrongState."""
        async with self._db.write() as session:
            row, user = await _waiting(session, request)
            await self._decided(session, row, "rejected", by, now_ms)
            act = Act(by_user(by), "role_refused", "user", user.id, {"role": row.role, "request": row.id})
            await self._audit.record_in(session, act, at_ms=now_ms)

    async def _decided(self, session: AsyncSession, row: RoleRequest, state: str, by: str, now_ms: int) -> None:
        row.state, row.changed_ms, row.decided_by = state, now_ms, by
        letter = f"role_{state}"
        await put_in(
            session,
            f"{letter}/{row.id}",
            letter,
            {"request": row.id},
            due_ms=now_ms,
            recipient=f"user:{row.user_id}",
        )


async def _waiting(session: AsyncSession, request: str) -> tuple[RoleRequest, User]:
    """Both rows, locked: the applicant's first, as everybody does."""
    whose = (await session.scalars(select(RoleRequest.user_id).where(RoleRequest.id == request))).one_or_none()
    if whose is None:
        raise NotFound("no such request")
    user = await account_in(session, whose)
    row = await session.get(RoleRequest, request)
    if row is None:
        raise NotFound("no such request")
    if row.state != "new":
        raise WrongState("this request is decided")
    return row, user


async def _home(session: AsyncSession, row: RoleRequest, body: str | None, new: bool, now_ms: int) -> str:
    if row.body_id is not None:
        return row.body_id
    if body is not None:
        if await session.get(Body, body) is None:
            raise NotFound("no such body")
        return body
    if not new:
        raise BodyNeeded("say which body this is")
    await one_at_a_time(session, "bodies")
    known = select(Body.id).where(Body.name_key == search_key(row.body_name))
    found = (await session.scalars(known)).one_or_none()
    if found is None:
        made = new_body(row.body_name, now_ms=now_ms)
        session.add(made)
        await session.flush()
        found = made.id
    return found


def _joined() -> Select[RoleRequest, User, Body | None, Unit | None]:
    return (
        select(RoleRequest, User, Body, Unit)
        .join(User, User.id == RoleRequest.user_id)
        .outerjoin(Body, Body.id == RoleRequest.body_id)
        .outerjoin(Unit, Unit.id == RoleRequest.unit_id)
    )


def _record(row: RoleRequest, user: User, body: Body | None, unit: Unit | None) -> RequestRecord:
    return RequestRecord(
        id=RequestId(row.id),
        user=UserId(user.id),
        name=user.name,
        email=user.email,
        confirmed=user.state == State.ACTIVE,
        role=row.role,
        body=None if body is None else BodyId(body.id),
        body_name=row.body_name if body is None else body.name,
        unit=None if unit is None else unit.name,
        telephone=row.telephone,
        purpose=row.purpose,
        state=row.state,
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )
