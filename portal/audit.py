"""The audit log, for administrators to read."""

from aiohttp import web

from portal.bodies_people import AuditQuery
from portal.context import parts
from portal.errors import ApiError
from portal.queries import listed, parse_query
from storage.audit import AuditRecord


async def entries(request: web.Request) -> web.StreamResponse:
    """Newest first; of one object if `object_kind` and `object` say which."""
    asked = parse_query(request, AuditQuery)
    audit = parts(request).storage.audit
    if (asked.object_kind is None) != (asked.object is None):
        raise ApiError("bad_request", "give both object_kind and object, or neither")
    if asked.object_kind is not None and asked.object is not None:
        found, total = await audit.about(asked.object_kind, asked.object, offset=asked.offset, limit=asked.size)
    else:
        found, total = await audit.page(offset=asked.offset, limit=asked.size)
    return web.json_response(listed([_entry(each) for each in found], asked, total))


def _entry(each: AuditRecord) -> dict[str, object]:
    return {
        "seq": each.seq,
        "at": each.at_ms,
        "actor": each.actor,
        "actor_name": each.actor_name,
        "action": each.action,
        "object_kind": each.kind,
        "object": each.object,
        "details": each.details,
        "hash": each.hash,
    }
