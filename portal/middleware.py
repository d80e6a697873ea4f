"""Around every request: an id, one place where errors become answers, one log line for API calls.

Log lines carry the route's pattern, never the path (it may hold a secret), and no address.
"""

import secrets
import time
from pathlib import Path

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from portal.context import REQUEST_ID
from portal.errors import ApiError, as_api_error, error_body
from portal.pages import page

log = structlog.get_logger()


def errors_become_answers(static_dir: Path) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[REQUEST_ID] = secrets.token_hex(8)
        started = time.perf_counter()
        try:
            response = await handler(request)
        except Exception as error:
            if isinstance(error, web.HTTPException) and error.status < 400:
                raise  # a redirect
            if request.writer.output_size > 0:
                raise  # the head is out (a socket, a stream): nothing more can be said
            response = _answer(request, error, static_dir)
        if request.path.startswith("/api/"):
            _log(request, response.status, time.perf_counter() - started)
        return response

    return middleware


def _answer(request: web.Request, error: Exception, static_dir: Path) -> web.StreamResponse:
    known = as_api_error(error)
    if known.code == "internal":
        log.error("request failed", request=request[REQUEST_ID], route=_route(request), exc_info=error)
    if known.code == "not_found" and _wants_page(request):
        return page(static_dir, status=404)
    return error_answer(known)


def error_answer(error: ApiError) -> web.Response:
    response = web.json_response(error_body(error), status=error.status)
    if "retry_after_s" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after_s"])
    return response


def _wants_page(request: web.Request) -> bool:
    browser = "text/html" in request.headers.get("Accept", "")
    return browser and request.method in ("GET", "HEAD") and not request.path.startswith("/api/")


def _log(request: web.Request, status: int, seconds: float) -> None:
    say = log.debug if request.path.startswith("/api/play/") else log.info  # a player asks many times a second
    say(
        "api request",
        request=request[REQUEST_ID],
        method=request.method,
        route=_route(request),
        status=status,
        ms=round(seconds * 1000, 1),
    )


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
