"""Bodies and their units (E1-21, E2-14)."""

from aiohttp import web

from portal.bodies import Empty, parse
from portal.bodies_people import BodyPatch, NewBody, UnitBody
from portal.context import BODY, UNIT, USER, parts
from portal.errors import ApiError
from portal.queries import SearchQuery, listed, parse_query
from storage.bodies import BodyRecord, UnitRecord


async def bodies(request: web.Request) -> web.StreamResponse:
    asked = parse_query(request, SearchQuery)
    found, total = await parts(request).storage.bodies.page(asked.q, offset=asked.offset, limit=asked.size)
    return web.json_response(listed([_body(each) for each in found], asked, total))


async def create(request: web.Request) -> web.StreamResponse:
    body = await parse(request, NewBody)
    its = parts(request)
    made = await its.storage.bodies.create(
        body.name,
        time_zone=body.time_zone,
        language=body.language,
        telephone=body.telephone,
        by=request[USER].id,
        now_ms=its.now_ms(),
    )
    return web.json_response(_body(made), status=201)


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request, request[BODY])


async def change(request: web.Request) -> web.StreamResponse:
    """A body's name is what its people are found by: an administrator's to change."""
    given = (await parse(request, BodyPatch)).model_dump(exclude_none=True)
    its, user = parts(request), request[USER]
    if "name" in given and user.role != "administrator":
        raise ApiError("forbidden", "An administrator changes the name.")
    changed = await its.storage.bodies.change(request[BODY].id, given, by=user.id, now_ms=its.now_ms())
    return await _shown(request, changed)


async def units(request: web.Request) -> web.StreamResponse:
    found = await parts(request).storage.bodies.units(request[BODY].id)
    return web.json_response({"items": [_unit(each) for each in found]})


async def add_unit(request: web.Request) -> web.StreamResponse:
    body = await parse(request, UnitBody)
    its = parts(request)
    made = await its.storage.bodies.add_unit(request[BODY].id, body.name, by=request[USER].id, now_ms=its.now_ms())
    return web.json_response(_unit(made), status=201)


async def rename_unit(request: web.Request) -> web.StreamResponse:
    body = await parse(request, UnitBody)
    its = parts(request)
    changed = await its.storage.bodies.rename_unit(
        request[UNIT].id, body.name, by=request[USER].id, now_ms=its.now_ms()
    )
    return web.json_response(_unit(changed))


async def delete_unit(request: web.Request) -> web.StreamResponse:
    """409 `unit_in_use` while somebody coordinates it."""
    await parse(request, Empty)
    its = parts(request)
    await its.storage.bodies.delete_unit(request[UNIT].id, by=request[USER].id, now_ms=its.now_ms())
    return web.Response(status=204)


async def _shown(request: web.Request, body: BodyRecord) -> web.Response:
    found = await parts(request).storage.bodies.units(body.id)
    return web.json_response(_body(body) | {"units": [_unit(each) for each in found]})


def _body(body: BodyRecord) -> dict[str, object]:
    return {
        "id": body.id,
        "name": body.name,
        "telephone": body.telephone,
        "time_zone": body.time_zone,
        "language": body.language,
        "short_notice": body.short_notice,
        "created_at": body.created_ms,
    }


def _unit(unit: UnitRecord) -> dict[str, object]:
    return {"id": unit.id, "name": unit.name, "created_at": unit.created_ms, "coordinators": unit.coordinators}
