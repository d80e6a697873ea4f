"""Routes of messages."""

from portal import messages
from portal.authorisation import Action
from portal.bodies import Empty
from portal.objects import Kind
from portal.queries import PageQuery
from portal.route import Route

_M = "/api/conferences/{conference}/messages"

ROUTES: tuple[Route, ...] = (
    Route("GET", _M, Action.CONFERENCE_SHOW, messages.list_of_conference, of=Kind.CONFERENCE, query=PageQuery),
    Route("POST", f"{_M}/{{message}}/retry", Action.CONFERENCE_EDIT, messages.retry, of=Kind.CONFERENCE, body=Empty),
)
