"""People one may want to invite again: whom one invited before, and the accounts of one's body (S-6)."""

from dataclasses import dataclass

from sqlalchemy import Select, or_, select

from storage.base import Database
from storage.records import UserRecord
from storage.tables import Conference, Invitee, User
from storage.tables_accounts import Group, GroupMember
from storage.text import email_key, search_key

MOST = 20
_LOOKED_AT = 2000  # of one's own last invitations


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    email: str | None
    telephone: str | None


class Contacts:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, viewer: UserRecord, words: str) -> list[Contact]:
        """At most 20; the newest of one's own first, then colleagues by name."""
        wanted = search_key(words).split()
        found: dict[str, Contact] = {}
        async with self._db.read() as session:
            recent = (
                select(Conference.id)
                .where(Conference.owner_id == viewer.id)
                .order_by(Conference.created_ms.desc())
                .limit(200)
            )
            reachable = or_(Invitee.email_key.is_not(None), Invitee.telephone.is_not(None))
            own = (
                select(Invitee)
                .where(Invitee.conference_id.in_(recent), reachable)
                .order_by(Invitee.created_ms.desc())
                .limit(_LOOKED_AT)
            )
            for row in await session.scalars(own):
                if all(word in search_key(row.name, row.email or "") for word in wanted):
                    key = row.email_key or str(row.telephone)
                    found.setdefault(key, Contact(row.name, row.email, row.telephone))
            if viewer.body is not None and len(found) < MOST:
                for user in await session.scalars(_colleagues(viewer, wanted)):
                    if user.email is not None:
                        found.setdefault(email_key(user.email), Contact(user.name, user.email, user.telephone or None))
        return list(found.values())[:MOST]

    async def members(self, owner: str, group: str) -> list[Contact] | None:
        """Of one of the owner's own groups (E2-88), at their first addresses. Whoever knows an address may put its
        account into a group, so telephone numbers are colleagues' alone. None: no such group of theirs."""
        async with self._db.read() as session:
            row = await session.get(Group, group)
            if row is None or row.owner_id != owner:
                return None
            query = (
                select(User)
                .join(GroupMember, GroupMember.user_id == User.id)
                .where(GroupMember.group_id == group, User.state != "deleted")
                .order_by(User.search_key)
            )
            body = (await session.get_one(User, owner)).body_id
            return [_contact(user, body) for user in await session.scalars(query)]


def _contact(user: User, body: str | None) -> Contact:
    colleague = body is not None and user.body_id == body
    return Contact(user.name, user.email, user.telephone if colleague and user.telephone else None)


def _colleagues(viewer: UserRecord, words: list[str]) -> Select[User]:
    query = select(User).where(
        User.body_id == viewer.body, User.state == "active", User.email.is_not(None), User.id != viewer.id
    )
    for word in words:
        in_name = User.search_key.contains(word, autoescape=True)
        query = query.where(or_(in_name, User.email_key.contains(word, autoescape=True)))
    return query.order_by(User.search_key).limit(MOST)
