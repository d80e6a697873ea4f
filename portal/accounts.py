"""Who am I, sign in by one-time link, sign out."""

from aiohttp import web

from portal.bodies import Empty, SignInBody, parse
from portal.context import SESSION_COOKIE, caller, parts, signed_in
from portal.errors import ApiError
from portal.join import GATE
from storage.errors import NotFound
from storage.records import UserRecord
from storage.users import WEB_SESSION_MS


async def me(request: web.Request) -> web.StreamResponse:
    user = await signed_in(request)
    return web.json_response(
        {"user": None if user is None else _described(user), "version": parts(request).settings.version}
    )


async def sign_in(request: web.Request) -> web.StreamResponse:
    body = await parse(request, SignInBody)
    its = parts(request)
    gate, who = request.config_dict[GATE], caller(request)
    await gate.sign_in_try(who)
    try:
        user_id = await its.storage.sign_in_links.redeem(body.token, now_ms=its.now_ms())
    except NotFound:
        raise ApiError("not_found", "This sign-in link is not valid.") from None
    await gate.sign_in_worked(who)
    user = await its.storage.users.get(user_id)
    if user is None:
        raise ApiError("not_found")
    cookie = await its.storage.web_sessions.create(user.id, now_ms=its.now_ms())
    response = web.json_response({"user": _described(user)})
    response.set_cookie(
        SESSION_COOKIE,
        cookie,
        max_age=WEB_SESSION_MS // 1000,
        httponly=True,
        samesite="Lax",
        secure=its.settings.secure_cookies,
    )
    return response


async def sign_out(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    await parts(request).storage.web_sessions.end(request.cookies.get(SESSION_COOKIE, ""))
    response = web.json_response({})
    response.del_cookie(SESSION_COOKIE, httponly=True, samesite="Lax", secure=parts(request).settings.secure_cookies)
    return response


def _described(user: UserRecord) -> dict[str, str]:
    return {"id": user.id, "name": user.name}
