"""Who am I, sign in by one-time link, sign out. Other ways to sign in end here too: in `let_in`."""

from aiohttp import web

from portal import cookies
from portal.agent import family
from portal.authorisation import Action, Relation, Verdict, judge, standing
from portal.bodies import Empty, SignInBody, parse
from portal.context import caller, parts
from portal.cookies import signed_in
from portal.device import mark_known
from portal.errors import ApiError
from portal.gate import SIGN_INS_PER_CALLER
from portal.join import GATE
from portal.limits_accounts import account_key
from portal.settings import LANGUAGES, PortalSettings
from storage.accounts import Named, Place
from storage.errors import NotFound
from storage.records import UserRecord
from storage.web_sessions import WEB_SESSION_MS


async def me(request: web.Request) -> web.StreamResponse:
    its = parts(request)
    user = await signed_in(request)
    return web.json_response(
        {
            "user": None if user is None else described(user, await its.storage.accounts.place(user)),
            "version": its.settings.version,
            "sign_in": ways_in(its.settings),
            "languages": list(LANGUAGES),
        }
        | ({} if user is None else {"delivery": deliveries(its.settings)})
    )


async def sign_in(request: web.Request) -> web.StreamResponse:
    """By the link that whoever runs the server printed: it also gets somebody in who has lost the second factor."""
    body = await parse(request, SignInBody)
    its = parts(request)
    async with request.config_dict[GATE].secret(SIGN_INS_PER_CALLER, caller(request)):
        try:
            user_id = await its.storage.sign_in_links.redeem(body.token, now_ms=its.now_ms())
        except NotFound:
            raise ApiError("not_found", "This sign-in link is not valid.") from None
    return await let_in(request, user_id)


async def sign_out(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    await parts(request).storage.web_sessions.end(cookies.read(request, cookies.SESSION))
    response = web.json_response({})
    forget_session(request, response)
    return response


async def let_in(request: web.Request, user_id: str, *, proved_ms: int | None = None) -> web.Response:
    """The answer that signs `user_id` in, under a session that nobody knew before; the browser's former one ends."""
    its = parts(request)
    user = await its.storage.users.get(user_id)
    if user is None or user.state == "deleted":
        raise ApiError("not_found")
    response = web.json_response({"user": described(user, await its.storage.accounts.place(user))})
    await new_session(request, response, user.id, proved_ms=proved_ms)
    if user.email is not None and user.confirmed:
        mark_known(request, response, account_key(request, user.email))
    return response


async def new_session(
    request: web.Request, response: web.StreamResponse, user_id: str, *, proved_ms: int | None = None
) -> None:
    """`proved_ms`: when the person proved who they are, if that was not now."""
    its = parts(request)
    cookie = await its.storage.web_sessions.create(
        user_id,
        now_ms=its.now_ms(),
        agent=family(request.headers.get("User-Agent", "")),
        instead_of=cookies.read(request, cookies.SESSION),
        proved_ms=proved_ms,
    )
    cookies.put(request, response, cookies.SESSION, cookie, max_age_s=WEB_SESSION_MS // 1000)


def forget_session(request: web.Request, response: web.StreamResponse) -> None:
    cookies.drop(request, response, cookies.SESSION)


def facts(user: UserRecord, body: Named | None, unit: Named | None) -> dict[str, object]:
    """What every description of an account begins with."""
    return {
        "id": user.id,
        "name": user.name,
        "given_name": user.given_name,
        "surname": user.surname,
        "email": user.email,
        "role": user.role,
        "body": None if body is None else {"id": body.id, "name": body.name},
        "unit": None if unit is None else {"id": unit.id, "name": unit.name},
    }


def described(user: UserRecord, place: Place) -> dict[str, object]:
    """An account as its owner sees it. `rights`: what can be done without an object, for the pages' menus."""
    who = standing(user)
    return facts(user, place.body, place.unit) | {
        "state": user.state,
        "language": user.language,
        "time_zone": user.time_zone,
        "must": list(user.must),
        "rights": [each.value for each in Action if judge(each, who, Relation.NONE) is Verdict.ALLOWED],
        "two_factor": user.two_factor,
    }


def deliveries(settings: PortalSettings) -> dict[str, object]:
    """How messages leave: without a gateway the form offers no SMS."""
    return {"mail": settings.mail_delivery, "sms": settings.sms_delivery}


def ways_in(settings: PortalSettings) -> dict[str, object]:
    oidc = settings.oidc
    return {
        "oidc": None if oidc is None else {"name": oidc.shown_name},
        "password": settings.local_accounts,
    }
