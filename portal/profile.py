"""My account: what can be edited (E2-32) and what not (E2-33), more addresses, the password, sessions, the end."""

from aiohttp import web

from portal import cookies
from portal.account_parts import account_parts
from portal.accounts import facts, forget_session, let_in
from portal.bodies import Empty, parse
from portal.bodies_accounts import ChangePassword, DeleteAccount, EmailBody, OwnName, ProfilePatch
from portal.context import USER, parts
from portal.errors import ApiError
from portal.fresh import must_be_fresh, password_is_right
from portal.limits_accounts import PROOFS, count, count_mail, right
from portal.local_sign_in import check_password
from storage.extra_emails import MAX_EXTRA, ExtraEmailRecord
from storage.text import email_key


async def show(request: web.Request) -> web.StreamResponse:
    return web.json_response(await _described(request))


async def change(request: web.Request) -> web.StreamResponse:
    body = await parse(request, ProfilePatch)
    given = body.model_dump(exclude_unset=True)
    values = {("unit_id" if name == "unit" else name): value for name, value in given.items()}
    if any(value is None for name, value in values.items() if name != "unit_id"):
        raise ApiError("bad_request", "only unit can be null")
    its = parts(request)
    await its.storage.accounts.change(request[USER].id, **values)
    request[USER] = await its.storage.users.get(request[USER].id) or request[USER]
    return web.json_response(await _described(request))


async def rename(request: web.Request) -> web.StreamResponse:
    """Where no provider says what somebody is called (E2-33)."""
    body = await parse(request, OwnName)
    user, its = request[USER], parts(request)
    if await names_fixed(request):
        raise ApiError("wrong_state", "The provider's name is changed at the provider.", reason="name_fixed")
    await its.storage.accounts.rename(user.id, body.given_name or "", body.surname, now_ms=its.now_ms())
    request[USER] = await its.storage.users.get(user.id) or user
    return web.json_response(await _described(request))


async def names_fixed(request: web.Request) -> bool:
    """The provider's, where it gave any (E2-25, E2-33)."""
    user, its = request[USER], parts(request)
    return its.settings.oidc is not None and bool(user.name) and await its.storage.identities.any(user.id)


async def delete(request: web.Request) -> web.StreamResponse:
    """E2-35 to E2-39: only with the first address typed; without an address, the name."""
    body = await parse(request, DeleteAccount)
    user, its = request[USER], parts(request)
    tries = await count(request, (PROOFS, f"delete/{user.id}"))
    expected = user.email if user.email is not None else user.name
    if email_key(body.email) != email_key(expected):
        raise ApiError("wrong_email")
    await right(request, tries)
    for conference in await its.storage.deletion.delete(user.id, now_ms=its.now_ms()):
        await its.rooms.end_conference(conference)
    await its.rooms.rights_changed(user=user.id)
    response = web.json_response({})
    forget_session(request, response)
    return response


async def emails(request: web.Request) -> web.StreamResponse:
    found = await parts(request).storage.extra_emails.of(request[USER].id)
    return web.json_response(
        {
            "primary": request[USER].email,
            "emails": [described_email(each) for each in found],
            "free": MAX_EXTRA - len(found),
        }
    )


async def add_email(request: web.Request) -> web.StreamResponse:
    body = await parse(request, EmailBody)
    user, its = request[USER], parts(request)
    await count_mail(request, user.id, body.email)
    made = await its.storage.extra_emails.add(user.id, body.email, now_ms=its.now_ms())
    return web.json_response(described_email(made), status=201)


async def resend_email(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    user, its = request[USER], parts(request)
    known = {each.id: each.email for each in await its.storage.extra_emails.of(user.id)}
    id = request.match_info["email"]
    await count_mail(request, user.id, known.get(id))
    await its.storage.extra_emails.resend(user.id, id, now_ms=its.now_ms())
    return web.json_response({})


async def remove_email(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    await parts(request).storage.extra_emails.remove(request[USER].id, request.match_info["email"])
    return web.Response(status=204)


async def change_password(request: web.Request) -> web.StreamResponse:
    """All other sessions end, and this one gets a new cookie. The first password of an account needs fresh proof."""
    body = await parse(request, ChangePassword)
    user, its = request[USER], parts(request)
    if not its.settings.local_accounts:
        raise ApiError("no_passwords")
    hasher, credentials = account_parts(request).hasher, its.storage.credentials
    if await credentials.password_hash(user.id) is not None:
        await password_is_right(request, body.current or "")
    else:
        await must_be_fresh(request)
    check_password(body.new, user)
    await credentials.set_password(user.id, await hasher.hash(body.new), now_ms=its.now_ms())
    await its.storage.web_sessions.end_others(user.id, current=cookies.read(request, cookies.SESSION))
    return await let_in(request, user.id)


async def sessions(request: web.Request) -> web.StreamResponse:
    its = parts(request)
    found = await its.storage.web_sessions.of(
        request[USER].id, current=cookies.read(request, cookies.SESSION), now_ms=its.now_ms()
    )
    listed = [
        {
            "id": each.id,
            "agent": each.agent,
            "created_at": each.created_ms,
            "seen_at": each.seen_ms,
            "current": each.current,
        }
        for each in found
    ]
    return web.json_response({"sessions": listed})


async def end_session(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    await parts(request).storage.web_sessions.end_one(request[USER].id, request.match_info["session"])
    return web.Response(status=204)


async def end_other_sessions(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    here = cookies.read(request, cookies.SESSION)
    ended = await parts(request).storage.web_sessions.end_others(request[USER].id, current=here)
    return web.json_response({"ended": ended})


async def _described(request: web.Request) -> dict[str, object]:
    user, storage = request[USER], parts(request).storage
    profile, place = await storage.accounts.profile(user.id), await storage.accounts.place(user)
    return facts(user, place.body, place.unit) | {
        "names_fixed": await names_fixed(request),
        "confirmed_by": profile.confirmed_by,
        "units": [{"id": each.id, "name": each.name} for each in await storage.accounts.units(user.body)],
        "telephone": profile.telephone,
        "contact": profile.contact,
        "language": user.language,
        "time_zone": user.time_zone,
        "created_at": user.created_at,
        "terms_at": profile.terms_ms,
        "privacy_at": profile.privacy_ms,
        "has_password": profile.has_password,
    }


def described_email(record: ExtraEmailRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "email": record.email,
        "created_at": record.created_ms,
        "confirmed_at": record.confirmed_ms,
        "confirmed_by": record.confirmed_by,
    }
