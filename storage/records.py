"""The facts that repositories give out: frozen, detached from any database session. Times are Unix ms."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from storage.ids import BodyId, ConferenceId, InviteeId, NodeId, SessionId, UnitId, UserId


class StoredEvent(NamedTuple):
    """One fact of a room's log; a plain tuple `(seq, at_ms, type, json)` will do where one is asked for."""

    seq: int
    at_ms: int
    type: str
    json: str


@dataclass(frozen=True, slots=True)
class UserRecord:
    """An account as every request sees it. `ready`: address confirmed and terms accepted (E0-13, E0-14)."""

    id: UserId
    name: str
    created_at: int
    role: str = "user"  # user | unit_coordinator | body_coordinator | administrator
    state: str = "active"  # invited | unconfirmed | active | deleted
    body: BodyId | None = None
    unit: UnitId | None = None
    email: str | None = None
    language: str = ""
    time_zone: str = ""
    given_name: str = ""
    surname: str = ""
    confirmed: bool = False  # the address
    accepted: bool = False  # terms and privacy statement
    two_factor: bool = False

    @property
    def ready(self) -> bool:
        return self.state == "active"

    @property
    def must(self) -> tuple[str, ...]:
        """What is left to do before anything else (E0-13, E0-14)."""
        if self.ready:
            return ()
        left = (("accept_terms", not self.accepted), ("confirm_email", not self.confirmed))
        return tuple(name for name, missing in left if missing)


@dataclass(frozen=True, slots=True)
class WebSessionRecord:
    """A signed-in browser, told by its kind; `id` names it and opens nothing."""

    id: str
    created_ms: int
    seen_ms: int
    agent: str
    current: bool


@dataclass(frozen=True, slots=True)
class ConferenceSettings:
    """What the organiser chooses (S-36..S-39, E2-3, E2-4)."""

    title: str
    description: str = ""
    record: bool = False
    start_as: str = "speaker"  # speaker | listener
    who_presents: str = "everyone"  # everyone | promoted
    max_participants: int = 300
    lobby: bool = False
    opens_before_ms: int = 300_000  # entry opens this long before the start (decision 2)


@dataclass(frozen=True, slots=True)
class SessionDate:
    """A date within a reservation. `id` names it in calendars."""

    id: str
    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class ConferencePlan:
    """When, for whom and how it is told: what portal/dates.py has judged. `sessions`: (start, end) in order."""

    kind: str  # instant | scheduled | reservation
    starts_ms: int
    ends_ms: int
    sessions: tuple[tuple[int, int], ...] = ()
    time_zone: str = "UTC"
    language: str = "en"
    body: BodyId | None = None
    unit: UnitId | None = None
    short_notice: str = "invite_and_start"
    sms_invite: bool = False
    sms_reminder: bool = False


@dataclass(frozen=True, slots=True)
class ConferenceRecord:
    """A conference with everything that opens it: only for its owner and for the server itself."""

    id: ConferenceId
    owner: UserId
    settings: ConferenceSettings
    created_ms: int
    expires_ms: int
    ended_ms: int | None
    held: bool  # a session was opened at least once
    number: str
    pin: str
    admin_pin: str
    participant_link: str
    moderator_link: str
    kind: str = "instant"  # instant | scheduled | reservation
    starts_ms: int = 0
    body: BodyId | None = None
    unit: UnitId | None = None
    time_zone: str = "UTC"
    language: str = "en"
    postponed_ms: int | None = None
    cancelled_ms: int | None = None
    calendar_sequence: int = 0
    short_notice: str = "invite_and_start"
    sms_invite: bool = False
    sms_reminder: bool = False

    @property
    def ends_ms(self) -> int:
        """The planned end: nobody enters after it."""
        return self.expires_ms

    @property
    def title(self) -> str:
        return self.settings.title

    def over(self, now_ms: int) -> str | None:
        """The stable code why nobody may be in it, or None: ended, cancelled, postponed, expired."""
        if self.cancelled_ms is not None:
            return "cancelled"
        if self.ended_ms is not None:
            return "ended"
        if self.postponed_ms is not None:
            return "postponed"
        return "expired" if now_ms >= self.expires_ms else None

    @property
    def opens_ms(self) -> int:
        """Nobody enters before it (decision 2)."""
        return self.starts_ms - self.settings.opens_before_ms

    def closed(self, now_ms: int) -> str | None:
        """The stable code why nobody may come in now, or None: those of `over`, and not_open_yet."""
        return self.over(now_ms) or ("not_open_yet" if now_ms < self.opens_ms else None)


@dataclass(frozen=True, slots=True)
class InviteeDraft:
    """Somebody to invite. kind: person (to make an account, E0-20) | guest (this conference only, E0-27); who has an
    account under that address is a user, who has no address a name."""

    name: str
    email: str | None = None
    telephone: str | None = None
    moderator: bool = False
    kind: str = "guest"
    language: str = ""


@dataclass(frozen=True, slots=True)
class InviteeRecord:
    """A person with a link of their own, which says who they are and whether they moderate (S-7)."""

    id: InviteeId
    conference: ConferenceId
    name: str
    moderator: bool
    link: str
    kind: str = "name"  # user | person | guest | name
    user: UserId | None = None
    email: str | None = None
    telephone: str | None = None
    language: str = ""
    rsvp: str = "none"  # none | accepted | declined | tentative


@dataclass(frozen=True, slots=True)
class Door:
    """What somebody holds who knows a link, or number and PIN."""

    conference: ConferenceRecord
    moderator: bool
    invitee: InviteeId | None = None
    name: str | None = None  # the invitee's
    lobby: bool = False  # leads through the lobby, whatever the conference says


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One meeting held in a conference."""

    id: SessionId
    conference: ConferenceId
    started_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True)
class ParticipationRecord:
    """Who took part, in which role, from when to when. Never from where."""

    session: SessionId
    participant: str
    number: int
    name: str
    role: str
    moderator: bool
    joined_ms: int
    left_ms: int | None


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One answer to "this conference is recorded": the log keeps every change."""

    conference: ConferenceId
    session: SessionId
    participant: str
    name: str
    consent: str  # yes | no
    at_ms: int


class OutboxState(StrEnum):
    """waiting -> sending (claimed) -> handing (may be on its way) -> sent; or failed (given up), or cancelled."""

    WAITING = "waiting"
    SENDING = "sending"
    HANDING = "handing"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


CLAIMED: Final = (OutboxState.SENDING, OutboxState.HANDING)


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """Something to be done outside of the transaction that caused it, at least once. `claimed_ms` is the claim."""

    id: int
    cause: str
    kind: str
    payload: str
    due_ms: int
    tries: int
    state: OutboxState = OutboxState.WAITING
    claimed_ms: int | None = None
    conference: str | None = None
    recipient: str | None = None
    recipient_name: str = ""
    error: str | None = None
    done_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to own `name` until `until_s` of the store's clock; a newer epoch elsewhere ends it."""

    name: str
    holder: NodeId
    epoch: int
    until_s: float


@dataclass(frozen=True, slots=True)
class NodeReport:
    """What a node says about itself every few seconds."""

    node: NodeId
    url: str
    load: float  # 0..1
    rooms: int
    draining: bool = False
