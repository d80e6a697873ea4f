"""The browser's own id: random, signed so that nobody can pick one, good only for bans and returns."""

import base64
import hmac

from aiohttp import web

from portal.context import parts
from storage.ids import new_id
from storage.secrets import Secrets

COOKIE = "plenum_device"
_AGE_S = 400 * 24 * 3600  # the longest that browsers keep


def device_of(request: web.Request) -> tuple[str, bool]:
    """The device id, and whether it is new and must be set on the answer."""
    value = request.cookies.get(COOKIE, "")
    device, _, signature = value.partition(".")
    keys = parts(request).storage.secrets
    if device and len(value) <= 128 and hmac.compare_digest(_signature(keys, device).encode(), signature.encode()):
        return device, False
    return new_id(), True


def set_device(request: web.Request, response: web.StreamResponse, device: str) -> None:
    its = parts(request)
    response.set_cookie(
        COOKIE,
        f"{device}.{_signature(its.storage.secrets, device)}",
        max_age=_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=its.settings.secure_cookies,
    )


def _signature(keys: Secrets, device: str) -> str:
    return base64.urlsafe_b64encode(keys.keyed_hash("device", device)[:18]).decode()
