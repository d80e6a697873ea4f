"""Every route of the API with what it does; portal/authorisation.py says who may. A route that is not in `ROUTES`
does not exist. `body` and `query` are what the OpenAPI document says the route takes; handlers parse the same models.

Each capability has its own list of routes (`portal/routes_*.py`); they are put together here.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from portal import join, play, recordings, routes_messages, routes_people, routes_schedule
from portal.authorisation import Action, Verdict, judge, open_to_all, standing
from portal.bodies import DoorBody, Empty, JoinBody
from portal.context import USER, host, parts, scheme
from portal.cookies import SESSION, name_of, secure, signed_in
from portal.errors import ApiError
from portal.fresh import must_be_fresh
from portal.objects import Kind, relation
from portal.openapi import document
from portal.queries import PlayQuery
from portal.route import Route
from portal.routes_accounts import ACCOUNT_ROUTES

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_C = "/api/conferences/{conference}"
_R = "/api/recordings/{recording}"
_P = "/api/play/{recording}"
_OF_C, _OF_R = Kind.CONFERENCE, Kind.RECORDING


async def described(request: web.Request) -> web.StreamResponse:
    """This document."""
    return web.json_response(_document(parts(request).settings.version, secure(request)))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/openapi.json", Action.LOOK, described),
    *ACCOUNT_ROUTES,
    *routes_schedule.ROUTES,
    *routes_people.ROUTES,
    Route("GET", f"{_C}/recordings", Action.CONFERENCE_SHOW, recordings.list_of_conference, of=_OF_C),
    Route("GET", "/api/recordings", Action.RECORDING_LIST, recordings.list_own),
    Route("DELETE", _R, Action.RECORDING_MANAGE, recordings.delete, of=_OF_R, body=Empty),
    Route("POST", f"{_R}/link", Action.RECORDING_MANAGE, recordings.link, of=_OF_R, body=Empty),
    Route("GET", f"{_P}/manifest", Action.PLAY, play.manifest, query=PlayQuery),
    Route("GET", f"{_P}/{{part}}/media", Action.PLAY, play.media, query=PlayQuery),
    Route("GET", f"{_P}/{{part}}/index", Action.PLAY, play.index, query=PlayQuery),
    Route("POST", "/api/join", Action.JOIN, join.join, body=JoinBody),
    Route("POST", "/api/join/check", Action.JOIN, join.check, body=DoorBody),
    *routes_messages.ROUTES,
)


@cache
def _document(version: str, https: bool) -> dict[str, Any]:
    return document(ROUTES, version, name_of(SESSION, secure=https))


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
        await _allowed(request, route)
        return await route.handler(request)

    return handler


async def _allowed(request: web.Request, route: Route) -> None:
    if open_to_all(route.action):
        return
    user = await signed_in(request)
    if user is not None:
        request[USER] = user
    verdict = judge(route.action, standing(user), await relation(request, user, route.of))
    if verdict is not Verdict.ALLOWED:
        raise ApiError(verdict.value)
    if route.fresh:
        await must_be_fresh(request)


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
