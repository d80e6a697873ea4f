"""The audit log, for administrators to read, search and take away."""

import datetime
import json

from aiohttp import web

from portal.bodies_people import AuditQuery, AuditSearch
from portal.context import parts
from portal.csv_text import MARK, lines
from portal.errors import ApiError
from portal.lists import day_span
from portal.queries import listed, parse_query
from storage.audit import AuditRecord
from storage.audit_look import Look, Names, named_in

COLUMNS = ("seq", "at", "actor", "actor_name", "action", "object_kind", "object", "object_name", "details", "hash")


async def entries(request: web.Request) -> web.StreamResponse:
    """Newest first; of a search the newest ten thousand."""
    asked = parse_query(request, AuditQuery)
    its = parts(request).storage.audit_look
    found = await its.find(_look(request, asked), offset=asked.offset, limit=asked.size)
    names = await its.names(found.rows)
    answer = listed([_entry(each, names) for each in found.rows], asked, found.total)
    return web.json_response(answer | {"more": found.more, "crowd": found.crowd})


async def export(request: web.Request) -> web.StreamResponse:
    """All that is found, as CSV."""
    look = _look(request, parse_query(request, AuditSearch))
    its, now_ms = parts(request).storage.audit_look, parts(request).now_ms()
    name = f"audit-{_utc(now_ms):%Y-%m-%d}.csv"
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write((MARK + lines([COLUMNS])).encode())
    async for rows in its.walk(look):
        names = await its.names(rows)
        await response.write(lines(_cells(each, names) for each in rows).encode())
    await response.write_eof()
    return response


def _look(request: web.Request, asked: AuditSearch) -> Look:
    if (asked.object_kind is None) != (asked.object is None):
        raise ApiError("bad_request", "give both object_kind and object, or neither")
    object = None if asked.object_kind is None or asked.object is None else (asked.object_kind, asked.object)
    return Look(asked.q.strip(), asked.actor, asked.action, object, _span(parts(request).now_ms(), asked))


def _span(now_ms: int, asked: AuditSearch) -> tuple[int, int] | None:
    """From the first day's start to the last one's end, where the one who asks lives. The calendar's last day has
    none."""
    if asked.first is None and asked.last is None:
        return None
    first = 0 if asked.first is None else day_span(now_ms, asked.first, asked.zone)[0]
    until = asked.last
    last = 1 << 62 if until is None or until == datetime.date.max else day_span(now_ms, until, asked.zone)[1]
    return first, last


def _entry(row: AuditRecord, names: Names) -> dict[str, object]:
    """`names`: by the id as it stands in the row, of what has a name still."""
    known = {id.removeprefix(f"{row.object}/"): names[kind, id] for kind, id in named_in(row) if (kind, id) in names}
    return {
        "seq": row.seq,
        "at": row.at_ms,
        "actor": row.actor,
        "actor_name": _actor_name(row, names),
        "action": row.action,
        "object_kind": row.kind,
        "object": row.object,
        "object_name": names.get((row.kind, row.object)),
        "details": row.details,
        "names": known,
        "hash": row.hash,
    }


def _actor_name(row: AuditRecord, names: Names) -> str | None:
    kind, _, id = row.actor.partition(":")
    return names.get((kind, f"{row.object}/{id}" if kind == "participant" else id))


def _cells(row: AuditRecord, names: Names) -> list[object]:
    at = _utc(row.at_ms).isoformat(timespec="milliseconds")
    details = json.dumps(row.details, ensure_ascii=False, sort_keys=True) if row.details else ""
    object_name, actor_name = names.get((row.kind, row.object)), _actor_name(row, names)
    return [row.seq, at, row.actor, actor_name, row.action, row.kind, row.object, object_name, details, row.hash]


def _utc(ms: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC)
