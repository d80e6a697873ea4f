"""A coordinator's groups (E2-85 to E2-99): nobody else sees them, administrators neither."""

from aiohttp import web

from portal.bodies import Empty, parse
from portal.bodies_people import GroupBody, GroupPatch, LookupQuery, MemberBody
from portal.context import CONFERENCE, GROUP, USER, parts
from portal.errors import ApiError
from portal.limits_accounts import LOOKUPS, count
from portal.queries import PageQuery, listed, parse_query
from storage.groups import GroupRecord, Member


async def every(request: web.Request) -> web.StreamResponse:
    asked = parse_query(request, PageQuery)
    found, total = await parts(request).storage.groups.page(request[USER].id, offset=asked.offset, limit=asked.size)
    return web.json_response(listed([_group(each) for each in found], asked, total))


async def create(request: web.Request) -> web.StreamResponse:
    body = await parse(request, GroupBody)
    its = parts(request)
    made = await its.storage.groups.create(request[USER].id, body.name, body.description, now_ms=its.now_ms())
    return web.json_response(_group(made) | {"people": []}, status=201)


async def from_conference(request: web.Request) -> web.StreamResponse:
    """E2-89 to E2-93: who was invited or came, with an account. 409 `not_completed`."""
    body = await parse(request, GroupBody)
    its = parts(request)
    made = await its.storage.groups.from_conference(
        request[USER].id, request[CONFERENCE], body.name, body.description, now_ms=its.now_ms()
    )
    return await _shown(request, made.id, status=201)


async def show(request: web.Request) -> web.StreamResponse:
    return await _shown(request, request[GROUP].id)


async def change(request: web.Request) -> web.StreamResponse:
    body = await parse(request, GroupPatch)
    group = request[GROUP].id
    await parts(request).storage.groups.change(group, name=body.name, description=body.description)
    return await _shown(request, group)


async def delete(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    await parts(request).storage.groups.delete(request[GROUP].id)
    return web.Response(status=204)


async def lookup(request: web.Request) -> web.StreamResponse:
    """Whose address it is: `user` is null where no account has it."""
    asked = parse_query(request, LookupQuery)
    await count(request, (LOOKUPS, request[USER].id))
    found = await parts(request).storage.groups.account(asked.email)
    return web.json_response({"user": None if found is None else _member(found)})


async def add_member(request: web.Request) -> web.StreamResponse:
    body = await parse(request, MemberBody)
    its, group = parts(request), request[GROUP].id
    await count(request, (LOOKUPS, request[USER].id))
    found = await its.storage.groups.account(body.email)
    if found is None:
        raise ApiError("no_account")
    await its.storage.groups.add(group, found.id, now_ms=its.now_ms())
    return await _shown(request, group)


async def remove_member(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    await parts(request).storage.groups.remove(request[GROUP].id, request.match_info["member"])
    return web.Response(status=204)


async def _shown(request: web.Request, group: str, status: int = 200) -> web.Response:
    its = parts(request)
    found = await its.storage.groups.get(group)
    if found is None:
        raise ApiError("not_found")
    people = await its.storage.groups.members(group)
    return web.json_response(_group(found) | {"people": [_member(each) for each in people]}, status=status)


def _group(group: GroupRecord) -> dict[str, object]:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "members": group.members,
        "created_at": group.created_ms,
    }


def _member(member: Member) -> dict[str, object]:
    return {"id": member.id, "name": member.name, "email": member.email}
