"""The tables of people: bodies and their units, accounts and how they prove themselves, roles asked for,
collaborators, groups, editable texts and the audit log. No column ever holds a network address.

Accounts themselves (`User`, `WebSession`) are in storage/tables.py. E-mail addresses are kept as given to the mail
server, and found by `storage.text.email_key`; names are found by `storage.text.search_key`.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class Body(Base):
    """A public body or company. short_notice: invite_and_start | start_only (decision 1)."""

    __tablename__ = "bodies"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    telephone: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str]
    language: Mapped[str]
    short_notice: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)


class Unit(Base):
    __tablename__ = "units"

    id: Mapped[str] = mapped_column(primary_key=True)
    body_id: Mapped[str] = mapped_column(ForeignKey("bodies.id", ondelete="CASCADE"))
    name: Mapped[str]
    name_key: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("body_id", "name_key"),)


class ExternalIdentity(Base):
    """An account's subject at an OpenID Connect provider."""

    __tablename__ = "external_identities"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    linked_ms: Mapped[int] = mapped_column(BigInteger)


class PendingLogin(Base):
    """A sign-in on its way. kind: oidc (at the provider) | confirm (the confirmation screen, E2-23) |
    second_factor. sealed: JSON under `pending/{kind}`."""

    __tablename__ = "pending_logins"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    kind: Mapped[str]
    sealed: Mapped[bytes]
    expires_ms: Mapped[int] = mapped_column(BigInteger, index=True)


class ExtraEmail(Base):
    """At most three per account (E2-43). Invitations and notices never go there (E0-17, E2-42). confirmed_by: link |
    coordinator."""

    __tablename__ = "extra_emails"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    confirmed_ms: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_by: Mapped[str | None]


class EmailToken(Base):
    """A link that proves an address, once. purpose: confirm | confirm_extra | activate | reset."""

    __tablename__ = "email_tokens"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    email: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    __tablename__ = "recovery_codes"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_ms: Mapped[int | None] = mapped_column(BigInteger)


class RoleRequest(Base):
    """state: new | accepted | rejected (shown as deleted, E2-129) | withdrawn. body_name: typed if no body is known."""

    __tablename__ = "role_requests"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    body_id: Mapped[str | None] = mapped_column(ForeignKey("bodies.id", ondelete="CASCADE"))
    body_name: Mapped[str]
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id", ondelete="SET NULL"))
    telephone: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    changed_ms: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[str | None]

    __table_args__ = (
        Index("ix_role_requests_body_state", "body_id", "state", "created_ms"),
        Index("ix_role_requests_state_created", "state", "created_ms"),
    )


class Collaboration(Base):
    """`collaborator_id` may edit the conferences of `owner_id`, once accepted; not the other way (E2-53)."""

    __tablename__ = "collaborations"

    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    collaborator_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    accepted_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_collaborations_collaborator", "collaborator_id", "accepted_ms"),)


class Group(Base):
    """Private to its owner (E2-88)."""

    __tablename__ = "groups"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    description: Mapped[str]
    created_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_groups_owner_created", "owner_id", "created_ms"),)


class GroupMember(Base):
    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    added_ms: Mapped[int] = mapped_column(BigInteger)


class Content(Base):
    """A text that an administrator edits (decision 12): terms, privacy, help pages. Absent: the shipped one."""

    __tablename__ = "contents"

    name: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    changed_ms: Mapped[int] = mapped_column(BigInteger)


class AuditHead(Base):
    """One row: number and hash of the last entry (storage/audit.py)."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class AuditEntry(Base):
    """Append-only; hash covers this row and the hash of the one before."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    details: Mapped[str]
    hash: Mapped[bytes]

    __table_args__ = (
        Index("ix_audit_object", "object_kind", "object_id", "seq"),
        Index("ix_audit_actor", "actor", "at_ms", "seq"),
        Index("ix_audit_action", "action", "at_ms", "seq"),
        Index("ix_audit_at", "at_ms", "seq"),
    )
