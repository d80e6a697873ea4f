"""Local accounts: e-mail and password, the second factor, forgotten passwords and the links that set them.

An address that nobody has gets the same answer as one that somebody has, after the same work.
"""

from aiohttp import web

from portal import pending
from portal.account_parts import account_parts
from portal.accounts import let_in, ways_in
from portal.bodies import parse
from portal.bodies_accounts import ForgotBody, NewPassword, PasswordSignIn, SecondFactorBody, TokenBody
from portal.context import Parts, caller, parts
from portal.device import known_browser
from portal.errors import ApiError
from portal.join import GATE
from portal.limits_accounts import (
    ACCOUNT,
    CODES,
    FORGOTTEN,
    FORGOTTEN_OF_ACCOUNT,
    KNOWN_BROWSER,
    LINKS,
    SIGN_INS,
    SIGN_INS_TO_ACCOUNT,
    Tries,
    account_key,
    count,
    count_caller,
    right,
)
from portal.passwords import fault
from portal.totp import step_of
from storage.account_states import State
from storage.email_tokens import Proof, Purpose
from storage.records import UserRecord

RESETTABLE = (State.UNCONFIRMED, State.ACTIVE)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """{"user"}, or {"second_factor": true} when a code is asked for next."""
    body = await parse(request, PasswordSignIn)
    _allowed(request)
    tries = await count(request, *_counted(request, account_key(request, body.email)))
    storage = parts(request).storage
    user = await storage.accounts.by_email(body.email)
    known = user is not None and user.state in RESETTABLE
    hashed = await storage.credentials.password_hash(user.id) if user is not None and known else None
    good, better = await account_parts(request).hasher.verify(body.password, hashed)
    if user is None or not good:
        raise ApiError("wrong_credentials")
    await right(request, tries)
    if better is not None and hashed is not None:
        await storage.credentials.rehash(user.id, better, instead_of=hashed)
    return await pending.proved(request, user.id)


def _counted(request: web.Request, key: str) -> Tries:
    """Strangers share the tries of an account, so that many callers guess no faster than one; a browser from which its
    owner signed in before has its own, so that strangers cannot lock the owner out (OWASP: device cookies)."""
    browser = known_browser(request, key)
    if browser is not None:
        return ((KNOWN_BROWSER, f"{browser}/{key}"),)
    who = caller(request)
    return ((SIGN_INS, who), (SIGN_INS_TO_ACCOUNT, f"{who}/{key}"), (ACCOUNT, key))


async def second_factor(request: web.Request) -> web.StreamResponse:
    """A one-time code, or a recovery code (E2-66)."""
    body = await parse(request, SecondFactorBody)
    waiting = await pending.looked(request, pending.SECOND_FACTOR)
    user_id = str(waiting["user"])
    await use_code(request, user_id, body.code)
    await pending.taken(request, pending.SECOND_FACTOR)
    response = await let_in(request, user_id)
    pending.drop_cookie(request, response)
    return response


async def use_code(request: web.Request, user_id: str, code: str) -> None:
    """Proof of the second factor, good once. Raises ApiError wrong_code, too_many_tries."""
    tries = await count(request, (CODES, user_id))
    if not await _used(parts(request), user_id, code):
        raise ApiError("wrong_code")
    await right(request, tries)


async def _used(its: Parts, user_id: str, code: str) -> bool:
    credentials = its.storage.credentials
    factor = await credentials.second_factor(user_id)
    if factor.secret is None or factor.since_ms is None:
        return False
    step = step_of(factor.secret, code, its.clock())
    if step is not None:
        return await credentials.use_step(user_id, step)
    return await credentials.use_recovery_code(user_id, code, now_ms=its.now_ms())


async def forgot(request: web.Request) -> web.StreamResponse:
    """Always the same answer; the mail is made after it."""
    body = await parse(request, ForgotBody)
    _allowed(request)
    await count_caller(request, FORGOTTEN)
    account_parts(request).beside(_send_reset(request, body.email))
    return web.json_response({})


async def _send_reset(request: web.Request, email: str) -> None:
    its = parts(request)
    if await its.storage.limiter.take((FORGOTTEN_OF_ACCOUNT, account_key(request, email))) is not None:
        return
    user = await its.storage.accounts.by_email(email)
    if user is None or user.email is None:
        return
    purpose = Purpose.ACTIVATE if user.state == State.INVITED else Purpose.RESET
    async with its.storage.db.write() as session:
        await its.storage.email_tokens.send_in(session, user.id, purpose, user.email, now_ms=its.now_ms())


async def look(request: web.Request) -> web.StreamResponse:
    """What the page of a link shows before it asks for a password; uses nothing up."""
    body = await parse(request, TokenBody)
    async with request.config_dict[GATE].secret(LINKS, caller(request)):
        proof, user = await _proof(request, body.token)
    return web.json_response(
        {
            "purpose": proof.purpose.value,
            "email": proof.email,
            "name": user.name,
            "sign_in": ways_in(parts(request).settings),
        }
    )


async def reset(request: web.Request) -> web.StreamResponse:
    """A new password by a link; an invited person takes up the account with it. All other sessions end."""
    body = await parse(request, NewPassword)
    _allowed(request)
    async with request.config_dict[GATE].secret(LINKS, caller(request)):
        proof, user = await _proof(request, body.token)
    check_password(body.new, user, proof.email)
    hashed = await account_parts(request).hasher.hash(body.new)
    its = parts(request)
    user = await its.storage.registration.take_up(body.token, hashed, now_ms=its.now_ms())
    return await pending.proved(request, user.id)


def check_password(new: str, user: UserRecord, *addresses: str) -> None:
    """Raises ApiError weak_password with the reason."""
    why = fault(new, [user.name, user.email or "", *addresses])
    if why is not None:
        raise ApiError("weak_password", reason=why)


async def _proof(request: web.Request, token: str) -> tuple[Proof, UserRecord]:
    its = parts(request)
    proof = await its.storage.email_tokens.look(token, Purpose.RESET, Purpose.ACTIVATE, now_ms=its.now_ms())
    user = await its.storage.users.get(proof.user)
    if user is None or user.state == State.DELETED:
        raise ApiError("not_found")
    return proof, user


def _allowed(request: web.Request) -> None:
    if not parts(request).settings.local_accounts:
        raise ApiError("no_passwords")
