"""Fresh proof (OWASP ASVS 5.0 7.5): whoever finds a signed-in browser must not be able to take the account over.

Routes that are marked `fresh` are done only if the person proved who they are in this session in the last ten minutes,
by signing in or by `prove`, which asks for everything that the account has: the password, and the second factor.
"""

from typing import Final

from aiohttp import web

from portal import cookies
from portal.account_parts import account_parts
from portal.accounts import new_session
from portal.bodies import parse
from portal.bodies_accounts import ProveBody
from portal.context import USER, parts
from portal.errors import ApiError
from portal.limits_accounts import PROOFS, count, right
from portal.local_sign_in import use_code

FRESH_MS: Final = 10 * 60 * 1000


async def must_be_fresh(request: web.Request) -> None:
    """Raises ApiError proof_needed; `ask` says what the account can be asked for."""
    its = parts(request)
    proved_ms = await its.storage.web_sessions.proved(cookies.read(request, cookies.SESSION))
    if proved_ms is None or not 0 <= its.now_ms() - proved_ms < FRESH_MS:
        raise ApiError("proof_needed", ask=await _asked(request))


async def prove(request: web.Request) -> web.StreamResponse:
    """It is still me: password, code, or both, as the account has them. The session gets a new cookie."""
    body = await parse(request, ProveBody)
    user, asked = request[USER], await _asked(request)
    if not asked["password"] and not asked["code"]:
        raise ApiError("wrong_state", "Sign in again.")
    for name in ("password", "code"):
        if asked[name] and getattr(body, name) is None:
            raise ApiError("bad_request", f"{name}: must be given")
    if asked["password"]:
        await password_is_right(request, body.password or "")
    if asked["code"]:
        await use_code(request, user.id, body.code or "")
    response = web.json_response({})
    await new_session(request, response, user.id)
    return response


async def password_is_right(request: web.Request, password: str) -> None:
    """Of the account that is signed in. Raises ApiError wrong_credentials."""
    user = request[USER]
    tries = await count(request, (PROOFS, f"password/{user.id}"))
    hashed = await parts(request).storage.credentials.password_hash(user.id)
    if not (await account_parts(request).hasher.verify(password, hashed))[0]:
        raise ApiError("wrong_credentials", "The password is not right.")
    await right(request, tries)


async def _asked(request: web.Request) -> dict[str, bool]:
    its, user = parts(request), request[USER]
    settings, storage = its.settings, its.storage
    return {
        "password": settings.local_accounts and await storage.credentials.password_hash(user.id) is not None,
        "code": user.two_factor,
        "provider": settings.oidc is not None and await storage.identities.any(user.id),
    }
