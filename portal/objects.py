"""Finds the object that a route is about and what it is to the caller. An absent object is foreign to everybody,
so that "not there" and "somebody else's" are one answer.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from aiohttp import web

from portal.authorisation import Relation
from portal.context import CONFERENCE, RECORDING, WAY, parts
from storage.conference_lists import Way
from storage.records import UserRecord


class Kind(StrEnum):
    """The kinds of objects; the value is the name of the path's variable."""

    CONFERENCE = "conference"
    RECORDING = "recording"


_OF_WAY = {
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
    return _OF_WAY[way]


async def _recording(request: web.Request, user: UserRecord, id: str) -> Relation:
    found = await parts(request).storage.recordings.get(id)
    if found is None:
        return Relation.FOREIGN
    request[RECORDING] = found
    return Relation.OWN if found.owner == user.id else Relation.FOREIGN


_FINDERS: dict[Kind, Callable[[web.Request, UserRecord, str], Awaitable[Relation]]] = {
    Kind.CONFERENCE: _conference,
    Kind.RECORDING: _recording,
}


async def relation(request: web.Request, user: UserRecord | None, kind: Kind | None) -> Relation:
    """Also puts the object into the request, for the handler."""
    if kind is None:
        return Relation.NONE
    if user is None:
        return Relation.FOREIGN
    return await _FINDERS[kind](request, user, request.match_info[kind.value])
