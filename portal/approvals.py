"""Approving the roles that people ask for (E2-121 to E2-131, E1-19)."""

from aiohttp import web

from portal.bodies import Empty, parse
from portal.bodies_people import AcceptBody, RequestsQuery
from portal.context import ROLE_REQUEST, USER, parts
from portal.errors import ApiError
from portal.queries import listed, parse_query
from storage.role_requests import RequestRecord


async def requests(request: web.Request) -> web.StreamResponse:
    """Of one's own body; administrators see all, also of bodies that nobody knows yet."""
    asked = parse_query(request, RequestsQuery)
    user = request[USER]
    if user.role != "administrator" and user.body is None:
        raise ApiError("body_needed")
    body = None if user.role == "administrator" else user.body
    found, total = await parts(request).storage.role_requests.page(
        body, asked.q, every=asked.all, offset=asked.offset, limit=asked.size
    )
    return web.json_response(listed([_described(each) for each in found], asked, total))


async def accept(request: web.Request) -> web.StreamResponse:
    """409 `unconfirmed` before the applicant has confirmed the address (decision 6)."""
    body = await parse(request, AcceptBody)
    its, user, asked = parts(request), request[USER], request[ROLE_REQUEST]
    await its.storage.role_requests.accept(asked.id, by=user.id, now_ms=its.now_ms(), body=body.body, new=body.new_body)
    return await _again(request)


async def reject(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its, user, asked = parts(request), request[USER], request[ROLE_REQUEST]
    await its.storage.role_requests.reject(asked.id, by=user.id, now_ms=its.now_ms())
    return await _again(request)


async def _again(request: web.Request) -> web.Response:
    found = await parts(request).storage.role_requests.get(request[ROLE_REQUEST].id)
    return web.json_response(_described(found or request[ROLE_REQUEST]))


def _described(each: RequestRecord) -> dict[str, object]:
    return {
        "id": each.id,
        "user": each.user,
        "name": each.name,
        "email": each.email,
        "confirmed": each.confirmed,
        "role": each.role,
        "body": each.body,
        "body_name": each.body_name,
        "unit": each.unit,
        "telephone": each.telephone,
        "purpose": each.purpose,
        "state": each.state,
        "created_at": each.created_ms,
        "changed_at": each.changed_ms,
    }
