"""The people of a body, for its coordinators (E2-16, E2-67 to E2-83)."""

from aiohttp import web

from portal.accounts import facts
from portal.bodies import Empty, parse
from portal.bodies_people import CoordinatorsQuery, MessageBody, NewCoordinator, NewUser, UserPatch
from portal.context import PERSON, USER, parts
from portal.errors import ApiError
from portal.limits_accounts import INVITED, SENT_AGAIN, WRITTEN, count
from portal.profile import described_email
from portal.queries import listed, parse_query
from storage.ids import BodyId
from storage.people import Invited, Listed, Person
from storage.records import UserRecord


async def coordinators(request: web.Request) -> web.StreamResponse:
    """Of one's body; administrators see those of all, or of the one that they name."""
    asked, user = parse_query(request, CoordinatorsQuery), request[USER]
    everywhere = asked.body is None and user.role == "administrator"
    body = None if everywhere else _body(user, asked.body)
    found, total = await parts(request).storage.people.coordinators(
        body, asked.q, offset=asked.offset, limit=asked.size
    )
    return web.json_response(listed([_row(each) for each in found], asked, total))


async def users(request: web.Request) -> web.StreamResponse:
    asked = parse_query(request, CoordinatorsQuery)
    body = _body(request[USER], asked.body)
    found, total = await parts(request).storage.people.users(body, asked.q, offset=asked.offset, limit=asked.size)
    return web.json_response(listed([_row(each) for each in found], asked, total))


async def show(request: web.Request) -> web.StreamResponse:
    return web.json_response(_described(request[PERSON]))


async def describe(request: web.Request) -> web.StreamResponse:
    body = await parse(request, UserPatch)
    its, person = parts(request), request[PERSON]
    await its.storage.people.describe(person.user.id, comments=body.comments, description=body.description)
    return web.json_response(_described(await its.storage.people.person(person.user.id)))


async def add_coordinator(request: web.Request) -> web.StreamResponse:
    """Waits until the owner of the address has confirmed it (E2-74). 409 `email_taken`."""
    body = await parse(request, NewCoordinator)
    user = request[USER]
    if user.role != "administrator" and (body.role != "unit_coordinator" or body.body not in (None, user.body)):
        raise ApiError("forbidden", "An administrator names Body Coordinators.")
    home = body.body or user.body
    if home is None:
        raise ApiError("body_needed")
    return await _invited(
        request,
        Invited(body.email, body.given_name, body.surname, body.telephone, body.role, home, body.unit_id),
    )


async def invite(request: web.Request) -> web.StreamResponse:
    """An account of one's body, so as to call its owner to a conference later (E2-16)."""
    body = await parse(request, NewUser)
    who = Invited(body.email, body.given_name or "", body.surname or "", body=request[USER].body)
    return await _invited(request, who)


async def resend(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its = parts(request)
    await count(request, (INVITED, request[USER].id), (SENT_AGAIN, request[PERSON].user.id))
    await its.storage.people.resend(request[PERSON].user.id, by=request[USER].id, now_ms=its.now_ms())
    return web.json_response({})


async def confirm_email(request: web.Request) -> web.StreamResponse:
    """E2-78: a further address "manually confirmed"; somebody else's than one's own. 409 `wrong_state` when it is."""
    await parse(request, Empty)
    its, person = parts(request), request[PERSON]
    email, now_ms = request.match_info["email"], its.now_ms()
    await its.storage.extra_emails.vouch(person.user.id, email, by=request[USER].id, now_ms=now_ms)
    return web.json_response(_described(await its.storage.people.person(person.user.id)))


async def convert(request: web.Request) -> web.StreamResponse:
    """To a simple user: Unit Coordinators by their Body Coordinator, never another Body Coordinator (E2-83); both by
    an administrator. 409 `wrong_state` for everybody else, and for oneself."""
    await parse(request, Empty)
    its, user, person = parts(request), request[USER], request[PERSON]
    if person.user.id == user.id:
        raise ApiError("wrong_state", "Lay your own role down in your account.", reason="own_role")
    mine = ("unit_coordinator", "body_coordinator") if user.role == "administrator" else ("unit_coordinator",)
    await its.storage.people.convert(person.user.id, by=user.id, from_roles=mine, now_ms=its.now_ms())
    await its.rooms.rights_changed(user=person.user.id)
    return web.json_response(_described(await its.storage.people.person(person.user.id)))


async def write_to_coordinators(request: web.Request) -> web.StreamResponse:
    """E2-71: all others of one's body. `sent`: to how many."""
    body = await parse(request, MessageBody)
    its, user = parts(request), request[USER]
    if user.body is None:
        raise ApiError("body_needed")
    await count(request, (WRITTEN, user.id))
    sent = await its.storage.people.write_to_coordinators(
        user.body, body.subject, body.text, by=user.id, now_ms=its.now_ms()
    )
    return web.json_response({"sent": sent}, status=201)


async def _invited(request: web.Request, who: Invited) -> web.Response:
    its, user = parts(request), request[USER]
    await count(request, (INVITED, user.id))
    made = await its.storage.people.invite(who, by=user.id, now_ms=its.now_ms())
    return web.json_response(_described(made), status=201)


def _body(user: UserRecord, asked: str | None) -> str:
    """Whose people: one's own body's; administrators may name another."""
    body = user.body if asked is None else BodyId(asked)
    if body is None:
        raise ApiError("body_needed")
    if body != user.body and user.role != "administrator":
        raise ApiError("not_found")
    return body


def _row(listed: Listed) -> dict[str, object]:
    return {
        "id": listed.id,
        "name": listed.name,
        "email": listed.email,
        "role": listed.role,
        "state": listed.state,
        "confirmed": listed.confirmed,
        "unit": listed.unit,
        "created_at": listed.created_ms,
    }


def _described(person: Person) -> dict[str, object]:
    user = person.user
    return facts(user, person.body, person.unit) | {
        "emails": [described_email(each) for each in person.extra],
        "confirmed": user.confirmed,
        "confirmed_by": person.confirmed_by,
        "telephone": person.telephone,
        "contact": person.contact,
        "state": user.state,
        "terms_at": person.terms_ms,
        "privacy_at": person.privacy_ms,
        "description": person.description,
        "comments": person.comments,
        "created_at": user.created_at,
    }
