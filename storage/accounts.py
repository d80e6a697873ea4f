"""What people keep about themselves: profile, place in the organisation, acceptance of the terms, the account's state.

The state machine is storage/account_states.py; addresses, proofs and sign-ins on their way have files of their own.
"""

from dataclasses import dataclass

from sqlalchemy import select

from storage.base import Database
from storage.records import UserRecord
from storage.secrets import Secrets
from storage.tables_accounts import Body, Unit


@dataclass(frozen=True, slots=True)
class Named:
    """A body or a unit, by id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the organisation somebody is."""

    body: Named | None = None
    unit: Named | None = None


class Accounts:
    def __init__(self, db: Database, keys: Secrets) -> None:
        self._db = db
        self._keys = keys

    async def place(self, user: UserRecord) -> Place:
        if user.body is None:
            return Place()
        query = (
            select(Body.id, Body.name, Unit.id, Unit.name)
            .outerjoin(Unit, (Unit.body_id == Body.id) & (Unit.id == user.unit))
            .where(Body.id == user.body)
        )
        async with self._db.read() as session:
            found = (await session.execute(query)).one_or_none()
        if found is None:
            return Place()
        body, body_name, unit, unit_name = found
        return Place(Named(body, body_name), None if unit is None else Named(unit, unit_name))
