"""The browser client's files. Every page is the one HTML file; hashed assets never change."""

from pathlib import Path

from aiohttp import web

STATIC_DIR = web.AppKey("portal_static_dir", Path)
PAGES = (
    *("/", "/home", "/sign-in", "/sign-in/confirm", "/activate", "/confirm", "/forgot", "/reset", "/account"),
    *("/users", "/users/{user}", "/body", "/administration"),
    *("/help", "/help/{topic}", "/contact", "/terms", "/privacy", "/security"),
    *("/conferences", "/rsvp/{answer}", "/j/{secret}", "/pin", "/room", "/play/{recording}"),
)
FOREVER = "public, max-age=31536000, immutable"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,150}"
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".txt": "text/plain",
}


def add_pages(app: web.Application, static_dir: Path) -> None:
    app[STATIC_DIR] = static_dir
    for path in PAGES:
        app.router.add_get(path, _page)
    app.router.add_get(f"/assets/{{name:{_NAME}}}", _asset)
    app.router.add_get(f"/{{name:{_NAME}\\.[a-z0-9]{{2,11}}}}", _file)


def page(static_dir: Path, *, status: int = 200) -> web.FileResponse:
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(static_dir / "index.html", status=status, headers=headers)


async def _page(request: web.Request) -> web.StreamResponse:
    return page(request.config_dict[STATIC_DIR])


async def _asset(request: web.Request) -> web.StreamResponse:
    return _served(request.config_dict[STATIC_DIR] / "assets", request.match_info["name"], FOREVER)


async def _file(request: web.Request) -> web.StreamResponse:
    return _served(request.config_dict[STATIC_DIR], request.match_info["name"], "no-cache")


def _served(folder: Path, name: str, cache: str) -> web.StreamResponse:
    """`name` is one path segment by the route's pattern; only known kinds of files go out."""
    path = folder / name
    kind = _TYPES.get(path.suffix)
    if kind is None or not path.is_file():
        raise web.HTTPNotFound
    text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    headers = {"Content-Type": f"{kind}; charset=utf-8" if text else kind, "Cache-Control": cache}
    return web.FileResponse(path, headers=headers)
