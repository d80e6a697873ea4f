"""The lists of conferences that somebody sees, page by page, and what each conference is to them.

Four ways lead to a conference: one owns it, its owner made one a collaborator (E2-52), it is held for the body that one
coordinates (E2-15), or one is invited (E0-33). Each way is a query over an index of its own; their union is counted,
ordered and cut, so that a page costs the same few queries whatever there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Database
from storage.conferences import GRACE_MS
from storage.ids import ConferenceId, UserId
from storage.records import ConferenceRecord, UserRecord
from storage.tables import Conference, Invitee, User
from storage.tables_accounts import Collaboration, Unit
from storage.text import search_key


class Way(StrEnum):
    """What a conference is to somebody; the first that is true counts."""

    OWNER = "owner"
    COLLABORATOR = "collaborator"
    BODY = "body"
    INVITED = "invited"


_ORDER = list(Way)


class Which(StrEnum):
    CURRENT = "current"
    FUTURE = "future"
    POSTPONED = "postponed"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked for. `today_ends_ms`: in the viewer's zone. `day`: start and end of a chosen day, or None."""

    which: Which
    now_ms: int
    today_ends_ms: int
    day: tuple[int, int] | None = None
    words: str = ""
    offset: int = 0
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list (E2-108)."""

    id: ConferenceId
    title: str
    kind: str
    starts_ms: int
    ends_ms: int
    time_zone: str
    coordinator: str
    unit: str | None  # on whose behalf, beside the body
    owner: UserId
    participants: int
    record: bool
    opens_before_ms: int
    ended_ms: int | None
    postponed_ms: int | None
    cancelled_ms: int | None
    way: Way
    moderator: bool
    rsvp: str | None  # of the viewer's own invitation


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Listed, ...]
    total: int


class ConferenceLists:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(self, viewer: UserRecord, look: Look) -> Listing:
        """Four queries, whatever is found."""
        asked = _asked(look)
        ways = union_all(*(query.where(*asked) for query in _ways(viewer))).subquery()
        found = select(ways.c.id, func.min(ways.c.way).label("way"), func.min(ways.c.at).label("at"))
        found = found.group_by(ways.c.id)
        newest_first = look.which in (Which.HISTORY, Which.POSTPONED)
        async with self._db.read() as session:
            total = (await session.execute(select(func.count()).select_from(found.subquery()))).scalar_one()
            order = found.subquery()
            at = order.c.at.desc() if newest_first else order.c.at
            cut = select(order.c.id, order.c.way).order_by(at, order.c.id).offset(look.offset).limit(look.limit)
            picked = [(str(id), int(way)) for id, way in await session.execute(cut)]
            return Listing(tuple(await _rows(session, viewer, picked)), total)

    async def way(self, viewer: UserRecord, conference: ConferenceRecord) -> Way | None:
        """What that conference is to the viewer; None: nothing."""
        if conference.owner == viewer.id:
            return Way.OWNER
        async with self._db.read() as session:
            collaborates = select(Collaboration.owner_id).where(
                Collaboration.owner_id == conference.owner,
                Collaboration.collaborator_id == viewer.id,
                Collaboration.accepted_ms.is_not(None),
            )
            if (await session.execute(collaborates)).first() is not None:
                return Way.COLLABORATOR
            if viewer.role == "body_coordinator" and viewer.body is not None and conference.body == viewer.body:
                return Way.BODY
            invited = select(Invitee.id).where(Invitee.user_id == viewer.id, Invitee.conference_id == conference.id)
            return Way.INVITED if (await session.execute(invited)).first() is not None else None


def _ways(viewer: UserRecord) -> list[Any]:
    def by(way: Way) -> Any:
        return select(
            Conference.id.label("id"), literal(_ORDER.index(way)).label("way"), Conference.starts_ms.label("at")
        )

    found = [
        by(Way.OWNER).where(Conference.owner_id == viewer.id),
        by(Way.COLLABORATOR)
        .join(Collaboration, Collaboration.owner_id == Conference.owner_id)
        .where(Collaboration.collaborator_id == viewer.id, Collaboration.accepted_ms.is_not(None)),
        by(Way.INVITED).join(Invitee, Invitee.conference_id == Conference.id).where(Invitee.user_id == viewer.id),
    ]
    if viewer.role == "body_coordinator" and viewer.body is not None:
        found.append(by(Way.BODY).where(Conference.body_id == viewer.body))
    return found


def _asked(look: Look) -> list[ColumnElement[bool]]:
    c = Conference
    gone = or_(c.ended_ms.is_not(None), c.cancelled_ms.is_not(None))
    # H-31: a reservation that has lapsed stays in sight for an hour.
    lapsed = or_(
        and_(c.kind != "reservation", c.expires_ms <= look.now_ms),
        and_(c.kind == "reservation", c.expires_ms <= look.now_ms - GRACE_MS),
    )
    found: list[ColumnElement[bool]] = [c.deleted_ms.is_(None)]
    match look.which:
        case Which.POSTPONED:
            found += [c.postponed_ms.is_not(None), ~gone]
        case Which.HISTORY:
            found += [or_(gone, and_(c.postponed_ms.is_(None), lapsed))]
        case Which.CURRENT:
            found += [~gone, c.postponed_ms.is_(None), ~lapsed, c.expires_ms > look.now_ms - GRACE_MS]  # by an index
            found += [] if look.day else [c.starts_ms < look.today_ends_ms]
        case Which.FUTURE:
            found += [~gone, c.postponed_ms.is_(None), c.starts_ms >= look.today_ends_ms]
    if look.day is not None:
        found += [c.starts_ms < look.day[1], c.expires_ms > look.day[0]]
    found += [c.search_key.contains(word, autoescape=True) for word in search_key(look.words).split()]
    return found


async def _rows(session: AsyncSession, viewer: UserRecord, picked: Sequence[tuple[str, int]]) -> list[Listed]:
    ids = [id for id, _ in picked]
    if not ids:
        return []
    query = select(Conference, User.name, Unit.name).join(User, User.id == Conference.owner_id)
    query = query.outerjoin(Unit, Unit.id == Conference.unit_id).where(Conference.id.in_(ids))
    rows = {row.id: (row, name, unit) for row, name, unit in await session.execute(query)}
    counting = select(Invitee.conference_id, func.count()).where(Invitee.conference_id.in_(ids))
    counts = {str(id): int(count) for id, count in await session.execute(counting.group_by(Invitee.conference_id))}
    mine = select(Invitee).where(Invitee.user_id == viewer.id, Invitee.conference_id.in_(ids))
    own = {row.conference_id: row for row in await session.scalars(mine)}
    return [_listed(*rows[id], counts.get(id, 0), _ORDER[way], own.get(id)) for id, way in picked if id in rows]


def _listed(
    row: Conference, coordinator: str, unit: str | None, participants: int, way: Way, own: Invitee | None
) -> Listed:
    return Listed(
        id=ConferenceId(row.id),
        title=row.title,
        kind=row.kind,
        starts_ms=row.starts_ms,
        ends_ms=row.expires_ms,
        time_zone=row.time_zone,
        coordinator=coordinator,
        unit=unit,
        owner=UserId(row.owner_id),
        participants=participants,
        record=row.record,
        opens_before_ms=row.opens_before_ms,
        ended_ms=row.ended_ms,
        postponed_ms=row.postponed_ms,
        cancelled_ms=row.cancelled_ms,
        way=way,
        moderator=own is not None and own.moderator,
        rsvp=None if own is None else own.rsvp,
    )
