"""Who may do what, as one table: action x standing x relation to the object. What is not listed is denied.

`standing` is what the caller is, `Relation` is what the object is to them. A route names its action
(portal/routes.py); the tests walk every route x standing x relation and fail on an action without a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from storage.records import UserRecord


class Standing(StrEnum):
    """ANONYMOUS: nobody signed in. PENDING: signed in, but the address is not confirmed or the terms are not
    accepted; such an account does nothing but finish that (E0-13, E0-14), and may file the wish for a role, which
    nobody can grant before (decision 6)."""

    ANONYMOUS = "anonymous"
    PENDING = "pending"
    USER = "user"
    UNIT_COORDINATOR = "unit_coordinator"
    BODY_COORDINATOR = "body_coordinator"
    ADMINISTRATOR = "administrator"


class Relation(StrEnum):
    """NONE: the route has no object. OWN: made by the caller, or the caller. BODY: of the caller's body.
    COLLABORATOR: of somebody who made the caller a collaborator. INVITED: the caller is invited to it. OTHER: of
    another body, or of none. FOREIGN: not there, or as good as."""

    NONE = "none"
    OWN = "own"
    COLLABORATOR = "collaborator"
    BODY = "body"
    INVITED = "invited"
    OTHER = "other"
    FOREIGN = "foreign"


class Action(StrEnum):
    """What a route does; several routes may share one."""

    LOOK = "look"  # what anybody may see: who am I, the pre-join page, public texts
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    ACCOUNT_FINISH = "account_finish"  # address, terms: all that a pending account may do, but ask for a role
    ACCOUNT = "account"  # one's own
    ROLE_ASK = "role_ask"  # also while the address waits for its confirmation (decision 6)
    STEP_DOWN = "step_down"
    JOIN = "join"
    PLAY = "play"  # by signed link
    CONFERENCE_LIST = "conference_list"
    CONFERENCE_CREATE = "conference_create"
    CONFERENCE_SHOW = "conference_show"
    CONFERENCE_EDIT = "conference_edit"
    CONFERENCE_DELETE = "conference_delete"
    CONFERENCE_ENTER = "conference_enter"
    CONFERENCE_CONNECT = "conference_connect"  # as an invited participant (E0-33)
    CONFERENCE_ANSWER = "conference_answer"
    CONTACTS = "contacts"
    CONFERENCE_GROUP = "conference_group"  # a group of those who took part (E2-89)
    BODIES = "bodies"
    BODY_SHOW = "body_show"
    BODY_EDIT = "body_edit"  # and its units
    PEOPLE = "people"  # coordinators, users and requests of a body: look through, add, write to
    PERSON = "person"
    PERSON_VOUCH = "person_vouch"  # that a further address is theirs (E2-78); never for oneself
    ROLE_DECIDE = "role_decide"
    COLLABORATE = "collaborate"
    GROUPS = "groups"
    GROUP = "group"
    AUDIT = "audit"
    CONTENT_EDIT = "content_edit"
    RECORDING_LIST = "recording_list"
    RECORDING_MANAGE = "recording_manage"


@dataclass(frozen=True, slots=True)
class Grant:
    """Everybody of these standings, where the object has one of these relations to them."""

    standings: frozenset[Standing]
    relations: frozenset[Relation] = frozenset({Relation.NONE})


EVERYONE = frozenset(Standing)
SIGNED_IN = EVERYONE - {Standing.ANONYMOUS}
READY = SIGNED_IN - {Standing.PENDING}
COORDINATORS = frozenset({Standing.UNIT_COORDINATOR, Standing.BODY_COORDINATOR, Standing.ADMINISTRATOR})
BODY_COORDINATORS = frozenset({Standing.BODY_COORDINATOR, Standing.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Standing.ADMINISTRATOR})

OWN = frozenset({Relation.OWN})
INVITED = frozenset({Relation.INVITED})
THEIRS = frozenset({Relation.OWN, Relation.COLLABORATOR})  # E2-52
# A Body Coordinator supervises what is held for the body (E2-15); a Unit Coordinator only the own (E2-20).
_MANAGED = (Grant(COORDINATORS, THEIRS), Grant(frozenset({Standing.BODY_COORDINATOR}), frozenset({Relation.BODY})))
# An administrator has a Body Coordinator's powers in every body.
_OF_BODY = (Grant(BODY_COORDINATORS, frozenset({Relation.BODY})), Grant(ADMINISTRATORS, frozenset({Relation.OTHER})))

RIGHTS: Mapping[Action, tuple[Grant, ...]] = MappingProxyType(
    {
        Action.LOOK: (Grant(EVERYONE),),
        Action.SIGN_IN: (Grant(EVERYONE),),
        Action.SIGN_OUT: (Grant(SIGNED_IN),),
        Action.ACCOUNT_FINISH: (Grant(SIGNED_IN),),
        Action.ACCOUNT: (Grant(READY),),
        Action.ROLE_ASK: (Grant(SIGNED_IN),),
        Action.STEP_DOWN: (Grant(COORDINATORS),),
        Action.JOIN: (Grant(EVERYONE),),
        Action.PLAY: (Grant(EVERYONE),),
        Action.CONFERENCE_LIST: (Grant(READY),),
        Action.CONFERENCE_CREATE: (Grant(COORDINATORS),),
        Action.CONFERENCE_SHOW: _MANAGED,
        Action.CONFERENCE_EDIT: _MANAGED,
        Action.CONFERENCE_DELETE: _MANAGED,
        Action.CONFERENCE_ENTER: _MANAGED,
        Action.CONFERENCE_CONNECT: (Grant(READY, INVITED),),
        Action.CONFERENCE_ANSWER: (Grant(READY, INVITED),),
        Action.CONTACTS: (Grant(COORDINATORS),),
        Action.CONFERENCE_GROUP: _MANAGED,
        Action.BODIES: (Grant(ADMINISTRATORS),),
        Action.BODY_SHOW: (Grant(COORDINATORS, frozenset({Relation.BODY})), *_OF_BODY),
        Action.BODY_EDIT: _OF_BODY,
        Action.PEOPLE: (Grant(BODY_COORDINATORS),),
        Action.PERSON: (Grant(BODY_COORDINATORS, OWN), *_OF_BODY),
        Action.PERSON_VOUCH: _OF_BODY,
        Action.ROLE_DECIDE: _OF_BODY,
        Action.COLLABORATE: (Grant(COORDINATORS),),
        Action.GROUPS: (Grant(COORDINATORS),),
        Action.GROUP: (Grant(COORDINATORS, OWN),),
        Action.AUDIT: (Grant(ADMINISTRATORS),),
        Action.CONTENT_EDIT: (Grant(ADMINISTRATORS),),
        Action.RECORDING_LIST: (Grant(READY),),
        Action.RECORDING_MANAGE: (Grant(READY, OWN),),
    }
)


class Verdict(StrEnum):
    """ALLOWED, or what is said instead: somebody else's object is not there for the caller."""

    ALLOWED = "allowed"
    NOT_SIGNED_IN = "not_signed_in"
    INCOMPLETE = "account_incomplete"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"


def standing(user: UserRecord | None) -> Standing:
    if user is None:
        return Standing.ANONYMOUS
    return Standing(user.role) if user.ready else Standing.PENDING


def open_to_all(action: Action) -> bool:
    """Nobody needs to be known for it."""
    return any(grant.standings == EVERYONE and Relation.NONE in grant.relations for grant in RIGHTS.get(action, ()))


def judge(action: Action, who: Standing, relation: Relation) -> Verdict:
    """May `who` do `action` to an object of this relation? Unlisted is denied."""
    grants = RIGHTS.get(action, ())
    if any(who in grant.standings and relation in grant.relations for grant in grants):
        return Verdict.ALLOWED
    if who is Standing.ANONYMOUS:
        return Verdict.NOT_SIGNED_IN
    if who is Standing.PENDING:
        return Verdict.INCOMPLETE
    return Verdict.FORBIDDEN if relation is Relation.NONE else Verdict.NOT_FOUND
