"""Conferences of a coordinator: make, show, change, copy, move, cancel, end, delete. Lists are in portal/lists.py,
people in portal/invitees.py, the rules of dates in portal/dates.py.
"""

from dataclasses import fields, replace

from aiohttp import web

from portal import dates
from portal.bodies import Empty, parse
from portal.bodies_schedule import ConferenceBody, ConferencePatch, CopyBody, ExtendBody, RescheduleBody, SessionBody
from portal.context import CONFERENCE, USER, WAY, base_url, parts
from portal.dates import BadDates, Dates, Kind, Span
from portal.errors import ApiError
from storage.audit import by_user
from storage.conference_lists import Way
from storage.ids import BodyId, UnitId
from storage.records import (
    ConferencePlan,
    ConferenceRecord,
    ConferenceSettings,
    InviteeDraft,
    InviteeRecord,
    SessionDate,
)

MINUTE_MS = 60_000
_SETTINGS = {field.name for field in fields(ConferenceSettings)}


async def create(request: web.Request) -> web.StreamResponse:
    body = await parse(request, ConferenceBody)
    its, user = parts(request), request[USER]
    now_ms = its.now_ms()
    spans = [Span(each.starts_at, each.ends_at) for each in body.sessions]
    decided = _decided(Kind(body.kind), body.starts_at, body.ends_at, spans, now_ms)
    usual = await its.storage.bodies.defaults(user.body)
    plan = _plan(
        decided,
        time_zone=body.time_zone,
        language=body.language or user.language or usual.language,
        body=user.body,
        unit=await _unit(request, user.body, body.unit_id) if "unit_id" in body.model_fields_set else user.unit,
        short_notice=body.short_notice or usual.short_notice,
        sms_invite=body.sms_invite,
        sms_reminder=body.sms_reminder,
    )
    settings = ConferenceSettings(
        title=body.title,
        description=body.description,
        record=body.record,
        start_as=body.start_as,
        who_presents=body.who_presents,
        max_participants=_most(decided.kind, body.max_participants),
        lobby=body.lobby,
        opens_before_ms=body.opens_before_min * MINUTE_MS,
    )
    conference = await its.storage.conferences.create(user.id, settings, now_ms=now_ms, plan=plan, by=_by(request))
    return web.json_response(await described(request, conference, Way.OWNER), status=201)


async def show(request: web.Request) -> web.StreamResponse:
    return web.json_response(await described(request, request[CONFERENCE], request[WAY]))


async def change(request: web.Request) -> web.StreamResponse:
    """A running conference may be changed too; its room hears of it at once."""
    body = await parse(request, ConferencePatch)
    its, conference = parts(request), request[CONFERENCE]
    given = body.model_dump(exclude_none=True)
    if "opens_before_min" in given:
        given["opens_before_ms"] = given.pop("opens_before_min") * MINUTE_MS
    settings = replace(conference.settings, **{name: given[name] for name in _SETTINGS & given.keys()})
    _most(Kind(conference.kind), settings.max_participants)
    plan = await _changed_plan(request, conference, body)
    changed = await its.storage.conferences.update(
        conference.id, settings, now_ms=its.now_ms(), plan=plan, by=_by(request)
    )
    await its.rooms.settings_changed(conference.id)
    return web.json_response(await described(request, changed, request[WAY]))


async def reschedule(request: web.Request) -> web.StreamResponse:
    """A new date, also for a postponed one: link, number, PINs and people stay (decision 9)."""
    body = await parse(request, RescheduleBody)
    its, conference = parts(request), request[CONFERENCE]
    if conference.kind == Kind.INSTANT:
        raise ApiError("wrong_state", "An instant conference has no date to move.", reason="instant")
    current = await _dates_of(request, conference)
    fresh = None if conference.postponed_ms is not None else current
    sessions = _moved(current, body.starts_at - conference.starts_ms, body.ends_at)
    decided = _decided(current.kind, body.starts_at, body.ends_at, sessions, its.now_ms(), before=fresh)
    plan = _plan(decided, **_of_record(conference))
    changed = await its.storage.conferences.update(
        conference.id, conference.settings, now_ms=its.now_ms(), plan=plan, by=_by(request)
    )
    await its.rooms.settings_changed(conference.id)
    return web.json_response(await described(request, changed, request[WAY]))


async def postpone(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its, conference = parts(request), request[CONFERENCE]
    if its.rooms.participants_now(conference.id):
        raise ApiError("wrong_state", "People are in it; end it first.", reason="people_inside")
    await its.storage.conferences.postpone(conference.id, now_ms=its.now_ms(), by=_by(request))
    await its.rooms.settings_changed(conference.id)
    return await _again(request)


async def cancel(request: web.Request) -> web.StreamResponse:
    """Final: everybody invited is told. Whoever is in it is out."""
    await parse(request, Empty)
    its, conference = parts(request), request[CONFERENCE]
    await its.storage.conferences.cancel(conference.id, now_ms=its.now_ms(), by=_by(request))
    await its.rooms.end_conference(conference.id)
    return await _again(request)


async def end(request: web.Request) -> web.StreamResponse:
    """The running session ends for all; the conference is over (E2-116). Ending twice is no error."""
    await parse(request, Empty)
    its, conference = parts(request), request[CONFERENCE]
    await its.storage.conferences.end(conference.id, its.now_ms(), by=_by(request))
    await its.rooms.end_conference(conference.id)
    return await _again(request)


async def extend(request: web.Request) -> web.StreamResponse:
    body = await parse(request, ExtendBody)
    its, conference = parts(request), request[CONFERENCE]
    now_ms = its.now_ms()
    if conference.over(now_ms) is not None:
        raise ApiError("wrong_state", "The conference is over.", reason="over")
    try:
        longer = dates.extended(await _dates_of(request, conference), body.minutes, now_ms)
    except BadDates as error:
        raise _refused(error) from None
    await its.storage.conferences.extend(conference.id, longer.span.ends_ms, now_ms=now_ms, by=_by(request))
    await its.rooms.settings_changed(conference.id)
    return await _again(request)


async def copy(request: web.Request) -> web.StreamResponse:
    """The same again, with links, number and PINs of its own; the people are invited to the new one."""
    body = await parse(request, CopyBody)
    its, conference, user = parts(request), request[CONFERENCE], request[USER]
    now_ms = its.now_ms()
    kind = Kind(conference.kind) if body.starts_at is not None else Kind.INSTANT
    if kind is Kind.INSTANT and body.starts_at is not None:
        kind = Kind.SCHEDULED
    decided = _decided(kind, body.starts_at, body.ends_at, [], now_ms)
    plan = _plan(decided, **_of_record(conference) | {"body": user.body, "unit": await _unit_of_copy(request)})
    made = await its.storage.conferences.create(user.id, conference.settings, now_ms=now_ms, plan=plan, by=_by(request))
    if body.people:
        people = await its.storage.invitees.of_conference(conference.id)
        drafts = [_draft(each) for each in people]
        await its.storage.invitees.add_all(made.id, drafts, now_ms=now_ms, by=_by(request))
    return web.json_response(await described(request, made, Way.OWNER), status=201)


async def delete(request: web.Request) -> web.StreamResponse:
    """Takes it off the lists and frees its slot (H-30, H-32)."""
    await parse(request, Empty)
    its, conference = parts(request), request[CONFERENCE]
    running = its.rooms.participants_now(conference.id) > 0
    if running and conference.over(its.now_ms()) is None:
        raise ApiError("wrong_state", "End the conference first.", reason="people_inside")
    await its.storage.conferences.delete(conference.id, now_ms=its.now_ms(), by=_by(request))
    return web.Response(status=204)


async def described(request: web.Request, conference: ConferenceRecord, way: Way) -> dict[str, object]:
    """Everything that opens it: only for those who manage it."""
    its, settings = parts(request), conference.settings
    sessions = await its.storage.conferences.sessions_of(conference.id)
    people = await its.storage.invitees.of_conference(conference.id)
    owner = await its.storage.users.get(conference.owner)
    return {
        "id": conference.id,
        "title": settings.title,
        "description": settings.description,
        "kind": conference.kind,
        "starts_at": conference.starts_ms,
        "ends_at": conference.ends_ms,
        "opens_at": conference.opens_ms,
        "sessions": [_session(each) for each in sessions],
        "time_zone": conference.time_zone,
        "language": conference.language,
        "opens_before_min": settings.opens_before_ms // MINUTE_MS,
        "lobby": settings.lobby,
        "record": settings.record,
        "start_as": settings.start_as,
        "who_presents": settings.who_presents,
        "max_participants": settings.max_participants,
        "unit_id": conference.unit,
        "short_notice": conference.short_notice,
        "sms_invite": conference.sms_invite,
        "sms_reminder": conference.sms_reminder,
        "created_at": conference.created_ms,
        "expires_at": conference.expires_ms,
        "ended_at": conference.ended_ms,
        "state": state_of(conference, its.now_ms(), its.rooms.participants_now(conference.id)),
        "mine": way.value,
        "coordinator": "" if owner is None else owner.name,
        "participants_now": its.rooms.participants_now(conference.id),
        "participant_url": link(request, conference.participant_link),
        "moderator_url": link(request, conference.moderator_link),
        "number": conference.number,
        "pin": conference.pin,
        "admin_pin": conference.admin_pin,
        "invitees": [invitee_facts(request, each) for each in people],
    }


def state_of(conference: ConferenceRecord, now_ms: int, present: int) -> str:
    """planned, open, running, postponed, cancelled, ended or expired."""
    over = conference.over(now_ms)
    if over is not None:
        return over
    return "running" if present else "planned" if now_ms < conference.opens_ms else "open"


def invitee_facts(request: web.Request, invitee: InviteeRecord) -> dict[str, object]:
    return {
        "id": invitee.id,
        "name": invitee.name,
        "moderator": invitee.moderator,
        "url": link(request, invitee.link),
        "kind": invitee.kind,
        "email": invitee.email,
        "telephone": invitee.telephone,
        "language": invitee.language,
        "rsvp": invitee.rsvp,
    }


def link(request: web.Request, secret: str) -> str:
    return f"{base_url(request)}/j/{secret}"


def _by(request: web.Request) -> str:
    return by_user(request[USER].id)


async def _again(request: web.Request) -> web.Response:
    found = await parts(request).storage.conferences.get(request[CONFERENCE].id)
    return web.json_response(await described(request, found or request[CONFERENCE], request[WAY]))


async def _changed_plan(
    request: web.Request, conference: ConferenceRecord, body: ConferencePatch
) -> ConferencePlan | None:
    """None where nothing of the plan was asked for. A postponed one keeps waiting for its date."""
    asked = body.model_dump(exclude_none=True).keys()
    told = {"time_zone", "language", "short_notice", "sms_invite", "sms_reminder"} & asked
    for_another = "unit_id" in body.model_fields_set
    if not told and not for_another and not {"starts_at", "ends_at", "sessions"} & asked:
        return None
    if conference.postponed_ms is not None:
        raise ApiError("wrong_state", "Give it a new date first.", reason="undated")
    current = await _dates_of(request, conference)
    given: tuple[SessionBody, ...] | None = body.sessions
    sessions = current.sessions if given is None else [Span(each.starts_at, each.ends_at) for each in given]
    now_ms = parts(request).now_ms()
    decided = _decided(current.kind, body.starts_at, body.ends_at, sessions, now_ms, before=current)
    facts = _of_record(conference) | {name: getattr(body, name) for name in told}
    if for_another and body.unit_id != conference.unit:
        facts["unit"] = await _unit(request, conference.body, body.unit_id)
    return _plan(decided, **facts)


async def _dates_of(request: web.Request, conference: ConferenceRecord) -> Dates:
    sessions = await parts(request).storage.conferences.sessions_of(conference.id)
    spans = tuple(Span(each.starts_ms, each.ends_ms) for each in sessions)
    return Dates(Kind(conference.kind), Span(conference.starts_ms, conference.ends_ms), spans)


def _moved(current: Dates, by_ms: int, ends_ms: int) -> list[Span]:
    """The sessions, moved along; those that would lie beyond the new end are dropped."""
    moved = [Span(each.starts_ms + by_ms, each.ends_ms + by_ms) for each in current.sessions]
    return [each for each in moved if each.ends_ms <= ends_ms]


def _decided(
    kind: Kind,
    starts_ms: int | None,
    ends_ms: int | None,
    sessions: "list[Span] | tuple[Span, ...]",
    now_ms: int,
    *,
    before: Dates | None = None,
) -> Dates:
    try:
        return dates.decide(kind, starts_ms, ends_ms, sessions, now_ms, before=before)
    except BadDates as error:
        raise _refused(error) from None


def _refused(error: BadDates) -> ApiError:
    return ApiError("bad_dates", error.message, reason=error.reason, field=error.field)


def _plan(decided: Dates, **facts: object) -> ConferencePlan:
    return ConferencePlan(
        kind=decided.kind.value,
        starts_ms=decided.span.starts_ms,
        ends_ms=decided.span.ends_ms,
        sessions=tuple((each.starts_ms, each.ends_ms) for each in decided.sessions),
        **facts,  # type: ignore[arg-type]
    )


def _of_record(conference: ConferenceRecord) -> dict[str, object]:
    names = ("time_zone", "language", "body", "unit", "short_notice", "sms_invite", "sms_reminder")
    return {name: getattr(conference, name) for name in names}


def _most(kind: Kind, asked: int | None) -> int:
    """Phone conferences hold 30 people (H-42); others 300, or up to 1000 if asked for (E2-3, E2-4)."""
    if kind is not Kind.RESERVATION:
        return 300 if asked is None else asked
    if asked is not None and asked > dates.PHONE_ROOM_MOST:
        raise ApiError("bad_request", f"max_participants: at most {dates.PHONE_ROOM_MOST} in a reserved room")
    return dates.PHONE_ROOM_MOST if asked is None else asked


async def _unit(request: web.Request, body: BodyId | None, unit: str | None) -> UnitId | None:
    """On whose behalf: the body alone (None), or a unit of it."""
    if unit is None:
        return None
    if not await _acts_for(request, body, unit):
        raise ApiError("bad_request", "unit_id: no such unit")
    return UnitId(unit)


async def _unit_of_copy(request: web.Request) -> UnitId | None:
    """The same, if whoever copies may act for it; else the own."""
    user, unit = request[USER], request[CONFERENCE].unit
    return unit if unit is None or await _acts_for(request, user.body, unit) else user.unit


async def _acts_for(request: web.Request, body: BodyId | None, unit: str) -> bool:
    """May they act for this unit of the body? A Unit Coordinator for the own (E2-12, E2-18)."""
    user = request[USER]
    theirs = unit == user.unit or user.role in ("body_coordinator", "administrator")
    return theirs and body is not None and await parts(request).storage.bodies.has_unit(body, unit)


def _draft(invitee: InviteeRecord) -> InviteeDraft:
    kind = "guest" if invitee.kind in ("guest", "name") else "person"
    return InviteeDraft(invitee.name, invitee.email, invitee.telephone, invitee.moderator, kind, invitee.language)


def _session(session: SessionDate) -> dict[str, object]:
    return {"id": session.id, "starts_at": session.starts_ms, "ends_at": session.ends_ms}
