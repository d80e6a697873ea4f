"""An organiser's conferences: make, list, change, end, delete, invite."""

from dataclasses import replace

from aiohttp import web

from portal.bodies import ConferenceBody, ConferencePatch, Empty, InviteeBody, parse
from portal.context import CONFERENCE, USER, base_url, parts
from portal.errors import ApiError
from storage.records import ConferenceRecord, ConferenceSettings, InviteeRecord


async def list_own(request: web.Request) -> web.StreamResponse:
    storage = parts(request).storage
    conferences = await storage.conferences.owned_by(request[USER].id)
    invitees = await storage.invitees.of_conferences([each.id for each in conferences])
    return web.json_response({"conferences": [_facts(request, each, invitees[each.id]) for each in conferences]})


async def create(request: web.Request) -> web.StreamResponse:
    body = await parse(request, ConferenceBody)
    its = parts(request)
    settings = ConferenceSettings(**body.model_dump())
    conference = await its.storage.conferences.create(request[USER].id, settings, now_ms=its.now_ms())
    return web.json_response(await described(request, conference), status=201)


async def show(request: web.Request) -> web.StreamResponse:
    return web.json_response(await described(request, request[CONFERENCE]))


async def change(request: web.Request) -> web.StreamResponse:
    body = await parse(request, ConferencePatch)
    its = parts(request)
    conference = request[CONFERENCE]
    settings = replace(conference.settings, **body.model_dump(exclude_none=True))
    changed = await its.storage.conferences.update(conference.id, settings, now_ms=its.now_ms())
    return web.json_response(await described(request, changed))


async def delete(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    its = parts(request)
    conference = request[CONFERENCE]
    running = its.rooms.participants_now(conference.id) > 0
    if running and conference.over(its.now_ms()) is None:
        raise ApiError("wrong_state", "End the conference first.")
    await its.storage.conferences.delete(conference.id, now_ms=its.now_ms())
    return web.Response(status=204)


async def end(request: web.Request) -> web.StreamResponse:
    """The running session ends for all; the conference is over. Ending twice is no error."""
    await parse(request, Empty)
    its = parts(request)
    conference = request[CONFERENCE]
    await its.storage.conferences.end(conference.id, its.now_ms())
    await its.rooms.end_conference(conference.id)
    ended = await its.storage.conferences.get(conference.id)
    return web.json_response(await described(request, ended or conference))


async def add_invitee(request: web.Request) -> web.StreamResponse:
    body = await parse(request, InviteeBody)
    its = parts(request)
    conference = request[CONFERENCE]
    if (over := conference.over(its.now_ms())) is not None:
        raise ApiError("wrong_state", f"The conference is over ({over}).")
    invitee = await its.storage.invitees.add(conference.id, body.name, moderator=body.moderator, now_ms=its.now_ms())
    return web.json_response(_invitee(request, invitee), status=201)


async def remove_invitee(request: web.Request) -> web.StreamResponse:
    await parse(request, Empty)
    invitees = parts(request).storage.invitees
    if not await invitees.remove(request[CONFERENCE].id, request.match_info["invitee"]):
        raise ApiError("not_found")
    return web.Response(status=204)


async def described(request: web.Request, conference: ConferenceRecord) -> dict[str, object]:
    return _facts(request, conference, await parts(request).storage.invitees.of_conference(conference.id))


def _facts(request: web.Request, conference: ConferenceRecord, invitees: list[InviteeRecord]) -> dict[str, object]:
    its = parts(request)
    settings = conference.settings
    present = its.rooms.participants_now(conference.id)
    return {
        "id": conference.id,
        "title": settings.title,
        "description": settings.description,
        "record": settings.record,
        "start_as": settings.start_as,
        "who_presents": settings.who_presents,
        "max_participants": settings.max_participants,
        "created_at": conference.created_ms,
        "expires_at": conference.expires_ms,
        "state": conference.over(its.now_ms()) or ("running" if present else "open"),
        "participants_now": present,
        "participant_url": _link(request, conference.participant_link),
        "moderator_url": _link(request, conference.moderator_link),
        "number": conference.number,
        "pin": conference.pin,
        "admin_pin": conference.admin_pin,
        "invitees": [_invitee(request, each) for each in invitees],
    }


def _invitee(request: web.Request, invitee: InviteeRecord) -> dict[str, object]:
    return {
        "id": invitee.id,
        "name": invitee.name,
        "moderator": invitee.moderator,
        "url": _link(request, invitee.link),
    }


def _link(request: web.Request, secret: str) -> str:
    return f"{base_url(request)}/j/{secret}"
