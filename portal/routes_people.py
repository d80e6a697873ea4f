"""Routes of bodies, their people and their roles, of collaborators, groups, texts and the audit log."""

from portal import approvals, audit, collaborators, contents, groups, organisation, people
from portal.authorisation import Action
from portal.bodies import Empty
from portal.bodies_people import (
    AcceptBody,
    AskCollaborators,
    AuditQuery,
    AuditSearch,
    AvailableQuery,
    BodyPatch,
    ContentBody,
    ContentQuery,
    CoordinatorsQuery,
    EndQuery,
    GroupBody,
    GroupPatch,
    LookupQuery,
    MemberBody,
    MessageBody,
    NewBody,
    NewCoordinator,
    NewUser,
    RequestsQuery,
    UnitBody,
    UserPatch,
)
from portal.objects import Kind
from portal.queries import PageQuery, SearchQuery
from portal.route import Route

_BODY, _UNIT, _USER, _REQUEST, _GROUP = Kind.BODY, Kind.UNIT, Kind.USER, Kind.REQUEST, Kind.GROUP
_B, _U, _R = "/api/bodies/{body}", "/api/users/{user}", "/api/role-requests/{request}"
_G, _K = "/api/groups/{group}", "/api/collaborators"
_PEOPLE, _PERSON, _OWN = Action.PEOPLE, Action.PERSON, Action.GROUP
_EDIT, _HELP = Action.BODY_EDIT, Action.COLLABORATE

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/bodies", Action.BODIES, organisation.bodies, query=SearchQuery),
    Route("POST", "/api/bodies", Action.BODIES, organisation.create, body=NewBody),
    Route("GET", _B, Action.BODY_SHOW, organisation.show, of=_BODY),
    Route("PATCH", _B, _EDIT, organisation.change, of=_BODY, body=BodyPatch),
    Route("GET", f"{_B}/units", Action.BODY_SHOW, organisation.units, of=_BODY),
    Route("POST", f"{_B}/units", _EDIT, organisation.add_unit, of=_BODY, body=UnitBody),
    Route("PATCH", "/api/units/{unit}", _EDIT, organisation.rename_unit, of=_UNIT, body=UnitBody),
    Route("DELETE", "/api/units/{unit}", _EDIT, organisation.delete_unit, of=_UNIT, body=Empty),
    Route("GET", "/api/coordinators", _PEOPLE, people.coordinators, query=CoordinatorsQuery),
    Route("POST", "/api/coordinators", _PEOPLE, people.add_coordinator, body=NewCoordinator),
    Route("POST", "/api/coordinators/message", _PEOPLE, people.write_to_coordinators, body=MessageBody),
    Route("GET", "/api/users", _PEOPLE, people.users, query=CoordinatorsQuery),
    Route("POST", "/api/users/invite", _PEOPLE, people.invite, body=NewUser),
    Route("GET", _U, _PERSON, people.show, of=_USER),
    Route("PATCH", _U, _PERSON, people.describe, of=_USER, body=UserPatch),
    Route("POST", f"{_U}/resend-activation", _PERSON, people.resend, of=_USER, body=Empty),
    Route("POST", f"{_U}/convert", _PERSON, people.convert, of=_USER, body=Empty),
    Route("POST", f"{_U}/emails/{{email}}/confirm", Action.PERSON_VOUCH, people.confirm_email, of=_USER, body=Empty),
    Route("GET", "/api/role-requests", _PEOPLE, approvals.requests, query=RequestsQuery),
    Route("POST", f"{_R}/accept", Action.ROLE_DECIDE, approvals.accept, of=_REQUEST, body=AcceptBody),
    Route("POST", f"{_R}/reject", Action.ROLE_DECIDE, approvals.reject, of=_REQUEST, body=Empty),
    Route("GET", _K, _HELP, collaborators.show),
    Route("POST", _K, _HELP, collaborators.ask, body=AskCollaborators),
    Route("GET", f"{_K}/available", _HELP, collaborators.available, query=AvailableQuery),
    Route("POST", f"{_K}/{{collaborator}}/accept", _HELP, collaborators.accept, body=Empty),
    Route("POST", f"{_K}/{{collaborator}}/reject", _HELP, collaborators.reject, body=Empty),
    Route("DELETE", f"{_K}/{{collaborator}}", _HELP, collaborators.end, body=Empty, query=EndQuery),
    Route("GET", "/api/groups", Action.GROUPS, groups.every, query=PageQuery),
    Route("POST", "/api/groups", Action.GROUPS, groups.create, body=GroupBody),
    Route("GET", "/api/groups/lookup", Action.GROUPS, groups.lookup, query=LookupQuery),
    Route("GET", _G, _OWN, groups.show, of=_GROUP),
    Route("PATCH", _G, _OWN, groups.change, of=_GROUP, body=GroupPatch),
    Route("DELETE", _G, _OWN, groups.delete, of=_GROUP, body=Empty),
    Route("POST", f"{_G}/members", _OWN, groups.add_member, of=_GROUP, body=MemberBody),
    Route("DELETE", f"{_G}/members/{{member}}", _OWN, groups.remove_member, of=_GROUP, body=Empty),
    Route(
        "POST",
        "/api/conferences/{conference}/group",
        Action.CONFERENCE_GROUP,
        groups.from_conference,
        of=Kind.CONFERENCE,
        body=GroupBody,
    ),
    Route("GET", "/api/audit", Action.AUDIT, audit.entries, query=AuditQuery),
    Route("GET", "/api/audit/export", Action.AUDIT, audit.export, query=AuditSearch),
    Route("GET", "/api/contents/{name}", Action.LOOK, contents.show, query=ContentQuery),
    Route("PUT", "/api/contents/{name}", Action.CONTENT_EDIT, contents.write, body=ContentBody),
)
