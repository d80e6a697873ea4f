"""The tables of accounts, conferences, meetings and effects. No column ever holds a network address.

Times are Unix ms. JSON columns are text. What opens a door (link, PIN) is sealed with a key of the data folder
and found by a keyed hash; what only signs somebody in is a hash alone.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

# Tables of recordings live in storage/tables_recordings.py, on the same Base.


class User(Base):
    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)


class SignInLink(Base):
    __tablename__ = "sign_in_links"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)


class WebSession(Base):
    __tablename__ = "web_sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)


class Conference(Base):
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

    __table_args__ = (Index("ix_conferences_owner_created", "owner_id", "created_ms"),)


class ConferenceSecret(Base):
    """kind: participant_link, moderator_link, pin, admin_pin."""

    __tablename__ = "conference_secrets"

    conference_id: Mapped[str] = mapped_column(ForeignKey("conferences.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    lookup: Mapped[bytes] = mapped_column(unique=True)  # keyed hash of the link, or of number and PIN


class Invitee(Base):
    """devices: JSON list of the browsers that this link was used from, so that a ban holds on the link too."""

    __tablename__ = "invitees"

    id: Mapped[str] = mapped_column(primary_key=True)
    conference_id: Mapped[str] = mapped_column(ForeignKey("conferences.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    moderator: Mapped[bool]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes]
    lookup: Mapped[bytes] = mapped_column(unique=True)
    devices: Mapped[str]


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
    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    cause: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    payload: Mapped[str]
    due_ms: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    done_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_outbox_due", "done_ms", "due_ms"),)
