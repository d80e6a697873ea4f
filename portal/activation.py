"""Finishing an account (E0-11 to E0-18, E2-28): the address, the terms, the link in the mail. Until then an account
does nothing else (E0-13).
"""

from aiohttp import web

from portal.bodies import Empty, parse
from portal.bodies_accounts import Activation, TokenBody
from portal.context import USER, caller, parts
from portal.cookies import signed_in
from portal.errors import ApiError
from portal.join import GATE
from portal.limits_accounts import LINKS, PROOFS, count, count_mail
from portal.profile import names_fixed
from storage.email_tokens import Purpose
from storage.registration import Completion


async def show(request: web.Request) -> web.StreamResponse:
    """What the activation page begins with."""
    return web.json_response(await _described(request))


async def activate(request: web.Request) -> web.StreamResponse:
    """Accepts the terms, and sends the link if the address needs proof."""
    body = await parse(request, Activation)
    if not body.terms or not body.privacy:
        raise ApiError("terms_needed")
    user, its = request[USER], parts(request)
    await count_mail(request, user.id, None if user.confirmed else body.email)
    given = await _completion(request, body)
    if not user.confirmed:
        await _may_register(request, given.email or "")
    request[USER] = await its.storage.registration.complete(user.id, given, now_ms=its.now_ms())
    return web.json_response(await _described(request))


async def resend(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its = parts(request)
    await count_mail(request, request[USER].id, request[USER].email)
    await its.storage.registration.resend(request[USER].id, now_ms=its.now_ms())
    return web.json_response({})


async def look(request: web.Request) -> web.StreamResponse:
    """Whose address the link would confirm: the page asks before it does, for the link may have been sent by
    somebody who typed a wrong address, on purpose or not."""
    body = await parse(request, TokenBody)
    its, either = parts(request), (Purpose.CONFIRM, Purpose.CONFIRM_EXTRA)
    async with request.config_dict[GATE].secret(LINKS, caller(request)):
        proof = await its.storage.email_tokens.look(body.token, *either, now_ms=its.now_ms())
    user = await its.storage.users.get(proof.user)
    name = "" if user is None else user.name
    return web.json_response({"name": name, "email": proof.email, "extra": proof.purpose is Purpose.CONFIRM_EXTRA})


async def confirm_email(request: web.Request) -> web.StreamResponse:
    """Anybody with the link."""
    body = await parse(request, TokenBody)
    its, here = parts(request), await signed_in(request)
    async with request.config_dict[GATE].secret(LINKS, caller(request)):
        done = await its.storage.registration.confirm(
            body.token, signed_in=None if here is None else here.id, now_ms=its.now_ms()
        )
    return web.json_response({"extra": done.extra, "already": done.already})


async def _completion(request: web.Request, body: Activation) -> Completion:
    """Names are the provider's where it gave any (E2-25, E2-33); an address that is proved stays."""
    user = request[USER]
    surname, given_name = body.surname or user.surname, body.given_name or user.given_name
    if not surname:
        raise ApiError("bad_request", "surname: must be given")
    fixed = await names_fixed(request)
    if fixed and (surname, given_name) != (user.surname, user.given_name):
        raise ApiError("bad_request", "surname: the provider's name is changed at the provider")
    email = user.email if user.confirmed else body.email
    if email is None:
        raise ApiError("bad_request", "email: must be given")
    return Completion(None if fixed else given_name, None if fixed else surname, email, body.telephone)


async def _may_register(request: web.Request, email: str) -> None:
    """E0-20: whoever does not work here needs a personal invitation to this address. Raises ApiError not_invited."""
    its, user = parts(request), request[USER]
    if its.settings.registration == "open":
        return
    profile = await its.storage.accounts.profile(user.id)
    if its.settings.registration == "employed" and profile.employment == "yes":
        return
    await count(request, (PROOFS, f"invited/{user.id}"))
    if not await its.storage.registration.invited(email):
        raise ApiError("not_invited")


async def _described(request: web.Request) -> dict[str, object]:
    user = request[USER]
    profile = await parts(request).storage.accounts.profile(user.id)
    return {
        "state": user.state,
        "must": list(user.must),
        "given_name": user.given_name,
        "surname": user.surname,
        "names_fixed": await names_fixed(request),
        "email": user.email,
        "email_confirmed": user.confirmed,
        "telephone": profile.telephone,
    }
