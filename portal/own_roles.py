"""Asking for a role and laying one down (E1-10 to E1-14, E2-44 to E2-49). Filing is possible while the address waits
for its confirmation (decision 6); deciding is not.
"""

from aiohttp import web

from portal.bodies import Empty, parse
from portal.bodies_accounts import RoleWish, StepDown
from portal.context import USER, parts
from portal.errors import ApiError
from portal.limits_accounts import MAILS, count
from storage.own_roles import OwnRequest, Wish


async def listed(request: web.Request) -> web.StreamResponse:
    """Own requests, and what the form begins with."""
    its, user = parts(request), request[USER]
    storage = its.storage
    profile, place = await storage.accounts.profile(user.id), await storage.accounts.place(user)
    return web.json_response(
        {
            "requests": [_described(each) for each in await storage.own_roles.of(user.id)],
            "body": None if place.body is None else place.body.name,
            "body_name": profile.employment_body,
            "units": [{"id": each.id, "name": each.name} for each in await storage.accounts.units(user.body)],
            "unit": user.unit,
            "telephone": profile.telephone,
            "may_ask": _may_ask(request, profile.employment),
        }
    )


async def ask(request: web.Request) -> web.StreamResponse:
    body = await parse(request, RoleWish)
    its, user = parts(request), request[USER]
    if not user.accepted and not user.ready:
        raise ApiError("account_incomplete")
    profile = await its.storage.accounts.profile(user.id)
    if not _may_ask(request, profile.employment):
        raise ApiError("not_employed")
    await count(request, (MAILS, f"role/{user.id}"))
    wish = Wish(body.role, body.body_name or profile.employment_body, body.unit_id, body.telephone, body.purpose)
    return web.json_response(
        _described(await its.storage.own_roles.ask(user.id, wish, now_ms=its.now_ms())), status=201
    )


async def withdraw(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its = parts(request)
    await its.storage.own_roles.withdraw(request[USER].id, request.match_info["own_request"], now_ms=its.now_ms())
    return web.Response(status=204)


async def step_down(request: web.Request) -> web.StreamResponse:
    """At once: nobody needs to agree to fewer rights (E2-45)."""
    body = await parse(request, StepDown)
    its = parts(request)
    await its.storage.own_roles.step_down(request[USER].id, body.role, now_ms=its.now_ms())
    await its.rooms.rights_changed(user=request[USER].id)
    return web.json_response({"role": body.role})


def _may_ask(request: web.Request, employment: str) -> bool:
    """E2-21: where a registry says who works here, only they."""
    checked = parts(request).settings.employment
    return employment == "yes" if checked.url is not None or checked.list is not None else True


def _described(request: OwnRequest) -> dict[str, object]:
    return {
        "id": request.id,
        "role": request.role,
        "body_name": request.body_name,
        "unit_name": request.unit_name,
        "telephone": request.telephone,
        "purpose": request.purpose,
        "state": request.state,
        "created_at": request.created_ms,
        "changed_at": request.changed_ms,
    }
