"""Groups of accounts that a coordinator keeps, to invite together (E2-85 to E2-99). A group is its owner's alone
(E2-88): every method asks whose it is, and somebody else's is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_states import State
from storage.base import Database, insert_into, one_at_a_time
from storage.errors import NotCompleted, NotFound, WrongState
from storage.ids import GroupId, UserId, new_id
from storage.records import ConferenceRecord
from storage.tables import Entry, Invitee, User
from storage.tables_accounts import Group, GroupMember
from storage.text import email_key

MAX_GROUPS = 200
MAX_MEMBERS = 1000


@dataclass(frozen=True, slots=True)
class GroupRecord:
    id: GroupId
    owner: UserId
    name: str
    description: str
    created_ms: int
    members: int


@dataclass(frozen=True, slots=True)
class Member:
    id: UserId
    name: str
    email: str | None


class Groups:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(self, owner: str, *, offset: int, limit: int) -> tuple[list[GroupRecord], int]:
        """Newest first, with the number of members (E2-94)."""
        async with self._db.read() as session:
            counting = select(func.count()).select_from(Group).where(Group.owner_id == owner)
            total = (await session.execute(counting)).scalar_one()
            query = select(Group).where(Group.owner_id == owner).order_by(Group.created_ms.desc(), Group.id)
            rows = (await session.scalars(query.offset(offset).limit(limit))).all()
            counts = await _counts(session, [row.id for row in rows])
            return [_group(row, counts.get(row.id, 0)) for row in rows], total

    async def get(self, group: str) -> GroupRecord | None:
        async with self._db.read() as session:
            row = await session.get(Group, group)
            return None if row is None else _group(row, (await _counts(session, [group])).get(group, 0))

    async def members(self, group: str) -> list[Member]:
        """By name."""
        query = (
            select(User)
            .join(GroupMember, GroupMember.user_id == User.id)
            .where(GroupMember.group_id == group, User.state != State.DELETED)
            .order_by(User.search_key, User.id)
        )
        async with self._db.read() as session:
            return [_member(row) for row in await session.scalars(query)]

    async def create(
        self, owner: str, name: str, description: str, *, members: Sequence[str] = (), now_ms: int
    ) -> GroupRecord:
        """`members`: account ids. Raises WrongState when there are too many."""
        async with self._db.write() as session:
            await one_at_a_time(session, f"groups/{owner}")
            counting = select(func.count()).select_from(Group).where(Group.owner_id == owner)
            if (await session.execute(counting)).scalar_one() >= MAX_GROUPS or len(members) > MAX_MEMBERS:
                raise WrongState("too many groups or members")
            row = Group(id=new_id(), owner_id=owner, name=name, description=description, created_ms=now_ms)
            session.add(row)
            await session.flush()
            session.add_all(GroupMember(group_id=row.id, user_id=user, added_ms=now_ms) for user in members)
            return _group(row, len(members))

    async def change(self, group: str, *, name: str | None, description: str | None) -> None:
        """E2-96. Raises NotFound."""
        async with self._db.write() as session:
            row = await _row(session, group)
            row.name = row.name if name is None else name
            row.description = row.description if description is None else description

    async def delete(self, group: str) -> None:
        """E2-99. Raises NotFound."""
        async with self._db.write() as session:
            await session.delete(await _row(session, group))

    async def account(self, email: str) -> Member | None:
        """Whose first address this is: the name is shown before somebody is added (E2-98)."""
        query = select(User).where(User.email_key == email_key(email), User.state == State.ACTIVE)
        async with self._db.read() as session:
            row = (await session.scalars(query)).one_or_none()
            return None if row is None else _member(row)

    async def add(self, group: str, user: str, *, now_ms: int) -> None:
        """Twice is no error. Raises NotFound; WrongState when it is full."""
        async with self._db.write() as session:
            await _row(session, group)
            if (await _counts(session, [group])).get(group, 0) >= MAX_MEMBERS:
                raise WrongState("too many members")
            row = {"group_id": group, "user_id": user, "added_ms": now_ms}
            insert = insert_into(session, GroupMember).values(**row)
            await session.execute(insert.on_conflict_do_nothing(index_elements=["group_id", "user_id"]))

    async def remove(self, group: str, user: str) -> None:
        """E2-97. Raises NotFound."""
        async with self._db.write() as session:
            row = await session.get(GroupMember, (group, user))
            if row is None:
                raise NotFound("no such member")
            await session.delete(row)

    async def from_conference(
        self, owner: str, conference: ConferenceRecord, name: str, description: str, *, now_ms: int
    ) -> GroupRecord:
        """Everybody who was invited or came, with an account; guests have none (E2-89, E2-90). The owner of the group
        is not in it. Raises NotCompleted (E2-93)."""
        if conference.over(now_ms) not in ("ended", "expired"):
            raise NotCompleted("the conference is not over yet")
        invited = select(Invitee.user_id).where(Invitee.conference_id == conference.id, Invitee.user_id.is_not(None))
        came = select(Entry.user_id).where(Entry.conference_id == conference.id, Entry.user_id.is_not(None))
        async with self._db.read() as session:
            ids = {*(await session.scalars(invited)), *(await session.scalars(came))} - {owner, None}
            there = select(User.id).where(User.id.in_(ids), User.state == State.ACTIVE).order_by(User.search_key)
            users = [str(user) for user in await session.scalars(there)]
        return await self.create(owner, name, description, members=users[:MAX_MEMBERS], now_ms=now_ms)


async def _row(session: AsyncSession, group: str) -> Group:
    row = await session.get(Group, group)
    if row is None:
        raise NotFound("no such group")
    return row


async def _counts(session: AsyncSession, groups: Sequence[str]) -> dict[str, int]:
    query = (
        select(GroupMember.group_id, func.count())
        .where(GroupMember.group_id.in_(groups))
        .group_by(GroupMember.group_id)
    )
    return {str(group): int(count) for group, count in await session.execute(query)}


def _group(row: Group, members: int) -> GroupRecord:
    return GroupRecord(GroupId(row.id), UserId(row.owner_id), row.name, row.description, row.created_ms, members)


def _member(row: User) -> Member:
    return Member(UserId(row.id), row.name, row.email)
