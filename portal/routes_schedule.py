"""Routes of conferences, their lists and their people."""

from portal import conferences, invitees, join, lists
from portal.authorisation import Action
from portal.bodies import Empty, EnterBody
from portal.bodies_schedule import (
    BulkBody,
    ConferenceBody,
    ConferencePatch,
    ConferencesQuery,
    ContactsQuery,
    CopyBody,
    ExtendBody,
    GroupInviteBody,
    InviteeBody,
    InviteePatch,
    RescheduleBody,
    RsvpBody,
    RsvpTokenBody,
)
from portal.objects import Kind
from portal.route import Route

_C = "/api/conferences/{conference}"
_I = f"{_C}/invitees"
_OF = Kind.CONFERENCE
_EDIT = Action.CONFERENCE_EDIT

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/conferences", Action.CONFERENCE_LIST, lists.conferences, query=ConferencesQuery),
    Route("POST", "/api/conferences", Action.CONFERENCE_CREATE, conferences.create, body=ConferenceBody),
    Route("GET", "/api/contacts", Action.CONTACTS, lists.contacts, query=ContactsQuery),
    Route("GET", _C, Action.CONFERENCE_SHOW, conferences.show, of=_OF),
    Route("PATCH", _C, _EDIT, conferences.change, of=_OF, body=ConferencePatch),
    Route("DELETE", _C, Action.CONFERENCE_DELETE, conferences.delete, of=_OF, body=Empty),
    Route("POST", f"{_C}/copy", _EDIT, conferences.copy, of=_OF, body=CopyBody),
    Route("POST", f"{_C}/postpone", _EDIT, conferences.postpone, of=_OF, body=Empty),
    Route("POST", f"{_C}/reschedule", _EDIT, conferences.reschedule, of=_OF, body=RescheduleBody),
    Route("POST", f"{_C}/cancel", _EDIT, conferences.cancel, of=_OF, body=Empty),
    Route("POST", f"{_C}/end", _EDIT, conferences.end, of=_OF, body=Empty),
    Route("POST", f"{_C}/extend", _EDIT, conferences.extend, of=_OF, body=ExtendBody),
    Route("POST", f"{_C}/enter", Action.CONFERENCE_ENTER, join.enter, of=_OF, body=EnterBody),
    Route("POST", f"{_C}/connect", Action.CONFERENCE_CONNECT, join.connect, of=_OF, body=EnterBody),
    Route("POST", f"{_C}/rsvp", Action.CONFERENCE_ANSWER, invitees.rsvp, of=_OF, body=RsvpBody),
    Route("POST", "/api/rsvp", Action.JOIN, invitees.rsvp_by_token, body=RsvpTokenBody),
    Route("GET", _I, Action.CONFERENCE_SHOW, invitees.every, of=_OF),
    Route("POST", _I, _EDIT, invitees.add, of=_OF, body=InviteeBody),
    Route("POST", f"{_I}/bulk", _EDIT, invitees.add_many, of=_OF, body=BulkBody),
    Route("POST", f"{_I}/group", _EDIT, invitees.add_group, of=_OF, body=GroupInviteBody),
    Route("PATCH", f"{_I}/{{invitee}}", _EDIT, invitees.change, of=_OF, body=InviteePatch),
    Route("DELETE", f"{_I}/{{invitee}}", _EDIT, invitees.remove, of=_OF, body=Empty),
)
