"""Cookies of browsers: names, flags and paths in one place, and whose session one is.

Over https the names begin with `__Host-` (RFC 6265bis 4.1.3.2): a browser then takes them only from this very host over
https, so that no sibling domain and nobody on a plain connection can plant one. Over http browsers refuse such names.
"""

from typing import Final

from aiohttp import web

from portal.context import parts, scheme
from storage.records import UserRecord

SESSION: Final = "plenum_session"
DEVICE: Final = "plenum_device"
PENDING: Final = "plenum_pending"
KNOWN: Final = "plenum_known"
_MAX_CHARS = 128


def name_of(cookie: str, *, secure: bool) -> str:
    return f"__Host-{cookie}" if secure else cookie


def read(request: web.Request, cookie: str) -> str:
    """Empty when there is none, or none that could be ours."""
    value = request.cookies.get(name_of(cookie, secure=secure(request)), "")
    return value if len(value) <= _MAX_CHARS and value.isascii() else ""


def put(request: web.Request, response: web.StreamResponse, cookie: str, value: str, *, max_age_s: int) -> None:
    """SameSite=Lax: a provider sends the browser back by a link of its own."""
    https = secure(request)
    name = name_of(cookie, secure=https)
    response.set_cookie(name, value, max_age=max_age_s, path="/", httponly=True, samesite="Lax", secure=https)


def drop(request: web.Request, response: web.StreamResponse, cookie: str) -> None:
    https = secure(request)
    response.del_cookie(name_of(cookie, secure=https), path="/", httponly=True, samesite="Lax", secure=https)


async def signed_in(request: web.Request) -> UserRecord | None:
    """Whose session this browser has, if any."""
    token = read(request, SESSION)
    if not token:
        return None
    its = parts(request)
    return await its.storage.web_sessions.user(token, now_ms=its.now_ms())


def secure(request: web.Request) -> bool:
    """Do people come by https: our own, or as the proxy or the public URL says?"""
    return parts(request).settings.secure_cookies or scheme(request) == "https"
