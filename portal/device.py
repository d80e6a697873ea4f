"""The browser's own id: random, signed so that nobody can pick one, good only for bans and returns. And the mark of a
browser that an account signed in from, good only for tries of its own with that account's password."""

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
    if device and hmac.compare_digest(_signature(keys, "device", device).encode(), signature.encode()):
        return device, False
    return new_id(), True


def set_device(request: web.Request, response: web.StreamResponse, device: str) -> None:
    value = f"{device}.{_signature(parts(request).storage.secrets, 'device', device)}"
    cookies.put(request, response, cookies.DEVICE, value, max_age_s=_AGE_S)


def known_browser(request: web.Request, account: str) -> str | None:
    """The id of this browser if the account (`limits_accounts.account_key`) signed in from it before."""
    browser, _, signature = cookies.read(request, cookies.KNOWN).partition(".")
    good = _signature(parts(request).storage.secrets, "known", f"{browser}/{account}").encode()
    return browser if browser and hmac.compare_digest(good, signature.encode()) else None


def mark_known(request: web.Request, response: web.StreamResponse, account: str) -> None:
    """For one account at a time; a new id each time, so that its tries begin anew only with a right password."""
    browser, keys = new_id(), parts(request).storage.secrets
    value = f"{browser}.{_signature(keys, 'known', f'{browser}/{account}')}"
    cookies.put(request, response, cookies.KNOWN, value, max_age_s=_AGE_S)


def _signature(keys: Secrets, purpose: str, value: str) -> str:
    return base64.urlsafe_b64encode(keys.keyed_hash(purpose, value)[:18]).decode()
