"""Two-factor authentication of one's own account (E2-64 to E2-66): one-time codes of an app, and recovery codes."""

from aiohttp import web

from portal import totp
from portal.bodies import Empty, parse
from portal.bodies_accounts import CodeBody, DisableBody
from portal.context import USER, host, parts
from portal.errors import ApiError
from portal.fresh import password_is_right
from portal.limits_accounts import PROOFS, count, right
from portal.local_sign_in import use_code


async def show(request: web.Request) -> web.StreamResponse:
    factor = await parts(request).storage.credentials.second_factor(request[USER].id)
    on = factor.since_ms is not None
    return web.json_response(
        {"enabled": on, "since": factor.since_ms, "recovery_codes_left": factor.recovery_left if on else 0}
    )


async def start(request: web.Request) -> web.StreamResponse:
    """A new secret, for the app to read; it counts once a code of it has been typed."""
    await parse(request, Empty)
    user, its = request[USER], parts(request)
    secret = totp.new_secret()
    await its.storage.credentials.propose_secret(user.id, secret)
    uri = totp.uri(secret, user.email or user.name, f"Plenum {host(request)}")
    return web.json_response({"secret": secret, "uri": uri, "qr_svg": totp.qr_svg(uri)})


async def enable(request: web.Request) -> web.StreamResponse:
    body = await parse(request, CodeBody)
    user, its = request[USER], parts(request)
    factor = await its.storage.credentials.second_factor(user.id)
    if factor.secret is None or factor.since_ms is not None:
        raise ApiError("wrong_state")
    tries = await count(request, (PROOFS, f"enable/{user.id}"))
    step = totp.step_of(factor.secret, body.code, its.clock())
    if step is None:
        raise ApiError("wrong_code")
    await right(request, tries)
    codes = await its.storage.credentials.enable(user.id, step, now_ms=its.now_ms())
    return web.json_response({"recovery_codes": codes})


async def disable(request: web.Request) -> web.StreamResponse:
    """With a code, a recovery code, or the password."""
    body = await parse(request, DisableBody)
    await _on(request)
    user, its = request[USER], parts(request)
    if body.password is not None:
        await password_is_right(request, body.password)
    else:
        await use_code(request, user.id, body.code or "")
    await its.storage.credentials.disable(user.id, now_ms=its.now_ms())
    return web.json_response({})


async def recovery_codes(request: web.Request) -> web.StreamResponse:
    """New ones; the former work no more."""
    body = await parse(request, CodeBody)
    await _on(request)
    user, its = request[USER], parts(request)
    await use_code(request, user.id, body.code)
    codes = await its.storage.credentials.new_recovery_codes(user.id, now_ms=its.now_ms())
    return web.json_response({"recovery_codes": codes})


async def _on(request: web.Request) -> None:
    factor = await parts(request).storage.credentials.second_factor(request[USER].id)
    if factor.since_ms is None:
        raise ApiError("wrong_state")
