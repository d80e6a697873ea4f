"""What people are told about a conference, written into the outbox by whoever changes it, in the same transaction.

    invite(session, conference, invitees, now_ms)     after the invitees' rows are added
    changed(session, conference, now_ms)              after any edit: title, dates, sessions, recording, a new date
    postponed / cancelled(session, conference, now_ms)    after the row says so
    removed(session, conference, invitees, now_ms)    BEFORE the invitees' rows go

Every function flushes the session first. `changed` compares with what people were told last (`Conference.announced`),
so calling it once too often tells nobody anything. Each update raises the calendar's SEQUENCE; one that has not left
is taken back by the next word, which says both. Which messages, and when: storage/notice_rules.py; their texts:
portal/mail.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.interfaces import JsonValue
from storage.notice_rules import REMINDERS, Channel, Date, Kind, Notice, Occasion, change_due_ms, mails, messages
from storage.outbox import Effect, cancel_in, put_all
from storage.records import OutboxState
from storage.tables import Conference, Invitee, OutboxRow, PlannedSession, User

UID_DOMAIN = "plenum"
_TOLD = (OutboxState.SENDING, OutboxState.HANDING, OutboxState.SENT)


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: str
    email: str | None
    telephone: str | None
    language: str

    def reached_by(self, channel: Channel) -> bool:
        return bool(self.email if channel is Channel.MAIL else self.telephone)

    def as_json(self) -> dict[str, JsonValue]:
        return {"name": self.name, "email": self.email, "telephone": self.telephone, "language": self.language}


async def invite(session: AsyncSession, conference_id: str, invitee_ids: Collection[str], now_ms: int) -> int:
    """How many messages were planned. People without an address get none; nobody is invited twice."""
    row = await _conference(session, conference_id)
    if row is None or not invitee_ids:
        return 0
    dates = await _dates(session, row)
    if not row.announced:
        row.announced = _announcement(row, dates)
    return await _plan_first(session, row, dates, await _people(session, conference_id, invitee_ids), now_ms)


async def changed(session: AsyncSession, conference_id: str, now_ms: int) -> bool:
    """True if people had to be told something. Reminders follow the new dates; answers to old dates are void."""
    row = await _conference(session, conference_id)
    if row is None or not row.announced or row.postponed_ms is not None or row.cancelled_ms is not None:
        return False
    dates = await _dates(session, row)
    if not dates:  # ended
        await _cancel_reminders(session, conference_id, now_ms)
        return False
    before, row.announced = row.announced, _announcement(row, dates)
    await _follow_sms_choices(session, row, dates, before, now_ms)
    if not _differ(before, row.announced, now_ms):
        return False
    row.calendar_sequence += 1
    await _tell_of_change(session, row, _told_dates(before), dates, now_ms)
    return True


async def _tell_of_change(
    session: AsyncSession, row: Conference, old: Sequence[Date], dates: Sequence[Date], now_ms: int
) -> None:
    moved = list(old) != list(dates)
    if moved:
        await _cancel_reminders(session, row.id, now_ms)
        await session.execute(update(Invitee).where(Invitee.conference_id == row.id).values(rsvp="none", rsvp_ms=None))
    people = await _people(session, row.id)
    told = await _told(session, row.id, Channel.MAIL)
    present = {date.uid for date in dates}
    news: dict[str, JsonValue] = {
        "sequence": row.calendar_sequence,
        "moved": moved,
        "gone": [_date_json(date) for date in old if date.uid not in present],
    }
    unsaid = await _take_back(session, row.id, now_ms)
    await _tell(session, row, Kind.UPDATE, people, news, change_due_ms([*old, *dates], now_ms), unsaid, present)
    if moved:
        await _plan_first(session, row, dates, [each for each in people if each.id not in told], now_ms)
        knowing = [each for each in people if each.id in told]
        await _put(session, row, knowing, mails(_occasion(row, dates), now_ms, told=True), Channel.MAIL)
        await _put(session, row, knowing, messages(_occasion(row, dates), now_ms, told=True), Channel.SMS)


async def _follow_sms_choices(
    session: AsyncSession, row: Conference, dates: Sequence[Date], before: str, now_ms: int
) -> None:
    """Chosen after all: planned now. Chosen no more: what waits is cancelled."""
    if json.loads(before)["sms"] == [row.sms_invite, row.sms_reminder]:
        return
    sms = OutboxRow.cause.startswith(f"{Channel.SMS}/", autoescape=True)
    await cancel_in(session, now_ms, OutboxRow.conference_id == row.id, sms, OutboxRow.kind.in_(REMINDERS))
    await _put(session, row, await _people(session, row.id), messages(_occasion(row, dates), now_ms), Channel.SMS)


async def postponed(session: AsyncSession, conference_id: str, now_ms: int) -> None:
    """Decision 9: out of the calendars, under the same UID, until `changed` finds a new date."""
    row = await _conference(session, conference_id)
    if row is None:
        return
    gone = [_date_json(date) for date in _told_dates(row.announced)]
    unsaid = await _take_back(session, conference_id, now_ms)
    await _cancel_unsent(session, conference_id, now_ms)
    row.calendar_sequence += 1
    row.announced = _announcement(row, [])
    news: dict[str, JsonValue] = {"sequence": row.calendar_sequence, "gone": gone}
    await _tell(session, row, Kind.POSTPONEMENT, await _people(session, conference_id), news, now_ms, unsaid)


async def cancelled(session: AsyncSession, conference_id: str, now_ms: int) -> None:
    """Also for a conference that is about to be deleted: call it before its invitees' rows go."""
    row = await _conference(session, conference_id)
    if row is not None:
        await _withdraw(session, row, await _people(session, conference_id), now_ms, removed=False)
        row.announced = _announcement(row, [])


async def removed(session: AsyncSession, conference_id: str, invitee_ids: Collection[str], now_ms: int) -> None:
    """They are told that they need not come. Call it before their rows go."""
    row = await _conference(session, conference_id)
    if row is not None and invitee_ids:
        await _withdraw(session, row, await _people(session, conference_id, invitee_ids), now_ms, removed=True)


async def _withdraw(
    session: AsyncSession, row: Conference, people: Sequence[_Person], now_ms: int, *, removed: bool
) -> None:
    unsaid = await _take_back(session, row.id, now_ms, [person.id for person in people])
    await _cancel_unsent(session, row.id, now_ms, [person.id for person in people])
    dates = [_date_json(date) for date in _told_dates(row.announced) if date.ends_ms > now_ms]
    if not dates and row.postponed_ms is None:
        return  # it is over: nothing is left to cancel
    row.calendar_sequence += 1
    news: dict[str, JsonValue] = {"sequence": row.calendar_sequence, "gone": list(dates), "removed": removed}
    await _tell(session, row, Kind.CANCEL, people, news, now_ms, unsaid)


async def _tell(
    session: AsyncSession,
    row: Conference,
    kind: Kind,
    people: Iterable[_Person],
    news: Mapping[str, JsonValue],
    due_ms: int,
    unsaid: Mapping[str, Sequence[Mapping[str, Any]]],
    present: Collection[str] = (),
) -> None:
    """By mail to whoever had a mail; by SMS to whoever had only an SMS. `unsaid`: from `_take_back`; `present`: the
    uids of dates that are to come."""
    by_mail = await _told(session, row.id, Channel.MAIL)
    by_sms = await _told(session, row.id, Channel.SMS)
    effects = []
    for person in people:
        if person.id in by_mail and person.email:
            channel = Channel.MAIL
        elif person.id in by_sms and person.telephone and not person.email:
            channel = Channel.SMS
        else:
            continue
        payload = _both(unsaid.get(person.id, ()), news, present)
        if kind is Kind.CANCEL:
            payload["to"] = person.as_json()
        effects.append(_effect(row.id, person, kind, channel, str(row.calendar_sequence), payload, due_ms))
    await put_all(session, effects)


async def _take_back(
    session: AsyncSession, conference: str, now_ms: int, invitees: Collection[str] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Updates that have not left will not leave: invitee -> what they would have said, for the next word to say."""
    which = [OutboxRow.conference_id == conference, OutboxRow.kind == Kind.UPDATE]
    if invitees is not None:
        which.append(OutboxRow.recipient.in_([f"invitee:{each}" for each in invitees]))
    here = [OutboxRow.done_ms.is_(None), OutboxRow.state != OutboxState.HANDING]
    found: dict[str, list[dict[str, Any]]] = {}
    query = select(OutboxRow.recipient, OutboxRow.payload).where(*which, *here).order_by(OutboxRow.id)
    for recipient, payload in await session.execute(query):
        found.setdefault(str(recipient).removeprefix("invitee:"), []).append(json.loads(payload))
    if found:
        await cancel_in(session, now_ms, *which)
    return found


def _both(
    unsaid: Sequence[Mapping[str, Any]], news: Mapping[str, JsonValue], present: Collection[str]
) -> dict[str, JsonValue]:
    """The news, and with it the dates that are gone by what was not said, unless they are `present` again."""
    gone = {date[0]: date for one in (*unsaid, news) for date in cast(list[Any], one["gone"]) if date[0] not in present}
    both: dict[str, JsonValue] = {**news, "gone": list(gone.values())}
    if "moved" in news:
        both["moved"] = bool(news["moved"]) or any(one["moved"] for one in unsaid)
    return both


async def _plan_first(
    session: AsyncSession, row: Conference, dates: Sequence[Date], people: Sequence[_Person], now_ms: int
) -> int:
    occasion = _occasion(row, dates)
    by_mail = await _put(session, row, people, mails(occasion, now_ms), Channel.MAIL)
    return by_mail + await _put(session, row, people, messages(occasion, now_ms), Channel.SMS)


async def _put(
    session: AsyncSession, row: Conference, people: Iterable[_Person], notices: Sequence[Notice], channel: Channel
) -> int:
    effects = [
        _effect(row.id, person, notice.kind, channel, _detail(notice), _payload(notice), notice.due_ms)
        for person in people
        if person.reached_by(channel)
        for notice in notices
    ]
    return await put_all(session, effects, revive=True)


def _effect(
    conference: str, person: _Person, kind: Kind, channel: Channel, detail: str, payload: JsonValue, due_ms: int
) -> Effect:
    cause = f"{channel}/{kind}/{conference}/{person.id}" + (f"/{detail}" if detail else "")
    return Effect(cause, kind, payload, due_ms, conference, f"invitee:{person.id}", person.name)


def _detail(notice: Notice) -> str:
    """A reminder is for one date at one time: moved away and back, it is the same reminder."""
    return "" if notice.date is None else f"{notice.date.uid.partition('@')[0]}/{notice.date.starts_ms}"


def _payload(notice: Notice) -> JsonValue:
    return {} if notice.date is None else {"date": _date_json(notice.date), "first": notice.first}


async def _cancel_reminders(session: AsyncSession, conference: str, now_ms: int) -> None:
    await cancel_in(session, now_ms, OutboxRow.conference_id == conference, OutboxRow.kind.in_(REMINDERS))


async def _cancel_unsent(
    session: AsyncSession, conference: str, now_ms: int, invitees: Collection[str] | None = None
) -> None:
    """Everything about it that is still here, but never a cancellation."""
    which = [OutboxRow.conference_id == conference, OutboxRow.kind.in_(list(Kind)), OutboxRow.kind != Kind.CANCEL]
    if invitees is not None:
        which.append(OutboxRow.recipient.in_([f"invitee:{each}" for each in invitees]))
    await cancel_in(session, now_ms, *which)


async def _told(session: AsyncSession, conference: str, channel: Channel) -> set[str]:
    """The invitees to whom something about it has left, or is leaving."""
    query = (
        select(OutboxRow.recipient)
        .where(
            OutboxRow.conference_id == conference,
            OutboxRow.kind.in_(list(Kind)),
            OutboxRow.state.in_(_TOLD),
            OutboxRow.cause.startswith(f"{channel}/", autoescape=True),
        )
        .distinct()
    )
    return {str(found).removeprefix("invitee:") for found in await session.scalars(query)}


async def _conference(session: AsyncSession, conference: str) -> Conference | None:
    await session.flush()
    return await session.get(Conference, conference)


async def _dates(session: AsyncSession, row: Conference) -> list[Date]:
    return dates_of(row, (await session.scalars(sessions_of(row.id))).all())


def sessions_of(conference: str) -> Select[PlannedSession]:
    return (
        select(PlannedSession)
        .where(PlannedSession.conference_id == conference, PlannedSession.cancelled_ms.is_(None))
        .order_by(PlannedSession.starts_ms, PlannedSession.id)
    )


def dates_of(row: Conference, sessions: Sequence[PlannedSession]) -> list[Date]:
    """None while there is nothing to come to. A reservation without sessions is one date."""
    if any(at is not None for at in (row.postponed_ms, row.cancelled_ms, row.ended_ms, row.deleted_ms)):
        return []
    if sessions:
        return [Date(f"{each.id}@{UID_DOMAIN}", each.starts_ms, each.ends_ms) for each in sessions]
    return [Date(f"{row.id}@{UID_DOMAIN}", row.starts_ms, row.expires_ms)]


def _occasion(row: Conference, dates: Sequence[Date]) -> Occasion:
    return Occasion(row.created_ms, dates, row.short_notice, row.sms_invite, row.sms_reminder)


def _announcement(row: Conference, dates: Sequence[Date]) -> str:
    facts = {"title": row.title, "zone": row.time_zone, "record": row.record, "sms": [row.sms_invite, row.sms_reminder]}
    return json.dumps({**facts, "dates": [_date_json(date) for date in dates]})


def _told_dates(announced: str) -> list[Date]:
    return [Date(*date) for date in json.loads(announced)["dates"]] if announced else []


def _differ(before: str, after: str, now_ms: int) -> bool:
    """Would somebody who knows `before` miss something? Not if a meeting that has begun is only longer or shorter:
    who is in it sees that, and nobody needs a mail."""
    old, new = json.loads(before), json.loads(after)
    ends = {(uid, starts): ends for uid, starts, ends in new["dates"]}
    for date in old["dates"]:
        if date[1] <= now_ms and (date[0], date[1]) in ends:
            date[2] = ends[date[0], date[1]]
    return any(old[fact] != new[fact] for fact in ("title", "zone", "record", "dates"))


def _date_json(date: Date) -> list[JsonValue]:
    return [date.uid, date.starts_ms, date.ends_ms]


async def _people(session: AsyncSession, conference: str, invitees: Collection[str] | None = None) -> list[_Person]:
    """An account is reached at its own address, whatever address it was invited under (E0-17, E2-42)."""
    query = (
        select(Invitee, User)
        .outerjoin(User, User.id == Invitee.user_id)
        .where(Invitee.conference_id == conference)
        .order_by(Invitee.created_ms, Invitee.id)
    )
    if invitees is not None:
        query = query.where(or_(*[Invitee.id.in_(part) for part in _parts(list(invitees))]))
    return [
        _Person(
            row.id,
            row.name,
            row.email if user is None else user.email,
            row.telephone,
            row.language or ("" if user is None else user.language),
        )
        for row, user in (await session.execute(query)).all()
    ]


def _parts(ids: list[str]) -> list[list[str]]:
    return [ids[at : at + 500] for at in range(0, len(ids), 500)]
