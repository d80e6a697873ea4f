"""Joining: a way in and a name become a token (signaling/PROTOCOL.md section 5)."""

from dataclasses import dataclass

from aiohttp import web

from portal.bodies import DoorBody, EnterBody, JoinBody, parse
from portal.context import CONFERENCE, USER, Parts, base_url, caller, parts
from portal.cookies import signed_in
from portal.device import device_of, set_device
from portal.errors import ApiError
from portal.gate import Gate, closed
from portal.limits_accounts import count_join
from rooms.claims import ParticipantClaims
from rooms.model import StartAs, WhoPresents
from rooms.rights import initial_role
from storage.ids import new_id
from storage.records import ConferenceRecord, Door

GATE = web.AppKey("portal_gate", Gate)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    moderator: bool
    organiser: bool
    guest: bool
    user: str | None = None
    invitee: str | None = None
    lobby: bool = False


async def check(request: web.Request) -> web.StreamResponse:
    """What the pre-join page shows before it asks for a name, also while it counts down to the opening."""
    body = await parse(request, DoorBody)
    its = parts(request)
    door = await request.config_dict[GATE].door(caller(request), body)
    facts = {
        "conference": _described(door.conference),
        "moderator": door.moderator,
        "name": door.name,
        "lobby": _waits(its, door.conference, moderator=door.moderator, lobby=door.lobby),
    }
    closed(door.conference, its.now_ms(), **facts)
    device, new = device_of(request)
    await _admitted(its, door, device)
    # Now that the room is here: a moderator may have turned the lobby on or off in it.
    facts["lobby"] = _waits(its, door.conference, moderator=door.moderator, lobby=door.lobby)
    response = web.json_response(facts)
    if new:
        set_device(request, response, device)
    return response


async def join(request: web.Request) -> web.StreamResponse:
    body = await parse(request, JoinBody)
    its = parts(request)
    door = await request.config_dict[GATE].door(caller(request), body)
    closed(door.conference, its.now_ms())
    device, new = device_of(request)
    await _admitted(its, door, device)
    if door.invitee is not None:
        await its.storage.invitees.used_from(door.invitee, device)
    user = await signed_in(request)
    person = Person(
        body.name,
        moderator=door.moderator,
        organiser=False,
        guest=user is None,
        user=None if user is None else user.id,
        invitee=door.invitee,
        lobby=door.lobby,
    )
    response = web.json_response(await _token(request, door.conference, person, device))
    if new:
        set_device(request, response, device)
    return response


async def enter(request: web.Request) -> web.StreamResponse:
    """The organiser's own way in: always a moderator, under any name."""
    body = await parse(request, EnterBody)
    conference, user = request[CONFERENCE], request[USER]
    its = parts(request)
    closed(conference, its.now_ms())
    device, new = device_of(request)
    await its.rooms.admission(conference.id, device=device, moderator=True, organiser=True)
    person = Person(body.name or user.name, moderator=True, organiser=True, guest=False, user=user.id)
    response = web.json_response(await _token(request, conference, person, device))
    if new:
        set_device(request, response, device)
    return response


async def connect(request: web.Request) -> web.StreamResponse:
    """An invited account comes in without the mail (E0-33), as the invitation says."""
    body = await parse(request, EnterBody)
    its, conference, user = parts(request), request[CONFERENCE], request[USER]
    own = await its.storage.invitees.of_user(conference.id, user.id)
    if own is None:
        raise ApiError("not_found")
    closed(conference, its.now_ms())
    device, new = device_of(request)
    await _admitted(its, Door(conference, own.moderator, own.id, own.name), device)
    await its.storage.invitees.used_from(own.id, device)
    person = Person(body.name or own.name, own.moderator, organiser=False, guest=False, user=user.id, invitee=own.id)
    response = web.json_response(await _token(request, conference, person, device))
    if new:
        set_device(request, response, device)
    return response


async def _admitted(its: Parts, door: Door, device: str) -> None:
    """A ban holds on the browser; on a personal link it holds on every browser that link was used from."""
    devices = {device}
    if door.invitee is not None:
        devices.update(await its.storage.invitees.devices(door.invitee))
    for each in devices:
        await its.rooms.admission(door.conference.id, device=each, moderator=door.moderator)


def _waits(its: Parts, conference: ConferenceRecord, *, moderator: bool, lobby: bool) -> bool:
    """Before the door, until a moderator lets in. `lobby`: this way in leads there whatever the conference says."""
    in_the_room = its.rooms.lobby(conference.id)
    return not moderator and (lobby or (conference.settings.lobby if in_the_room is None else in_the_room))


async def _token(request: web.Request, conference: ConferenceRecord, person: Person, device: str) -> dict[str, object]:
    its = parts(request)
    settings = conference.settings
    await count_join(request, conference.id, settings.max_participants)
    role = initial_role(StartAs(settings.start_as), WhoPresents(settings.who_presents), moderator=person.moderator)
    lease = await its.storage.leases.current(f"room/{conference.id}")
    participant = new_id()
    claims = ParticipantClaims(
        conference=conference.id,
        participant=participant,
        name=person.name,
        role=role,
        moderator=person.moderator,
        organiser=person.organiser,
        guest=person.guest,
        device=device,
        node=its.storage.node if lease is None else lease.holder,
        epoch=0 if lease is None else lease.epoch,
        lobby=person.lobby,
    )
    await its.storage.entries.add(
        participant, conference.id, user=person.user, invitee=person.invitee, at_ms=its.now_ms()
    )
    token, expires_ms = its.mint(claims)
    return {
        "token": token,
        "expires_at": expires_ms,
        "participant": participant,
        "conference": _described(conference) | _invitation(request, conference, person),
        "lobby": _waits(its, conference, moderator=person.moderator, lobby=person.lobby),
    }


def _invitation(request: web.Request, conference: ConferenceRecord, person: Person) -> dict[str, object]:
    """Moderators may bring others in; only as participants. Whoever has a personal link has none to pass on."""
    if not person.moderator:
        return {} if person.invitee is None else {"invitation": None}
    url = f"{base_url(request)}/j/{conference.participant_link}"
    return {"invitation": {"url": url, "number": conference.number, "pin": conference.pin}}


def _described(conference: ConferenceRecord) -> dict[str, object]:
    settings = conference.settings
    return {
        "id": conference.id,
        "title": settings.title,
        "description": settings.description,
        "record": settings.record,
        "start_as": settings.start_as,
        "who_presents": settings.who_presents,
    }
