"""Conferences and what opens them: two links, a number, a PIN and an ADMIN PIN (H-13)."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import notices
from storage.audit import SERVER, Act, Audit
from storage.base import Database, one_at_a_time, repeatable
from storage.errors import NotFound, NumbersExhausted, TooManyRooms, WrongState
from storage.ids import BodyId, ConferenceId, InviteeId, UnitId, UserId, new_id
from storage.interfaces import JsonValue
from storage.records import ConferencePlan, ConferenceRecord, ConferenceSettings, Door, SessionDate
from storage.secrets import Secrets
from storage.tables import Conference, ConferenceSecret, Invitee, PlannedSession, RoomEvent, User
from storage.text import search_key

NUMBER_DIGITS = 6
PIN_DIGITS = 9  # PIN and ADMIN PIN: one length, set here alone
LINK_BYTES = 18  # 144 bits
DAY_MS = 24 * 3600 * 1000
MAX_ROOMS = 3  # H-29
GRACE_MS = 3600 * 1000  # H-31
_NUMBER_TRIES = 50
_SETTINGS = tuple(field.name for field in fields(ConferenceSettings) if field.name != "record")
_PLANNED = (
    *("starts_ms", "expires_ms", "postponed_ms", "time_zone", "language", "unit_id"),
    *("short_notice", "sms_invite", "sms_reminder"),
)

PARTICIPANT_LINK = "participant_link"
MODERATOR_LINK = "moderator_link"
PIN = "pin"
ADMIN_PIN = "admin_pin"


class Conferences:
    """Deleted conferences are gone for every method here; their sessions and recordings stay. `by` None: the act is in
    the audit log already, as one in the room."""

    def __init__(self, db: Database, keys: Secrets, audit: Audit) -> None:
        self._db = db
        self._keys = keys
        self._audit = audit

    @repeatable
    async def create(
        self,
        owner: str,
        settings: ConferenceSettings,
        *,
        now_ms: int,
        plan: ConferencePlan | None = None,
        by: str | None = None,
    ) -> ConferenceRecord:
        """Without a plan: now, for a day. Raises NumbersExhausted; TooManyRooms (H-29)."""
        conference = new_id()
        plan = plan or ConferencePlan("instant", now_ms, now_ms + DAY_MS)
        pin = _digits(PIN_DIGITS)
        while (admin_pin := _digits(PIN_DIGITS)) == pin:
            pass
        doors = {
            PARTICIPANT_LINK: secrets.token_urlsafe(LINK_BYTES),
            MODERATOR_LINK: secrets.token_urlsafe(LINK_BYTES),
            PIN: pin,
            ADMIN_PIN: admin_pin,
        }
        async with self._db.write() as session:
            await _room_left(session, owner, plan, now_ms)
            row = Conference(
                id=conference,
                owner_id=owner,
                created_ms=now_ms,
                held=False,
                number=await _free_number(session, now_ms),
                body_id=plan.body,
            )
            _write(row, settings, plan, now_ms)
            session.add(row)
            await session.flush()
            session.add_all(_new_sessions(conference, plan.sessions))
            session.add_all(self._sealed(row, kind, text) for kind, text in doors.items())
            await self._noted(session, by, "conference_created", row.id, now_ms, {"record": settings.record})
            return _record(row, doors)

    async def get(self, conference: str) -> ConferenceRecord | None:
        return await self._one(Conference.id == conference)

    async def by_number(self, number: str) -> ConferenceRecord | None:
        return await self._one(Conference.number == number)

    async def by_number_and_pin(self, number: str, pin: str) -> Door | None:
        """One look-up by a keyed hash of both: a number that is not there costs what a wrong PIN costs."""
        lookup = self._keys.keyed_hash("pin", f"{number}/{pin}")
        return await self._door(lookup, (PIN, ADMIN_PIN))

    async def by_link(self, secret: str) -> Door | None:
        """By a participant's, a moderator's or an invitee's link."""
        lookup = self._keys.keyed_hash("link", secret)
        door = await self._door(lookup, (PARTICIPANT_LINK, MODERATOR_LINK))
        return door if door is not None else await self._invitees_door(lookup)

    async def update(
        self,
        conference: str,
        settings: ConferenceSettings,
        *,
        now_ms: int,
        plan: ConferencePlan | None = None,
        by: str = SERVER,
    ) -> ConferenceRecord:
        """Whoever is invited is told of what they would miss; a plan gives a postponed one its new date. Raises
        NotFound; WrongState once it is over."""
        async with self._db.write() as session:
            row = await _row(session, conference)
            over = row.ended_ms is not None or row.cancelled_ms is not None
            if over or (now_ms >= row.expires_ms and row.postponed_ms is None):
                raise WrongState("the conference is over")
            before, recorded = _facts(row), row.record
            _write(row, settings, plan, now_ms)
            moved = False
            if plan is not None:
                row.postponed_ms = None
                moved = await _move_sessions(session, conference, plan.sessions)
            await notices.changed(session, conference, now_ms)
            found = (await self._records(session, Conference.id == conference))[0]
            changed: list[JsonValue] = [name for name, value in _facts(row).items() if value != before[name]]
            if changed or moved:
                details: dict[str, JsonValue] = {"fields": changed + ["sessions"] * moved}
                await self._noted(session, by, "conference_changed", conference, now_ms, details)
            if row.record != recorded:
                await self._noted(session, by, "record_changed", conference, now_ms, {"record": row.record})
            return found

    async def postpone(self, conference: str, *, now_ms: int, by: str | None = None) -> None:
        """Decision 9: out of the calendar until it gets a new date. Raises NotFound, WrongState."""
        async with self._db.write() as session:
            row = await _open_row(session, conference, now_ms)
            if row.postponed_ms is None:
                row.postponed_ms = row.changed_ms = now_ms
                await notices.postponed(session, conference, now_ms)
                await self._noted(session, by, "conference_postponed", conference, now_ms)

    async def cancel(self, conference: str, *, now_ms: int, by: str = SERVER) -> None:
        """Final; everybody who is invited is told. Raises NotFound, WrongState once it is over."""
        async with self._db.write() as session:
            row = await _row(session, conference)
            if row.cancelled_ms is not None:
                return
            if row.ended_ms is not None or (now_ms >= row.expires_ms and row.postponed_ms is None):
                raise WrongState("the conference is over")
            await notices.cancelled(session, conference, now_ms)
            row.cancelled_ms = row.changed_ms = now_ms
            await self._noted(session, by, "conference_cancelled", conference, now_ms)

    async def extend(self, conference: str, ends_ms: int, *, now_ms: int, by: str | None = None) -> None:
        """A running meeting goes on longer (decision 2). Raises NotFound, WrongState."""
        async with self._db.write() as session:
            row = await _open_row(session, conference, now_ms)
            row.expires_ms = max(row.expires_ms, ends_ms)
            row.changed_ms = now_ms
            await self._noted(session, by, "conference_extended", conference, now_ms, {"ends_at": row.expires_ms})

    async def sessions_of(self, conference: str) -> list[SessionDate]:
        """The dates within a reservation, in order."""
        async with self._db.read() as session:
            rows = await session.scalars(notices.sessions_of(conference))
            return [SessionDate(row.id, row.starts_ms, row.ends_ms) for row in rows]

    async def end(self, conference: str, at_ms: int, *, by: str | None = None) -> bool:
        """Final. False if it had ended before. `by`: who did it from outside of the room. Raises NotFound."""
        async with self._db.write() as session:
            row = await _row(session, conference)
            if row.ended_ms is not None:
                return False
            row.ended_ms = row.changed_ms = at_ms
            await notices.changed(session, conference, at_ms)  # no more reminders
            await self._noted(session, by, "conference_ended", conference, at_ms)
            return True

    async def set_record(self, conference: str, record: bool) -> None:
        """The tick was set in the room."""
        async with self._db.write() as session:
            await session.execute(update(Conference).where(Conference.id == conference).values(record=record))

    async def delete(self, conference: str, *, now_ms: int, by: str = SERVER) -> None:
        """Takes it off the list for good: doors, number and room log go; sessions, consents and recordings
        stay. Only when it is over or was never held: else WrongState. Raises NotFound."""
        async with self._db.write() as session:
            row = await _row(session, conference)
            if row.held and row.ended_ms is None and now_ms < row.expires_ms:
                raise WrongState("end the conference first")
            await notices.cancelled(session, conference, now_ms)
            row.deleted_ms = now_ms
            row.ended_ms = now_ms if row.ended_ms is None else row.ended_ms
            row.number = None
            await session.execute(delete(ConferenceSecret).where(ConferenceSecret.conference_id == conference))
            await session.execute(delete(Invitee).where(Invitee.conference_id == conference))
            await session.execute(delete(RoomEvent).where(RoomEvent.conference_id == conference))
            await self._noted(session, by, "conference_deleted", conference, now_ms)

    async def _noted(
        self,
        session: AsyncSession,
        by: str | None,
        action: str,
        conference: str,
        now_ms: int,
        details: dict[str, JsonValue] | None = None,
    ) -> None:
        if by is not None:
            act = Act(by, action, "conference", conference, details)
            await self._audit.record_in(session, act, at_ms=now_ms)

    async def _door(self, lookup: bytes, kinds: tuple[str, str]) -> Door | None:
        """`kinds`: the participant's, the moderator's."""
        query = select(ConferenceSecret).where(ConferenceSecret.lookup == lookup, ConferenceSecret.kind.in_(kinds))
        async with self._db.read() as session:
            row = (await session.scalars(query)).first()
            if row is None:
                return None
            found = await self._records(session, Conference.id == row.conference_id)
            return Door(found[0], row.kind == kinds[1]) if found else None

    async def _invitees_door(self, lookup: bytes) -> Door | None:
        async with self._db.read() as session:
            row = (await session.scalars(select(Invitee).where(Invitee.lookup == lookup))).first()
            if row is None:
                return None
            found = await self._records(session, Conference.id == row.conference_id)
            return Door(found[0], row.moderator, InviteeId(row.id), row.name) if found else None

    async def _one(self, condition: object) -> ConferenceRecord | None:
        async with self._db.read() as session:
            found = await self._records(session, condition)
            return found[0] if found else None

    async def _records(self, session: AsyncSession, condition: object) -> list[ConferenceRecord]:
        rows: Sequence[Conference] = (
            await session.scalars(
                select(Conference)
                .where(condition, Conference.deleted_ms.is_(None))  # type: ignore[arg-type]
                .order_by(Conference.created_ms.desc(), Conference.id)
            )
        ).all()
        doors = await self._doors(session, [row.id for row in rows])
        return [_record(row, doors[row.id]) for row in rows]

    async def _doors(self, session: AsyncSession, ids: Iterable[str]) -> dict[str, dict[str, str]]:
        doors: dict[str, dict[str, str]] = {conference: {} for conference in ids}
        if doors:
            query = select(ConferenceSecret).where(ConferenceSecret.conference_id.in_(doors))
            for row in await session.scalars(query):
                doors[row.conference_id][row.kind] = self._keys.unseal(f"{row.conference_id}/{row.kind}", row.sealed)
        return doors

    def _sealed(self, row: Conference, kind: str, text: str) -> ConferenceSecret:
        link = kind in (PARTICIPANT_LINK, MODERATOR_LINK)
        return ConferenceSecret(
            conference_id=row.id,
            kind=kind,
            sealed=self._keys.seal(f"{row.id}/{kind}", text),
            lookup=self._keys.keyed_hash("link", text)
            if link
            else self._keys.keyed_hash("pin", f"{row.number}/{text}"),
        )


async def _row(session: AsyncSession, conference: str) -> Conference:
    row = await session.get(Conference, conference)
    if row is None or row.deleted_ms is not None:
        raise NotFound("no such conference")
    return row


async def _open_row(session: AsyncSession, conference: str, now_ms: int) -> Conference:
    row = await _row(session, conference)
    if row.ended_ms is not None or row.cancelled_ms is not None or now_ms >= row.expires_ms:
        raise WrongState("the conference is over")
    return row


def _write(row: Conference, settings: ConferenceSettings, plan: ConferencePlan | None, now_ms: int) -> None:
    for name, value in asdict(settings).items():
        setattr(row, name, value)
    row.search_key = search_key(settings.title)
    row.changed_ms = now_ms
    if plan is None:
        return
    row.kind, row.starts_ms, row.expires_ms = plan.kind, plan.starts_ms, plan.ends_ms
    row.time_zone, row.language, row.unit_id = plan.time_zone, plan.language, plan.unit
    row.short_notice, row.sms_invite, row.sms_reminder = plan.short_notice, plan.sms_invite, plan.sms_reminder


def _facts(row: Conference) -> dict[str, object]:
    """What an organiser chooses, by its name here; the recording tick has rows of its own."""
    return {name: getattr(row, name) for name in (*_SETTINGS, *_PLANNED)}


async def _room_left(session: AsyncSession, owner: str, plan: ConferencePlan, now_ms: int) -> None:
    """H-29 to H-32: a reservation keeps its slot until an hour after it has lapsed, or until it is deleted."""
    if plan.kind != "reservation":
        return
    await session.get(User, owner, with_for_update=True)  # two at the same time come one after the other
    lapsed = func.coalesce(Conference.cancelled_ms, Conference.ended_ms, Conference.expires_ms)
    query = (
        select(func.count())
        .select_from(Conference)
        .where(
            Conference.owner_id == owner,
            Conference.kind == "reservation",
            Conference.deleted_ms.is_(None),
            or_(Conference.postponed_ms.is_not(None), lapsed + GRACE_MS > now_ms),
        )
    )
    if (await session.execute(query)).scalar_one() >= MAX_ROOMS:
        raise TooManyRooms("every slot for reservations is taken")


def _new_sessions(conference: str, spans: Iterable[tuple[int, int]]) -> list[PlannedSession]:
    return [
        PlannedSession(id=new_id(), conference_id=conference, starts_ms=starts, ends_ms=ends) for starts, ends in spans
    ]


async def _move_sessions(session: AsyncSession, conference: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Those that stay keep their ids, and with them their place in calendars; the others move in order. False: all
    stay."""
    rows = (await session.scalars(notices.sessions_of(conference))).all()
    kept = {(row.starts_ms, row.ends_ms) for row in rows} & set(spans)
    moved = [row for row in rows if (row.starts_ms, row.ends_ms) not in kept]
    fresh = [span for span in spans if span not in kept]
    for row, (starts, ends) in zip(moved, fresh, strict=False):
        row.starts_ms, row.ends_ms = starts, ends
    session.add_all(_new_sessions(conference, fresh[len(moved) :]))
    for row in moved[len(fresh) :]:
        await session.delete(row)
    return bool(moved or fresh)


async def _free_number(session: AsyncSession, now_ms: int) -> str:
    """Random among the free ones; when they run short, the longest ended or expired conference gives its own."""
    await one_at_a_time(session, "conference numbers")
    for _ in range(_NUMBER_TRIES):
        number = _digits(NUMBER_DIGITS)
        if (await session.execute(select(Conference.id).where(Conference.number == number))).first() is None:
            return number
    over = or_(Conference.ended_ms.is_not(None), Conference.expires_ms <= now_ms)
    old = (
        await session.scalars(
            select(Conference).where(Conference.number.is_not(None), over).order_by(Conference.expires_ms).limit(1)
        )
    ).first()
    if old is None or old.number is None:
        raise NumbersExhausted("every conference number is in use")
    number, old.number = old.number, None
    await session.execute(
        delete(ConferenceSecret).where(
            ConferenceSecret.conference_id == old.id, ConferenceSecret.kind.in_((PIN, ADMIN_PIN))
        )
    )
    await session.flush()
    return number


def _digits(count: int) -> str:
    return f"{secrets.randbelow(10**count):0{count}d}"


def _record(row: Conference, doors: dict[str, str]) -> ConferenceRecord:
    return ConferenceRecord(
        id=ConferenceId(row.id),
        owner=UserId(row.owner_id),
        settings=ConferenceSettings(
            title=row.title,
            description=row.description,
            record=row.record,
            start_as=row.start_as,
            who_presents=row.who_presents,
            max_participants=row.max_participants,
            lobby=row.lobby,
            opens_before_ms=row.opens_before_ms,
        ),
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        ended_ms=row.ended_ms,
        held=row.held,
        number=row.number or "",
        pin=doors.get(PIN, ""),
        admin_pin=doors.get(ADMIN_PIN, ""),
        participant_link=doors[PARTICIPANT_LINK],
        moderator_link=doors[MODERATOR_LINK],
        kind=row.kind,
        starts_ms=row.starts_ms,
        body=None if row.body_id is None else BodyId(row.body_id),
        unit=None if row.unit_id is None else UnitId(row.unit_id),
        time_zone=row.time_zone,
        language=row.language,
        postponed_ms=row.postponed_ms,
        cancelled_ms=row.cancelled_ms,
        calendar_sequence=row.calendar_sequence,
        short_notice=row.short_notice,
        sms_invite=row.sms_invite,
        sms_reminder=row.sms_reminder,
    )
