"""Reading the audit log: searched by person, act, object and days, page by page or as a whole, and what the ids in its
rows are called now. Writing and verifying are in storage/audit.py.

Each search goes along an index of its own and stops at `MOST_FOUND` rows. A name is read when it is shown: the log has
ids alone, and what was deleted has no name any more.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, false, func, literal, select, tuple_, union, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from storage.account_deletion import GONE
from storage.account_states import State
from storage.audit import Audit, AuditRecord, as_record, by_user
from storage.base import Database
from storage.interfaces import JsonValue
from storage.tables import Conference, Invitee, Participation, Session, User
from storage.tables_accounts import AuditEntry, Body, ExtraEmail, Unit
from storage.tables_recordings import Recording
from storage.text import email_key, search_key

MOST_FOUND: Final = 10_000
"""So many of a search are counted and shown; an export has all."""
MOST_PEOPLE: Final = 50
"""More are not looked for: whoever types one letter means nobody yet."""
CHUNK: Final = 500
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked for; what is not given does not narrow. `words`: the beginning of somebody's name or surname, or
    the whole address, who did it or whose account it was done to. `actor`: exactly as in the row. `span_ms`: from,
    until."""

    words: str = ""
    actor: str | None = None
    action: str | None = None
    object: tuple[str, str] | None = None  # kind, id
    span_ms: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`more`: there are more than `total`. `crowd`: so many people are called like that that nobody was looked for."""

    rows: list[AuditRecord]
    total: int
    more: bool = False
    crowd: bool = False


Names = Mapping[tuple[str, str], str]
"""(kind, id) -> what it is called now. Kinds: those of objects, and invitee, email, participant (id: conference/id)."""


class AuditLook:
    def __init__(self, db: Database, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def find(self, look: Look, *, offset: int, limit: int) -> Found:
        """Newest first."""
        if look == Look():
            rows, total = await self._audit.page(offset=offset, limit=limit)
            return Found(rows, total)
        async with self._db.read() as session:
            people = await _people(session, look.words)
            if people is None:
                return Found([], 0, crowd=True)
            found = _found(look, people, None, MOST_FOUND + 1)
            total = (await session.execute(select(func.count()).select_from(found))).scalar_one()
            here = max(0, min(limit, MOST_FOUND - offset))
            cut = select(found.c.seq).order_by(found.c.at_ms.desc(), found.c.seq.desc()).offset(offset).limit(here)
            seqs = (await session.scalars(cut)).all()
            rows = await self._rows(session, seqs)
        return Found(rows, min(total, MOST_FOUND), more=total > MOST_FOUND)

    async def walk(self, look: Look) -> AsyncIterator[list[AuditRecord]]:
        """Everything that is found, newest first, some hundred rows at a time; without what is written meanwhile."""
        before: tuple[int, int] | None = None
        async with self._db.read() as session:
            people = await _people(session, look.words)
        while people is not None:
            async with self._db.read() as session:
                found = _found(look, people, before, CHUNK)
                cut = select(found.c.at_ms, found.c.seq).order_by(found.c.at_ms.desc(), found.c.seq.desc()).limit(CHUNK)
                places = (await session.execute(cut)).all()
                rows = await self._rows(session, [seq for _, seq in places])
            if rows:
                yield rows
            if len(places) < CHUNK:
                return
            before = (places[-1].at_ms, places[-1].seq)

    async def names(self, rows: Sequence[AuditRecord]) -> Names:
        """Of everything that these rows name. One query, however many rows and kinds."""
        wanted = _wanted(rows)
        async with self._db.read() as session:
            found = (await session.execute(_named(wanted))).all()
        return {(kind, id): name for kind, id, name in found if name != GONE}

    async def _rows(self, session: AsyncSession, seqs: Sequence[int]) -> list[AuditRecord]:
        found = {row.seq: row for row in await session.scalars(select(AuditEntry).where(AuditEntry.seq.in_(seqs)))}
        return [as_record(found[seq]) for seq in seqs]


async def _people(session: AsyncSession, words: str) -> list[str] | None:
    """Who is called so: three ways, an index for each. None: too many. Empty: nobody was asked for."""
    if not words.strip():
        return []
    key = search_key(words)
    bytewise = session.get_bind().dialect.name == "postgresql"
    ways = [_begins(User.search_key, key, bytewise), _begins(User.surname_key, key, bytewise)]
    ways.append(User.email_key == email_key(words))
    parts = [select(User.id).where(each).limit(MOST_PEOPLE + 1) for each in ways]
    ids = (await session.scalars(select(union(*(select(part.subquery()) for part in parts)).subquery().c.id))).all()
    return None if len(ids) > MOST_PEOPLE else [*ids, ""]  # nobody is somebody that no row names


def _begins(column: Any, key: str, bytewise: bool) -> ColumnElement[bool]:
    """By bytes, whatever order a Postgres has for words; its index is one of text_pattern_ops."""
    if not key:
        return false()
    least, most = ("~>=~", "~<~") if bytewise else (">=", "<")
    return and_(column.bool_op(least)(key), column.bool_op(most)(key + _LAST))


def _found(look: Look, people: list[str], before: tuple[int, int] | None, limit: int) -> Subquery:
    """(at_ms, seq) of the newest `limit`. Each person's acts, and what was done to each account, are a query of their
    own, which an index answers in order: so none reads more than that, however much there is of somebody."""
    given: list[ColumnElement[bool]] = []
    if look.actor is not None:
        given.append(AuditEntry.actor == look.actor)
    if look.action is not None:
        given.append(AuditEntry.action == look.action)
    if look.object is not None:
        given += [AuditEntry.object_kind == look.object[0], AuditEntry.object_id == look.object[1]]
    if look.span_ms is not None:
        given += [AuditEntry.at_ms >= look.span_ms[0], AuditEntry.at_ms < look.span_ms[1]]
    if before is not None:
        given.append(tuple_(AuditEntry.at_ms, AuditEntry.seq) < before)
    if not people:
        return _newest(given, limit).subquery()
    ways: list[list[ColumnElement[bool]]] = [[AuditEntry.actor == by_user(each)] for each in people]
    ways += [[AuditEntry.object_kind == "user", AuditEntry.object_id == each] for each in people]
    either = union(*(select(_newest([*way, *given], limit).subquery()) for way in ways)).subquery()
    return select(either).order_by(either.c.at_ms.desc(), either.c.seq.desc()).limit(limit).subquery()


def _newest(given: list[ColumnElement[bool]], limit: int) -> Select[int, int]:
    query = select(AuditEntry.at_ms, AuditEntry.seq).where(*given)
    return query.order_by(AuditEntry.at_ms.desc(), AuditEntry.seq.desc()).limit(limit)


def _wanted(rows: Sequence[AuditRecord]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for row in rows:
        for kind, id in named_in(row):
            wanted.setdefault(kind, set()).add(id)
    return wanted


def named_in(row: AuditRecord) -> list[tuple[str, str]]:
    """Kind and id of whatever the row names."""
    details = row.details
    found = [(row.kind, row.object)]
    if row.actor.startswith("user:"):
        found.append(("user", row.actor.removeprefix("user:")))
    if row.actor.startswith("participant:"):
        found.append(("participant", f"{row.object}/{row.actor.removeprefix('participant:')}"))
    found += [("user", each) for each in _texts(details.get("of"))]
    found += [("email", each) for each in _texts(details.get("email"))]
    found += [("invitee", each) for key in ("invitee", "invitees") for each in _texts(details.get(key))]
    for key in ("participants", "banned"):
        found += [("participant", f"{row.object}/{each}") for each in _texts(details.get(key))]
    return found


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, Sequence) else []


def _named(wanted: Mapping[str, set[str]]) -> Select[Any]:
    def ids(kind: str) -> set[str]:
        return wanted.get(kind, set()) or {""}

    def part(kind: str, table: Any, name: Any, *more: ColumnElement[bool]) -> Select[Any]:
        columns = (literal(kind).label("kind"), table.id.label("id"), name.label("name"))
        return select(*columns).where(table.id.in_(ids(kind)), *more)

    places = [each.partition("/") for each in ids("participant")]
    in_room = (
        select(
            literal("participant"),
            Session.conference_id.concat("/").concat(Participation.participant),
            func.max(Participation.name),
        )
        .join(Participation, Participation.session_id == Session.id)
        .where(
            Session.conference_id.in_({conference for conference, _, _ in places}),
            Participation.participant.in_({participant for _, _, participant in places}),
        )
        .group_by(Session.conference_id, Participation.participant)
    )
    parts = (
        part("user", User, User.name, User.state != State.DELETED),
        part("conference", Conference, Conference.title, Conference.deleted_ms.is_(None)),
        part("recording", Recording, Recording.title),
        part("body", Body, Body.name),
        part("unit", Unit, Unit.name),
        part("invitee", Invitee, Invitee.name),
        part("email", ExtraEmail, ExtraEmail.email),
        in_room,
    )
    found = union_all(*parts).subquery()
    return select(found)
