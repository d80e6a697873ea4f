"""What may be in requests about bodies, their people, collaborators, groups and texts."""

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from portal.bodies import Body, Description, Email, Name, Telephone, Title
from portal.bodies_accounts import Id
from portal.bodies_schedule import Language, Zone
from portal.queries import PageQuery, Query, SearchQuery

MAX_TEXT = 60_000
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


class NewBody(Body):
    name: Title
    time_zone: Zone = "UTC"
    language: Language = "en"
    telephone: Telephone = ""


class BodyPatch(Body):
    """What is absent stays. The name is an administrator's to change."""

    name: Title | None = None
    telephone: Telephone | None = None
    time_zone: Zone | None = None
    language: Language | None = None
    short_notice: Literal["invite_and_start", "start_only"] | None = None


class UnitBody(Body):
    name: Title


class NewCoordinator(Body):
    """E2-73. `role` and `body`: an administrator may name the Body Coordinator of any body."""

    surname: Name
    given_name: Name
    email: Email
    telephone: Telephone = ""
    unit_id: Id | None = None
    role: Literal["unit_coordinator", "body_coordinator"] = "unit_coordinator"
    body: Id | None = None


class NewUser(Body):
    """E2-16."""

    email: Email
    given_name: Name | None = None
    surname: Name | None = None


class UserPatch(Body):
    """E2-78. Nothing else of somebody's account is a coordinator's to change (E2-79)."""

    comments: Description | None = None
    description: Description | None = None


class MessageBody(Body):
    subject: Title
    text: Annotated[Description, AfterValidator(_not_empty)]


class AcceptBody(Body):
    """Where the request names a body that nobody knows: which one it is, or that it is a new one."""

    body: Id | None = None
    new_body: bool = False


class AskCollaborators(Body):
    users: Annotated[tuple[Id, ...], Field(min_length=1, max_length=200, strict=False)]


class GroupBody(Body):
    name: Title
    description: Description = ""


class GroupPatch(Body):
    name: Title | None = None
    description: Description | None = None


class MemberBody(Body):
    email: Email


class ContentBody(Body):
    """`text` null: the shipped one again."""

    language: Language
    text: Text | None


class CoordinatorsQuery(SearchQuery):
    """`body`: another than one's own, for administrators."""

    body: Annotated[str, StringConstraints(max_length=64)] | None = None


class RequestsQuery(SearchQuery):
    """`all`: the history too (E2-130)."""

    all: bool = False


class AvailableQuery(SearchQuery):
    """`unit`: only those of this unit (E2-51)."""

    unit: Annotated[str, StringConstraints(max_length=64)] | None = None


class EndQuery(Query):
    """`direction`: to whom I gave rights (sent), or who gave them to me (incoming)."""

    direction: Literal["sent", "incoming"] = "sent"


class LookupQuery(Query):
    email: Annotated[str, StringConstraints(max_length=254)]


class AuditSearch(Query):
    """`q`: the beginning of a name or surname, or a whole address. `actor`, `action`: as in the rows. `object_kind` and
    `object`: both or neither. `first` and `last`: days in `zone`, both included."""

    q: Annotated[str, StringConstraints(max_length=100)] = ""
    actor: Annotated[str, StringConstraints(max_length=100)] | None = None
    action: Annotated[str, StringConstraints(max_length=60)] | None = None
    object_kind: Annotated[str, StringConstraints(max_length=40)] | None = None
    object: Annotated[str, StringConstraints(max_length=80)] | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None
    zone: Zone = "UTC"


class AuditQuery(AuditSearch, PageQuery):
    pass


class ContentQuery(Query):
    language: Annotated[str, StringConstraints(max_length=8)] = ""
