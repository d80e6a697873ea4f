"""A sign-in on its way in this browser: at the confirmation screen or before the second factor. The cookie opens what
is sealed in the database; it is another one at every stage.
"""

from typing import Any

from aiohttp import web

from portal import cookies
from portal.accounts import let_in
from portal.context import parts
from portal.errors import ApiError
from storage.logins import PENDING_MS

CONFIRM = "confirm"
SECOND_FACTOR = "second_factor"


def cookie(request: web.Request) -> str:
    return cookies.read(request, cookies.PENDING)


def set_cookie(request: web.Request, response: web.StreamResponse, value: str) -> None:
    cookies.put(request, response, cookies.PENDING, value, max_age_s=PENDING_MS // 1000)


def drop_cookie(request: web.Request, response: web.StreamResponse) -> None:
    cookies.drop(request, response, cookies.PENDING)


async def looked(request: web.Request, kind: str) -> dict[str, Any]:
    """What is on its way. Raises ApiError login_expired."""
    its = parts(request)
    found = await its.storage.pending_logins.look(kind, cookie(request), now_ms=its.now_ms())
    if found is None:
        raise ApiError("login_expired")
    return found


async def taken(request: web.Request, kind: str) -> dict[str, Any]:
    """The same, and nobody gets it again."""
    its = parts(request)
    found = await its.storage.pending_logins.take(kind, cookie(request), now_ms=its.now_ms())
    if found is None:
        raise ApiError("login_expired")
    return found


async def proved(
    request: web.Request, user_id: str, return_to: str = "/home", *, at_ms: int | None = None
) -> web.Response:
    """Password or provider (`at_ms`: when, if not now) said who it is: signed in, or asked for the second factor
    (E2-64)."""
    its = parts(request)
    user = await its.storage.users.get(user_id)
    if user is None:
        raise ApiError("not_found")
    if not user.two_factor:
        response = await let_in(request, user_id, proved_ms=at_ms)
        drop_cookie(request, response)
        return response
    token = await its.storage.pending_logins.put(
        SECOND_FACTOR, {"user": user_id, "return_to": return_to}, now_ms=its.now_ms()
    )
    response = web.json_response({"second_factor": True})
    set_cookie(request, response, token)
    return response
