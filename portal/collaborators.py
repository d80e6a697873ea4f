"""Collaborators of a coordinator, in both directions (E2-51 to E2-63). Every edge is found by the caller's own id."""

from aiohttp import web

from portal.bodies import Empty, parse
from portal.bodies_people import AskCollaborators, AvailableQuery, EndQuery
from portal.context import USER, parts
from portal.limits_accounts import INVITED, count
from portal.queries import listed, parse_query
from storage.collaborations import Colleague


async def show(request: web.Request) -> web.StreamResponse:
    """sent, active: whom I asked (E2-54). incoming, mine: who asked me (E2-55)."""
    edges = await parts(request).storage.collaborations.of(request[USER].id)
    four = {"sent": edges.sent, "active": edges.active, "incoming": edges.incoming, "mine": edges.mine}
    return web.json_response({name: [_colleague(each) for each in found] for name, found in four.items()})


async def available(request: web.Request) -> web.StreamResponse:
    asked = parse_query(request, AvailableQuery)
    found, total = await parts(request).storage.collaborations.available(
        request[USER], asked.q, unit=asked.unit, offset=asked.offset, limit=asked.size
    )
    return web.json_response(listed([_colleague(each) for each in found], asked, total))


async def ask(request: web.Request) -> web.StreamResponse:
    body = await parse(request, AskCollaborators)
    its, user = parts(request), request[USER]
    await count(request, (INVITED, user.id))
    sent = await its.storage.collaborations.ask(user, body.users, now_ms=its.now_ms())
    return web.json_response({"sent": sent}, status=201)


async def accept(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its = parts(request)
    owner = request.match_info["collaborator"]
    await its.storage.collaborations.accept(owner, request[USER].id, now_ms=its.now_ms())
    return await show(request)


async def reject(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its, own = parts(request), request[USER].id
    await its.storage.collaborations.end(request.match_info["collaborator"], own, by=own, now_ms=its.now_ms())
    return await show(request)


async def end(request: web.Request) -> web.StreamResponse:
    """By either side, whatever the state (E2-60)."""
    asked = parse_query(request, EndQuery)
    await parse(request, Empty)
    own, other = request[USER].id, request.match_info["collaborator"]
    owner, collaborator = (own, other) if asked.direction == "sent" else (other, own)
    its = parts(request)
    await its.storage.collaborations.end(owner, collaborator, by=own, now_ms=its.now_ms())
    await its.rooms.rights_changed(user=collaborator)
    return web.Response(status=204)


def _colleague(each: Colleague) -> dict[str, object]:
    found: dict[str, object] = {
        "id": each.id,
        "name": each.name,
        "email": each.email,
        "role": each.role,
        "unit": each.unit,
    }
    return found if each.since_ms is None else found | {"since": each.since_ms}
