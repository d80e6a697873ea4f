"""Asking for a role (E1-10, E2-44), and laying one down (E2-45). Deciding about requests is the coordinators'."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.accounts import administrators_in
from storage.audit import Act, Audit, by_user
from storage.base import Database, one_at_a_time
from storage.errors import NotFound, WrongState
from storage.ids import RequestId, new_id
from storage.outbox import put_in
from storage.tables import User
from storage.tables_accounts import Body, RoleRequest, Unit
from storage.text import search_key
from storage.users import end_collaborations_in

RANKS: Final = ("user", "unit_coordinator", "body_coordinator", "administrator")


@dataclass(frozen=True, slots=True)
class Wish:
    """`body_name`: typed, where no body is known (E1-11)."""

    role: str
    body_name: str
    unit: str | None
    telephone: str
    purpose: str


@dataclass(frozen=True, slots=True)
class OwnRequest:
    id: RequestId
    role: str
    body_name: str
    unit_name: str | None
    telephone: str
    purpose: str
    state: str
    created_ms: int
    changed_ms: int


class UnitNeeded(WrongState):
    """A request for the coordination of a unit names one where the body has any (E2-48)."""

    code = "unit_needed"


class BodyNeeded(WrongState):
    code = "body_needed"


class OwnRoles:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def of(self, user: str) -> list[OwnRequest]:
        """Newest first."""
        query = (
            select(RoleRequest, Body.name, Unit.name)
            .outerjoin(Body, Body.id == RoleRequest.body_id)
            .outerjoin(Unit, Unit.id == RoleRequest.unit_id)
            .where(RoleRequest.user_id == user)
            .order_by(RoleRequest.created_ms.desc(), RoleRequest.id)
        )
        async with self._db.read() as session:
            return [_request(row, body, unit) for row, body, unit in await session.execute(query)]

    async def ask(self, user: str, wish: Wish, *, now_ms: int) -> OwnRequest:
        """One at a time, and upwards. Whoever decides is told by mail. Raises WrongState, UnitNeeded, BodyNeeded;
        NotFound for a unit of another body."""
        async with self._db.write() as session:
            row = await session.get(User, user, with_for_update=True)
            assert row is not None, "the caller is signed in"
            if RANKS.index(wish.role) <= RANKS.index(row.role):
                raise WrongState("ask for a role above your own")
            open_one = select(RoleRequest.id).where(RoleRequest.user_id == user, RoleRequest.state == "new")
            if (await session.scalars(open_one)).first() is not None:
                raise WrongState("a request is waiting already")
            body = await _body(session, row, wish)
            unit = await _unit(session, body, wish)
            request = RoleRequest(
                id=new_id(),
                user_id=user,
                role=wish.role,
                body_id=None if body is None else body.id,
                body_name=wish.body_name if body is None else body.name,
                unit_id=None if unit is None else unit.id,
                telephone=wish.telephone,
                purpose=wish.purpose,
                state="new",
                created_ms=now_ms,
                changed_ms=now_ms,
            )
            session.add(request)
            await session.flush()
            await _tell(session, request, now_ms)
            act = Act(by_user(user), "role_requested", "user", user, {"role": wish.role, "request": request.id})
            await self._audit.record_in(session, act, at_ms=now_ms)
            return _request(request, None if body is None else body.name, None if unit is None else unit.name)

    async def withdraw(self, user: str, request: str, *, now_ms: int) -> None:
        """Raises NotFound; WrongState once it is decided."""
        async with self._db.write() as session:
            row = await session.get(RoleRequest, request, with_for_update=True)
            if row is None or row.user_id != user:
                raise NotFound("no such request")
            if row.state != "new":
                raise WrongState("this request is decided")
            row.state, row.changed_ms = "withdrawn", now_ms
            act = Act(by_user(user), "role_request_withdrawn", "user", user, {"role": row.role, "request": row.id})
            await self._audit.record_in(session, act, at_ms=now_ms)

    async def step_down(self, user: str, role: str, *, now_ms: int) -> None:
        """Raises WrongState upwards, and for the last administrator."""
        async with self._db.write() as session:
            row = await session.get(User, user, with_for_update=True)
            assert row is not None, "the caller is signed in"
            if RANKS.index(role) >= RANKS.index(row.role):
                raise WrongState("that is not below your role")
            await keep_an_administrator_in(session, row)
            before, row.role = row.role, role
            if role == "user":
                await end_collaborations_in(session, user)
            act = Act(by_user(user), "role_changed", "user", user, {"from": before, "to": role})
            await self._audit.record_in(session, act, at_ms=now_ms)


class LastAdministrator(WrongState):
    """Nobody would be left who may make another."""

    code = "last_administrator"


async def keep_an_administrator_in(session: AsyncSession, row: User) -> None:
    if row.role != "administrator":
        return
    await one_at_a_time(session, "administrators")  # of the last two, one
    if await administrators_in(session) <= 1:
        raise LastAdministrator("another administrator is needed first")


async def _body(session: AsyncSession, row: User, wish: Wish) -> Body | None:
    if row.body_id is not None:
        return await session.get(Body, row.body_id)
    if not wish.body_name:
        raise BodyNeeded("name the body")
    return (await session.scalars(select(Body).where(Body.name_key == search_key(wish.body_name)))).one_or_none()


async def _unit(session: AsyncSession, body: Body | None, wish: Wish) -> Unit | None:
    if wish.unit is not None:
        unit = await session.get(Unit, wish.unit)
        if unit is None or body is None or unit.body_id != body.id:
            raise NotFound("no such unit")
        return unit
    if wish.role == "unit_coordinator" and body is not None:
        any_unit = select(Unit.id).where(Unit.body_id == body.id).limit(1)
        if (await session.scalars(any_unit)).first() is not None:
            raise UnitNeeded("choose the unit")
    return None


async def _tell(session: AsyncSession, request: RoleRequest, now_ms: int) -> None:
    """The Body Coordinators of the body; where there is none, the administrators."""
    active = select(User.id).where(User.state == "active", User.id != request.user_id)
    of_body = active.where(User.body_id == request.body_id, User.role == "body_coordinator")
    found = (await session.scalars(of_body)).all() if request.body_id is not None else []
    for user in found or (await session.scalars(active.where(User.role == "administrator"))).all():
        cause = f"role_request/{request.id}/{user}"
        await put_in(
            session, cause, "role_request_new", {"request": request.id}, due_ms=now_ms, recipient=f"user:{user}"
        )


def _request(row: RoleRequest, body: str | None, unit: str | None) -> OwnRequest:
    return OwnRequest(
        RequestId(row.id),
        row.role,
        row.body_name if body is None else body,
        unit,
        row.telephone,
        row.purpose,
        row.state,
        row.created_ms,
        row.changed_ms,
    )
