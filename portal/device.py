"""The browser's own id: random, signed so that nobody can pick one, good only for bans and returns."""

import base64
import hmac

from aiohttp import web

from portal import cookies
from portal.context import parts
from storage.ids import new_id
from storage.secrets import Secrets

_AGE_S = 400 * 24 * 3600  # the longest that browsers keep


def device_of(request: web.Request) -> tuple[str, bool]:
    """The device id, and whether it is new and must be set on the answer."""
    value = cookies.read(request, cookies.DEVICE)
    device, _, signature = value.partition(".")
    keys = parts(request).storage.secrets
    if device and hmac.compare_digest(_signature(keys, device).encode(), signature.encode()):
        return device, False
    return new_id(), True


def set_device(request: web.Request, response: web.StreamResponse, device: str) -> None:
    value = f"{device}.{_signature(parts(request).storage.secrets, device)}"
    cookies.put(request, response, cookies.DEVICE, value, max_age_s=_AGE_S)


def _signature(keys: Secrets, device: str) -> str:
    return base64.urlsafe_b64encode(keys.keyed_hash("device", device)[:18]).decode()
