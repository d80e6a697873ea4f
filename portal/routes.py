"""Every route of the API with who may use it. A test walks this table against all kinds of callers; a route
that is not in it does not exist.

An object of somebody else and an object that is not there give the same answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from aiohttp import web

from portal import accounts, conferences, join, play, recordings
from portal.context import CONFERENCE, RECORDING, USER, host, parts, scheme, signed_in
from portal.errors import ApiError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(StrEnum):
    ANYONE = "anyone"
    USER = "user"
    CONFERENCE = "conference owner"
    RECORDING = "recording owner"
    SIGNATURE = "signed link"  # checked by the handler


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    access: Access
    handler: Handler


_C = "/api/conferences/{conference}"
_R = "/api/recordings/{recording}"
_P = "/api/play/{recording}"

ROUTES = (
    Route("GET", "/api/me", Access.ANYONE, accounts.me),
    Route("POST", "/api/sign-in", Access.ANYONE, accounts.sign_in),
    Route("POST", "/api/sign-out", Access.USER, accounts.sign_out),
    Route("GET", "/api/conferences", Access.USER, conferences.list_own),
    Route("POST", "/api/conferences", Access.USER, conferences.create),
    Route("GET", _C, Access.CONFERENCE, conferences.show),
    Route("PATCH", _C, Access.CONFERENCE, conferences.change),
    Route("DELETE", _C, Access.CONFERENCE, conferences.delete),
    Route("POST", f"{_C}/end", Access.CONFERENCE, conferences.end),
    Route("POST", f"{_C}/enter", Access.CONFERENCE, join.enter),
    Route("POST", f"{_C}/invitees", Access.CONFERENCE, conferences.add_invitee),
    Route("DELETE", f"{_C}/invitees/{{invitee}}", Access.CONFERENCE, conferences.remove_invitee),
    Route("GET", f"{_C}/recordings", Access.CONFERENCE, recordings.list_of_conference),
    Route("GET", "/api/recordings", Access.USER, recordings.list_own),
    Route("DELETE", _R, Access.RECORDING, recordings.delete),
    Route("POST", f"{_R}/link", Access.RECORDING, recordings.link),
    Route("GET", f"{_P}/manifest", Access.SIGNATURE, play.manifest),
    Route("GET", f"{_P}/{{part}}/media", Access.SIGNATURE, play.media),
    Route("GET", f"{_P}/{{part}}/index", Access.SIGNATURE, play.index),
    Route("POST", "/api/join", Access.ANYONE, join.join),
    Route("POST", "/api/join/check", Access.ANYONE, join.check),
)


def add_routes(app: web.Application) -> None:
    for route in ROUTES:
        app.router.add_route(route.method, route.path, _guarded(route))
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, _guarded(route))


def _guarded(route: Route) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if route.method != "GET":
            _same_origin(request)
            _json_only(request)
        await _CHECKS[route.access](request)
        return await route.handler(request)

    return handler


def _same_origin(request: web.Request) -> None:
    """A browser names the page that sends a request; without the header it was no foreign page."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ApiError("wrong_origin", "Requests from other sites are not taken.")
    origin = request.headers.get("Origin")
    if origin is None:
        return
    own = {f"{scheme(request)}://{host(request)}".lower()}
    if public := parts(request).settings.public_url:
        own.add("{0.scheme}://{0.netloc}".format(urlsplit(public)).lower())
    if origin.lower() not in own:
        raise ApiError("wrong_origin", "Requests from other sites are not taken.")


def _json_only(request: web.Request) -> None:
    """No HTML form can send this type, so no form of another site works."""
    if request.content_type != "application/json" or "Content-Type" not in request.headers:
        raise ApiError("not_json", "Send Content-Type: application/json.")


async def _anyone(request: web.Request) -> None:
    return None


async def _user(request: web.Request) -> None:
    user = await signed_in(request)
    if user is None:
        raise ApiError("not_signed_in")
    request[USER] = user


async def _conference_owner(request: web.Request) -> None:
    await _user(request)
    found = await parts(request).storage.conferences.get(request.match_info["conference"])
    if found is None or found.owner != request[USER].id:
        raise ApiError("not_found")
    request[CONFERENCE] = found


async def _recording_owner(request: web.Request) -> None:
    await _user(request)
    found = await parts(request).storage.recordings.get(request.match_info["recording"])
    if found is None or found.owner != request[USER].id:
        raise ApiError("not_found")
    request[RECORDING] = found


_CHECKS: dict[Access, Callable[[web.Request], Awaitable[None]]] = {
    Access.ANYONE: _anyone,
    Access.USER: _user,
    Access.CONFERENCE: _conference_owner,
    Access.RECORDING: _recording_owner,
    Access.SIGNATURE: _anyone,
}
