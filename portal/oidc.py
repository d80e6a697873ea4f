"""Signing in at the provider (E0-8, E0-9, E2-22): there and back by redirects, then the confirmation screen
(E2-23 to E2-26), where an account is recognised, taken up or made.

What goes out (state, nonce, PKCE verifier) is sealed in the database under the state and bound to the browser by a
cookie; each answer is taken once.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web

from portal import pending
from portal.account_parts import account_parts
from portal.bodies import Empty, parse
from portal.bodies_accounts import CallbackQuery, ConfirmLogin, StartBody, StartQuery
from portal.context import base_url, caller, parts
from portal.employment import Employment
from portal.errors import ApiError
from portal.identity import Identity, identity
from portal.limits_accounts import STARTS, count_caller, right
from portal.provider import Login, Provider, ProviderError
from portal.queries import parse_query
from storage.account_states import State
from storage.email_tokens import Purpose
from storage.errors import StorageError
from storage.records import UserRecord
from storage.registration import Newcomer

AT_PROVIDER = "oidc"
_OWN_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_.#?=&%-]{0,299}")

log = structlog.get_logger()


async def start(request: web.Request) -> web.StreamResponse:
    """A link: off to the provider."""
    await count_caller(request, STARTS)
    asked = parse_query(request, StartQuery)
    try:
        url, browser = await _begin(request, asked.return_to, None, fresh=asked.fresh)
    except ProviderError as error:
        return _back(error.code)
    response = web.Response(status=302, headers={"Location": url})
    pending.set_cookie(request, response, browser)
    return response


async def start_invited(request: web.Request) -> web.StreamResponse:
    """The same with the token of an invitation, which belongs into no address: {"url"} to go to."""
    body = await parse(request, StartBody)
    await count_caller(request, STARTS)
    if body.token is not None:
        its = parts(request)
        await its.storage.email_tokens.look(body.token, Purpose.ACTIVATE, now_ms=its.now_ms())
    try:
        url, browser = await _begin(request, body.return_to, body.token)
    except ProviderError as error:
        raise ApiError(error.code) from None
    response = web.json_response({"url": url})
    pending.set_cookie(request, response, browser)
    return response


async def callback(request: web.Request) -> web.StreamResponse:
    """Back from the provider: to the confirmation screen, or to the sign-in page with the problem."""
    its, said = parts(request), parse_query(request, CallbackQuery)
    waiting = await its.storage.pending_logins.take(AT_PROVIDER, said.state, now_ms=its.now_ms())
    if said.error == "access_denied":
        return _back("provider_cancelled")  # some providers forget the state here; nothing hangs on it
    if waiting is None or not hmac.compare_digest(str(waiting["browser"]), _hashed(pending.cookie(request))):
        return _back("login_expired")
    if said.code is None:
        return _back("provider_failed")
    login = Login(**waiting["login"])
    try:
        claims = await _provider(request).claims(said.code, login)
    except ProviderError as error:
        log.warning("sign-in at the provider failed", code=error.code, why=str(error)[:200])
        return _back(error.code)
    oidc = its.settings.oidc
    assert oidc is not None
    await right(request, ((STARTS, caller(request)),))  # an office behind one address signs in at nine
    who = identity(oidc.issuer, claims)
    employment = await account_parts(request).employment.ask(who.issuer, who.subject, who.email)
    data = {
        "identity": who.stored(),
        "employment": [employment.employed, employment.body],
        "token": waiting["token"],
        "return_to": waiting["return_to"],
    }
    token = await its.storage.pending_logins.put(pending.CONFIRM, data, now_ms=its.now_ms())
    response = web.Response(status=302, headers={"Location": "/sign-in/confirm"})
    pending.set_cookie(request, response, token)
    return response


async def show(request: web.Request) -> web.StreamResponse:
    """The confirmation screen's three fields (E2-23), and what is known already."""
    waiting = await pending.looked(request, pending.CONFIRM)
    who = Identity(**waiting["identity"])
    known = await _known(request, who, waiting["token"])
    oidc = parts(request).settings.oidc
    differs = known is not None and known.name != "" and _named(who) and known.name != _full_name(who)
    return web.json_response(
        {
            "given_name": who.given_name,
            "surname": who.surname,
            "identifier": who.identifier,
            "provider": "" if oidc is None else oidc.shown_name,
            "known": known is not None,
            "name_now": known.name if known is not None and differs else None,
            "return_to": waiting["return_to"],
        }
    )


async def confirm(request: web.Request) -> web.StreamResponse:
    """It is me: {"user"}, or {"second_factor": true}."""
    body = await parse(request, ConfirmLogin)
    waiting = await pending.taken(request, pending.CONFIRM)
    who, employment = Identity(**waiting["identity"]), Employment(*waiting["employment"])
    user_id = await _settle(request, who, employment, waiting["token"], update_name=body.update_name)
    at_ms = None if who.auth_s is None else who.auth_s * 1000
    return await pending.proved(request, user_id, str(waiting["return_to"]), at_ms=at_ms)


async def cancel(request: web.Request) -> web.StreamResponse:
    """It is somebody else (E2-24): nothing of it is kept."""
    await parse(request, Empty)
    its = parts(request)
    await its.storage.pending_logins.take(pending.CONFIRM, pending.cookie(request), now_ms=its.now_ms())
    response = web.json_response({})
    pending.drop_cookie(request, response)
    return response


async def _begin(request: web.Request, return_to: str, token: str | None, *, fresh: bool = False) -> tuple[str, str]:
    """Where the browser goes, and the cookie that binds the answer to it. Two tabs do not disturb each other."""
    its = parts(request)
    browser = pending.cookie(request) or secrets.token_urlsafe(32)
    login = Login(secrets.token_urlsafe(32), secrets.token_urlsafe(48), f"{base_url(request)}/api/oidc/callback")
    data: dict[str, Any] = {
        "login": asdict(login),
        "browser": _hashed(browser),
        "return_to": return_to if _OWN_PATH.fullmatch(return_to) else "/home",
        "token": token,
    }
    state = await its.storage.pending_logins.put(AT_PROVIDER, data, now_ms=its.now_ms())
    return await _provider(request).authorization_url(state, login, fresh=fresh), browser


async def _known(request: web.Request, who: Identity, token: str | None) -> UserRecord | None:
    """Whose sign-in it is: by the subject; by the invitation that was followed; by an address that the provider
    vouches for, if that account is invited, or has a proven address and no sign-in at a provider yet."""
    its = parts(request)
    found = await its.storage.identities.user(who.issuer, who.subject)
    if found is not None:
        return found
    if token is not None and (invited := await _invited_by(request, token)) is not None:
        return invited
    holder = None if who.email is None else await its.storage.accounts.by_email(who.email)
    if holder is None or holder.state == State.INVITED:
        return holder
    free = holder.confirmed and not await its.storage.identities.any(holder.id)
    return holder if free else None


async def _invited_by(request: web.Request, token: str) -> UserRecord | None:
    its = parts(request)
    try:
        proof = await its.storage.email_tokens.look(token, Purpose.ACTIVATE, now_ms=its.now_ms())
    except StorageError:
        return None
    return await its.storage.users.get(proof.user)


async def _settle(
    request: web.Request, who: Identity, employment: Employment, token: str | None, *, update_name: bool
) -> str:
    """The account, recognised, taken up or made."""
    its = parts(request)
    registration, now_ms = its.storage.registration, its.now_ms()
    newcomer = Newcomer(
        who.issuer, who.subject, who.given_name, who.surname, employment.employed, employment.body, who.email
    )
    linked = await its.storage.identities.user(who.issuer, who.subject)
    known = linked or await _known(request, who, token)
    if known is None:
        return await registration.register(newcomer, now_ms=now_ms)
    if linked is None:
        invited = None if token is None else await _invited_by(request, token)
        if token is not None and invited is not None:
            await registration.take_up_by_provider(token, newcomer, now_ms=now_ms)
        else:
            await registration.link(known.id, newcomer, by="provider", now_ms=now_ms)
    name = (who.given_name, who.surname) if update_name and _named(who) else None
    await registration.came_again(
        known.id, name=name, employment=employment.employed, employment_body=employment.body, now_ms=now_ms
    )
    return known.id


def _named(who: Identity) -> bool:
    return bool(who.given_name or who.surname)


def _full_name(who: Identity) -> str:
    return f"{who.given_name} {who.surname}".strip()


def _provider(request: web.Request) -> Provider:
    provider = account_parts(request).provider
    if provider is None:
        raise ApiError("no_provider")
    return provider


def _back(problem: str) -> web.Response:
    return web.Response(status=302, headers={"Location": "/sign-in?" + urlencode({"problem": problem})})


def _hashed(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
