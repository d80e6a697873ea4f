"""Finds the object that a route is about and what it is to the caller. An absent object is foreign to everybody,
so that "not there" and "somebody else's" are one answer.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from aiohttp import web

from portal.authorisation import Relation
from portal.context import BODY, CONFERENCE, GROUP, PERSON, RECORDING, ROLE_REQUEST, UNIT, WAY, parts
from storage.conference_lists import Way
from storage.errors import NotFound
from storage.records import UserRecord


class Kind(StrEnum):
    """The kinds of objects; the value is the name of the path's variable."""

    CONFERENCE = "conference"
    RECORDING = "recording"
    BODY = "body"
    UNIT = "unit"
    USER = "user"
    REQUEST = "request"
    GROUP = "group"


RELATION_OF_WAY = {
    Way.OWNER: Relation.OWN,
    Way.COLLABORATOR: Relation.COLLABORATOR,
    Way.BODY: Relation.BODY,
    Way.INVITED: Relation.INVITED,
}


async def _conference(request: web.Request, user: UserRecord, id: str) -> Relation:
    storage = parts(request).storage
    found = await storage.conferences.get(id)
    way = None if found is None else await storage.conference_lists.way(user, found)
    if found is None or way is None:
        return Relation.FOREIGN
    request[CONFERENCE], request[WAY] = found, way
    return RELATION_OF_WAY[way]


async def _recording(request: web.Request, user: UserRecord, id: str) -> Relation:
    found = await parts(request).storage.recordings.get(id)
    if found is None:
        return Relation.FOREIGN
    request[RECORDING] = found
    return Relation.OWN if found.owner == user.id else Relation.FOREIGN


async def _body(request: web.Request, user: UserRecord, id: str) -> Relation:
    found = await parts(request).storage.bodies.get(id)
    if found is None:
        return Relation.FOREIGN
    request[BODY] = found
    return _of_body(user, found.id)


async def _unit(request: web.Request, user: UserRecord, id: str) -> Relation:
    found = await parts(request).storage.bodies.unit(id)
    if found is None:
        return Relation.FOREIGN
    request[UNIT] = found
    return _of_body(user, found.body)


async def _user(request: web.Request, user: UserRecord, id: str) -> Relation:
    try:
        found = await parts(request).storage.people.person(id)
    except NotFound:
        return Relation.FOREIGN
    request[PERSON] = found
    return Relation.OWN if found.user.id == user.id else _of_body(user, found.user.body)


async def _request(request: web.Request, user: UserRecord, id: str) -> Relation:
    """One's own is nobody's to decide, but by somebody above."""
    found = await parts(request).storage.role_requests.get(id)
    if found is None:
        return Relation.FOREIGN
    request[ROLE_REQUEST] = found
    return Relation.OWN if found.user == user.id else _of_body(user, found.body)


async def _group(request: web.Request, user: UserRecord, id: str) -> Relation:
    found = await parts(request).storage.groups.get(id)
    if found is None or found.owner != user.id:
        return Relation.FOREIGN
    request[GROUP] = found
    return Relation.OWN


def _of_body(user: UserRecord, body: str | None) -> Relation:
    return Relation.BODY if body is not None and body == user.body else Relation.OTHER


_FINDERS: dict[Kind, Callable[[web.Request, UserRecord, str], Awaitable[Relation]]] = {
    Kind.CONFERENCE: _conference,
    Kind.RECORDING: _recording,
    Kind.BODY: _body,
    Kind.UNIT: _unit,
    Kind.USER: _user,
    Kind.REQUEST: _request,
    Kind.GROUP: _group,
}


def relation_of(way: Way | None) -> Relation:
    return Relation.FOREIGN if way is None else RELATION_OF_WAY[way]


async def relation(request: web.Request, user: UserRecord | None, kind: Kind | None) -> Relation:
    """Also puts the object into the request, for the handler."""
    if kind is None:
        return Relation.NONE
    if user is None:
        return Relation.FOREIGN
    return await _FINDERS[kind](request, user, request.match_info[kind.value])
