"""The tables of accounts, conferences, meetings and effects. No column ever holds a network address.

Times are Unix ms. JSON columns are text. What opens a door (link, PIN) is sealed with a key of the data folder
and found by a keyed hash; what only signs somebody in is a hash alone. Columns that came later than their table
have no foreign keys: SQLite adds none without making the table anew.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, validates

from storage.base import Base
from storage.text import search_key

# Tables of recordings and of people live in storage/tables_recordings.py and tables_accounts.py, on the same Base.


class User(Base):
    """role: user | unit_coordinator | body_coordinator | administrator. state: invited (has not set up the account) |
    unconfirmed (address or terms missing) | active | deleted."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]  # as shown; "given name surname"
    surname: Mapped[str] = mapped_column(default="", server_default="")
    given_name: Mapped[str] = mapped_column(default="", server_default="")
    search_key: Mapped[str] = mapped_column(default="", server_default="")
    surname_key: Mapped[str] = mapped_column(default="", server_default="")
    created_ms: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(default="user", server_default="user")
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    body_id: Mapped[str | None]
    unit_id: Mapped[str | None]
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    confirmed_ms: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_by: Mapped[str | None]  # link | provider | operator
    telephone: Mapped[str] = mapped_column(default="", server_default="")
    contact: Mapped[str] = mapped_column(default="", server_default="")
    description: Mapped[str] = mapped_column(default="", server_default="")
    comments: Mapped[str] = mapped_column(default="", server_default="")  # an administrator's, E2-78
    language: Mapped[str] = mapped_column(default="", server_default="")  # "": as the browser says
    time_zone: Mapped[str] = mapped_column(default="", server_default="")
    terms_ms: Mapped[int | None] = mapped_column(BigInteger)
    privacy_ms: Mapped[int | None] = mapped_column(BigInteger)
    password_hash: Mapped[str | None]
    totp_sealed: Mapped[bytes | None]
    totp_ms: Mapped[int | None] = mapped_column(BigInteger)  # since when it is asked for
    totp_step: Mapped[int | None] = mapped_column(BigInteger)  # the last one used: a code works once
    employment: Mapped[str] = mapped_column(default="unknown", server_default="unknown")  # yes | no | unknown
    employment_body: Mapped[str] = mapped_column(default="", server_default="")
    employment_ms: Mapped[int | None] = mapped_column(BigInteger)
    deleted_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_users_body_role", "body_id", "role", "search_key"),
        Index("ix_users_body_search", "body_id", "search_key"),
        Index("ix_users_search", "search_key"),
        Index("ix_users_role_search", "role", "search_key"),
        Index("ix_users_email_key", "email_key", unique=True),
        Index("ix_users_begins", "search_key", postgresql_ops={"search_key": "text_pattern_ops"}),
        Index("ix_users_surname", "surname_key", postgresql_ops={"surname_key": "text_pattern_ops"}),
    )

    @validates("name", "surname")
    def _found_by(self, column: str, value: str) -> str:
        setattr(self, {"name": "search_key", "surname": "surname_key"}[column], search_key(value))
        return value


class SignInLink(Base):
    __tablename__ = "sign_in_links"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)


class WebSession(Base):
    __tablename__ = "web_sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    id: Mapped[str | None] = mapped_column(index=True)  # names the session in the list; opens nothing
    seen_ms: Mapped[int | None] = mapped_column(BigInteger)
    agent: Mapped[str] = mapped_column(default="", server_default="")  # "Firefox, Windows"
    proved_ms: Mapped[int | None] = mapped_column(BigInteger)  # when the person last proved who they are in it


class Conference(Base):
    """kind: instant | scheduled | reservation. Entry from starts_ms - opens_before_ms to expires_ms (planned end)."""

    __tablename__ = "conferences"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
    description: Mapped[str]
    record: Mapped[bool]
    start_as: Mapped[str]
    who_presents: Mapped[str]
    max_participants: Mapped[int]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger)
    held: Mapped[bool] = mapped_column(default=False)
    deleted_ms: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[str | None] = mapped_column(unique=True)  # null: given back
    kind: Mapped[str] = mapped_column(default="instant", server_default="instant")
    starts_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    opens_before_ms: Mapped[int] = mapped_column(BigInteger, default=300_000, server_default="300000")
    time_zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    lobby: Mapped[bool] = mapped_column(default=False, server_default=false())
    body_id: Mapped[str | None]
    unit_id: Mapped[str | None]
    short_notice: Mapped[str] = mapped_column(default="invite_and_start", server_default="invite_and_start")
    postponed_ms: Mapped[int | None] = mapped_column(BigInteger)
    cancelled_ms: Mapped[int | None] = mapped_column(BigInteger)
    calendar_sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    search_key: Mapped[str] = mapped_column(default="", server_default="")
    sms_invite: Mapped[bool] = mapped_column(default=False, server_default=false())  # H-23: two choices
    sms_reminder: Mapped[bool] = mapped_column(default=False, server_default=false())
    announced: Mapped[str] = mapped_column(default="", server_default="")  # JSON: dates as people were told them

    __table_args__ = (
        Index("ix_conferences_owner_created", "owner_id", "created_ms"),
        Index("ix_conferences_owner_starts", "owner_id", "starts_ms"),
        Index("ix_conferences_owner_expires", "owner_id", "expires_ms"),
        Index("ix_conferences_body_starts", "body_id", "starts_ms"),
        Index("ix_conferences_body_expires", "body_id", "expires_ms"),
        Index("ix_conferences_starts", "starts_ms"),
        Index("ix_conferences_expires", "expires_ms"),
    )


class PlannedSession(Base):
    """A date within a reservation (decision 4): for calendars and reminders; the doors are open all the time."""

    __tablename__ = "planned_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    conference_id: Mapped[str] = mapped_column(ForeignKey("conferences.id", ondelete="CASCADE"))
    starts_ms: Mapped[int] = mapped_column(BigInteger)
    ends_ms: Mapped[int] = mapped_column(BigInteger)
    cancelled_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_planned_sessions_conference", "conference_id", "starts_ms"),)


class ConferenceSecret(Base):
    """kind: participant_link, moderator_link, pin, admin_pin."""

    __tablename__ = "conference_secrets"

    conference_id: Mapped[str] = mapped_column(ForeignKey("conferences.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    lookup: Mapped[bytes] = mapped_column(unique=True)  # keyed hash of the link, or of number and PIN


class Invitee(Base):
    """kind: user (has an account) | person (must make one, E0-20) | guest (needs none, this conference only, E0-27) |
    name (a link without an address, given by hand). rsvp: none | accepted | declined | tentative.
    devices: JSON list of the browsers that this link was used from, so that a ban holds on the link too."""

    __tablename__ = "invitees"

    id: Mapped[str] = mapped_column(primary_key=True)
    conference_id: Mapped[str] = mapped_column(ForeignKey("conferences.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    moderator: Mapped[bool]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes]
    lookup: Mapped[bytes] = mapped_column(unique=True)
    devices: Mapped[str]
    kind: Mapped[str] = mapped_column(default="name", server_default="name")
    user_id: Mapped[str | None]
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    telephone: Mapped[str | None]  # E.164; for SMS
    language: Mapped[str] = mapped_column(default="", server_default="")
    rsvp: Mapped[str] = mapped_column(default="none", server_default="none")
    rsvp_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_invitees_conference_email", "conference_id", "email_key", unique=True),
        Index("ix_invitees_user", "user_id", "conference_id"),
        Index("ix_invitees_email_key", "email_key"),
    )


class Entry(Base):
    """Which account or invitation a participant id was given to: for reports, and forgotten with the account."""

    __tablename__ = "entries"

    participant: Mapped[str] = mapped_column(primary_key=True)
    conference_id: Mapped[str] = mapped_column(ForeignKey("conferences.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    invitee_id: Mapped[str | None]
    at_ms: Mapped[int] = mapped_column(BigInteger)


class Session(Base):
    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    conference_id: Mapped[str] = mapped_column(ForeignKey("conferences.id", ondelete="CASCADE"), index=True)
    started_ms: Mapped[int] = mapped_column(BigInteger)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger, index=True)


class Participation(Base):
    __tablename__ = "participations"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    participant: Mapped[str]
    number: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    role: Mapped[str]
    moderator: Mapped[bool]
    joined_ms: Mapped[int] = mapped_column(BigInteger)
    left_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("session_id", "participant", "joined_ms"),)


class RoomEvent(Base):
    __tablename__ = "events"

    conference_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str]
    json: Mapped[str]

    __table_args__ = ({"sqlite_with_rowid": False},)


class Consent(Base):
    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conference_id: Mapped[str] = mapped_column(index=True)
    session_id: Mapped[str]
    participant: Mapped[str]
    name: Mapped[str]
    consent: Mapped[str]
    at_ms: Mapped[int] = mapped_column(BigInteger)


class OutboxRow(Base):
    """state: waiting | sending (claimed) | handing (its content may be on its way) | sent | failed (given up) |
    cancelled. claimed_ms: until when a sender has it. done_ms: since when it is in one of the last three states.
    payload: emptied when it is done, unless it failed and may be tried again."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    cause: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    payload: Mapped[str]
    due_ms: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    done_ms: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    claimed_ms: Mapped[int | None] = mapped_column(BigInteger)
    conference_id: Mapped[str | None]
    recipient: Mapped[str | None]  # user:ID or invitee:ID
    recipient_name: Mapped[str] = mapped_column(default="", server_default="")  # of an invitee who was removed since

    __table_args__ = (
        Index("ix_outbox_due", "done_ms", "due_ms"),
        Index("ix_outbox_conference", "conference_id", "recipient"),
        Index("ix_outbox_recipient", "recipient"),
    )
