"""The tables of recordings: what was captured, of whom, what of it was marked, and what was destroyed.

Times called `*_ms` of parts, fragments, speech and chat are relative to the recording's start; the others are
Unix ms. The media itself lies in files (`storage.recording_files`); a row outlives its media as the receipt.
"""

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class Recording(Base):
    """One per session with capture. state: capturing, ready, deleting, deleted."""

    __tablename__ = "recordings"

    id: Mapped[str] = mapped_column(primary_key=True)
    conference_id: Mapped[str] = mapped_column(index=True)
    session_id: Mapped[str] = mapped_column(unique=True)
    owner_id: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    started_ms: Mapped[int] = mapped_column(BigInteger)
    ended_ms: Mapped[int | None] = mapped_column(BigInteger)
    retention_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int | None] = mapped_column(BigInteger)
    delete_cause: Mapped[str | None]

    __table_args__ = (
        Index("ix_recordings_owner_started", "owner_id", "started_ms"),
        Index("ix_recordings_state_expires", "state", "expires_ms"),
    )


class RecordingPerson(Base):
    """Who was there while it was recorded; role and consent are the newest."""

    __tablename__ = "recording_people"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    participant: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    role: Mapped[str]
    moderator: Mapped[bool]
    consent: Mapped[str | None]
    joined_ms: Mapped[int] = mapped_column(BigInteger)
    left_ms: Mapped[int | None] = mapped_column(BigInteger)


class RecordingPart(Base):
    """One file: one track of one participant without a long gap. fragment: which mark it lies in, or null."""

    __tablename__ = "recording_parts"

    id: Mapped[str] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    participant: Mapped[str]
    purpose: Mapped[str]
    fragment: Mapped[int | None]
    start_ms: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    open: Mapped[bool]


class RecordingFragment(Base):
    """What the organiser marked. number counts from 1 in its recording; end is null while it lasts."""

    __tablename__ = "recording_fragments"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int | None] = mapped_column(BigInteger)


class RecordingSpeech(Base):
    """Who spoke when."""

    __tablename__ = "recording_speech"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    participant: Mapped[str]
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int] = mapped_column(BigInteger)


class RecordingChat(Base):
    """Public messages only."""

    __tablename__ = "recording_chat"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    from_name: Mapped[str]
    text: Mapped[str]


class RecordingReceipt(Base):
    """What was destroyed. cause: unmarked (outside the fragments), owner, retention."""

    __tablename__ = "recording_receipts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str]
    parts: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
