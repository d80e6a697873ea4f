"""Security headers of every answer (OWASP ASVS 5.0 V3.4). Nothing of the client may come from elsewhere."""

from aiohttp import web

from portal.context import REQUEST_ID, host, parts, scheme

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self' {socket}; font-src 'self'; manifest-src 'self'; "
    "worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_PERMISSIONS = ", ".join(
    [f"{feature}=(self)" for feature in ("camera", "microphone", "display-capture", "fullscreen", "screen-wake-lock")]
    + [f"{feature}=(self)" for feature in ("autoplay", "speaker-selection", "picture-in-picture", "clipboard-write")]
    + [f"{feature}=()" for feature in ("geolocation", "payment", "usb", "serial", "midi", "hid")]
)
_FIXED = {
    "Permissions-Policy": _PERMISSIONS,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "Plenum",
}


async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
    """For `app.on_response_prepare`: also covers errors, files and sockets."""
    response.headers.update(_FIXED)
    response.headers["Content-Security-Policy"] = content_policy(request)
    response.headers.setdefault("Cache-Control", "no-store" if request.path.startswith("/api/") else "no-cache")
    if (request_id := request.get(REQUEST_ID)) is not None:
        response.headers["X-Request-Id"] = request_id
    if (parts(request).settings.public_url or "").startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


def content_policy(request: web.Request) -> str:
    """Older browsers do not count a WebSocket to the same host as 'self', so it is named."""
    socket = f"{'wss' if scheme(request) == 'https' else 'ws'}://{host(request)}"
    return _POLICY.format(socket=socket)
