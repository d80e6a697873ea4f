"""The lists of conferences (E2-105 to E2-108), and contacts to invite (S-6)."""

import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from portal.authorisation import Action, Verdict, judge, standing
from portal.bodies_schedule import ConferencesQuery, ContactsQuery
from portal.context import USER, parts
from portal.objects import RELATION_OF_WAY
from portal.queries import listed, parse_query
from storage.conference_lists import Listed, Look, Which
from storage.records import UserRecord


async def conferences(request: web.Request) -> web.StreamResponse:
    asked = parse_query(request, ConferencesQuery)
    its, viewer = parts(request), request[USER]
    now_ms = its.now_ms()
    look = Look(
        which=Which(asked.list),
        now_ms=now_ms,
        today_ends_ms=day_span(now_ms, None, asked.zone)[1],
        day=None if asked.date is None else day_span(now_ms, asked.date, asked.zone),
        words=asked.q,
        offset=asked.offset,
        limit=asked.size,
    )
    found = await its.storage.conference_lists.page(viewer, look)
    items = [_item(each, viewer, now_ms, its.rooms.participants_now(each.id)) for each in found.rows]
    return web.json_response(listed(items, asked, found.total))


async def contacts(request: web.Request) -> web.StreamResponse:
    asked = parse_query(request, ContactsQuery)
    found = await parts(request).storage.contacts.find(request[USER], asked.q)
    return web.json_response(
        {"items": [{"name": each.name, "email": each.email, "telephone": each.telephone} for each in found]}
    )


def day_span(now_ms: int, date: datetime.date | None, zone: str) -> tuple[int, int]:
    """Start and end of a day in a zone, Unix ms; also a day of 23 or 25 hours."""
    tz = ZoneInfo(zone)
    day = date or datetime.datetime.fromtimestamp(now_ms / 1000, tz).date()
    try:
        start = datetime.datetime.combine(day, datetime.time(), tz)
        end = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), tz)
        return round(start.timestamp() * 1000), round(end.timestamp() * 1000)
    except (OverflowError, ValueError):  # the ends of the calendar
        return 0, 0


def _item(row: Listed, viewer: UserRecord, now_ms: int, present: int) -> dict[str, object]:
    opens_ms = row.starts_ms - row.opens_before_ms
    return {
        "id": row.id,
        "title": row.title,
        "kind": row.kind,
        "starts_at": row.starts_ms,
        "ends_at": row.ends_ms,
        "ended_at": row.ended_ms,
        "opens_at": opens_ms,
        "time_zone": row.time_zone,
        "coordinator": row.coordinator,
        "unit": row.unit,
        "participants": row.participants,
        "participants_now": present,
        "record": row.record,
        "state": _state(row, now_ms, opens_ms, present),
        "mine": row.way.value,
        "rsvp": row.rsvp,
        "rights": _rights(row, viewer),
    }


def _state(row: Listed, now_ms: int, opens_ms: int, present: int) -> str:
    if row.cancelled_ms is not None:
        return "cancelled"
    if row.ended_ms is not None:
        return "ended"
    if row.postponed_ms is not None:
        return "postponed"
    if now_ms >= row.ends_ms:
        return "expired"
    return "running" if present else "planned" if now_ms < opens_ms else "open"


def _rights(row: Listed, viewer: UserRecord) -> list[str]:
    """What the buttons of the row may be: manage (edit and all that), enter (as organiser), connect (as invited)."""
    asked = {"manage": Action.CONFERENCE_EDIT, "enter": Action.CONFERENCE_ENTER, "connect": Action.CONFERENCE_CONNECT}
    relation = RELATION_OF_WAY[row.way]
    who = standing(viewer)
    return [word for word, action in asked.items() if judge(action, who, relation) is Verdict.ALLOWED]
