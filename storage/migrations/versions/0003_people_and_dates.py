"""People (bodies, units, accounts, roles, collaborators, groups, texts, audit) and dates of conferences."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_object", "audit", ["object_kind", "object_id", "seq"], unique=False)
    op.create_table(
        "bodies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("telephone", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("short_notice", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bodies")),
        sa.UniqueConstraint("name_key", name=op.f("uq_bodies_name_key")),
    )
    op.create_table(
        "contents",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "language", name=op.f("pk_contents")),
    )
    op.create_table(
        "pending_logins",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_pending_logins")),
    )
    op.create_index(op.f("ix_pending_logins_expires_ms"), "pending_logins", ["expires_ms"], unique=False)
    op.create_table(
        "collaborations",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("collaborator_id", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("accepted_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["collaborator_id"], ["users.id"], name=op.f("fk_collaborations_collaborator_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_collaborations_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "collaborator_id", name=op.f("pk_collaborations")),
    )
    op.create_index(
        "ix_collaborations_collaborator", "collaborations", ["collaborator_id", "accepted_ms"], unique=False
    )
    op.create_table(
        "email_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_email_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_email_tokens")),
    )
    op.create_index(op.f("ix_email_tokens_user_id"), "email_tokens", ["user_id"], unique=False)
    op.create_table(
        "external_identities",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("linked_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_external_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_external_identities")),
    )
    op.create_index(op.f("ix_external_identities_user_id"), "external_identities", ["user_id"], unique=False)
    op.create_table(
        "extra_emails",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_extra_emails_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_emails")),
        sa.UniqueConstraint("email_key", name=op.f("uq_extra_emails_email_key")),
    )
    op.create_index(op.f("ix_extra_emails_user_id"), "extra_emails", ["user_id"], unique=False)
    op.create_table(
        "groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_groups_owner_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    )
    op.create_index("ix_groups_owner_created", "groups", ["owner_id", "created_ms"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name=op.f("fk_units_body_id_bodies"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("body_id", "name_key", name=op.f("uq_units_body_id")),
    )
    op.create_table(
        "entries",
        sa.Column("participant", sa.String(), nullable=False),
        sa.Column("conference_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("invitee_id", sa.String(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_entries_conference_id_conferences"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_entries_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("participant", name=op.f("pk_entries")),
    )
    op.create_index(op.f("ix_entries_conference_id"), "entries", ["conference_id"], unique=False)
    op.create_index(op.f("ix_entries_user_id"), "entries", ["user_id"], unique=False)
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_group_members_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_group_members_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_user_id"), "group_members", ["user_id"], unique=False)
    op.create_table(
        "planned_sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conference_id", sa.String(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conferences.id"],
            name=op.f("fk_planned_sessions_conference_id_conferences"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_sessions")),
    )
    op.create_index("ix_planned_sessions_conference", "planned_sessions", ["conference_id", "starts_ms"], unique=False)
    op.create_table(
        "role_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=True),
        sa.Column("body_name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("telephone", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id"], ["bodies.id"], name=op.f("fk_role_requests_body_id_bodies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_role_requests_unit_id_units"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_role_requests_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_requests")),
    )
    op.create_index("ix_role_requests_body_state", "role_requests", ["body_id", "state", "created_ms"], unique=False)
    op.create_index("ix_role_requests_state_created", "role_requests", ["state", "created_ms"], unique=False)
    op.create_index(op.f("ix_role_requests_user_id"), "role_requests", ["user_id"], unique=False)
    op.add_column("conferences", sa.Column("kind", sa.String(), server_default="instant", nullable=False))
    op.add_column("conferences", sa.Column("starts_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("conferences", sa.Column("opens_before_ms", sa.BigInteger(), server_default="300000", nullable=False))
    op.add_column("conferences", sa.Column("time_zone", sa.String(), server_default="UTC", nullable=False))
    op.add_column("conferences", sa.Column("language", sa.String(), server_default="en", nullable=False))
    op.add_column("conferences", sa.Column("lobby", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("conferences", sa.Column("body_id", sa.String(), nullable=True))
    op.add_column("conferences", sa.Column("unit_id", sa.String(), nullable=True))
    op.add_column(
        "conferences", sa.Column("short_notice", sa.String(), server_default="invite_and_start", nullable=False)
    )
    op.add_column("conferences", sa.Column("postponed_ms", sa.BigInteger(), nullable=True))
    op.add_column("conferences", sa.Column("cancelled_ms", sa.BigInteger(), nullable=True))
    op.add_column("conferences", sa.Column("calendar_sequence", sa.Integer(), server_default="0", nullable=False))
    op.add_column("conferences", sa.Column("changed_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("conferences", sa.Column("search_key", sa.String(), server_default="", nullable=False))
    op.create_index("ix_conferences_body_starts", "conferences", ["body_id", "starts_ms"], unique=False)
    op.create_index("ix_conferences_expires", "conferences", ["expires_ms"], unique=False)
    op.create_index("ix_conferences_owner_starts", "conferences", ["owner_id", "starts_ms"], unique=False)
    op.create_index("ix_conferences_starts", "conferences", ["starts_ms"], unique=False)
    op.add_column("invitees", sa.Column("kind", sa.String(), server_default="name", nullable=False))
    op.add_column("invitees", sa.Column("user_id", sa.String(), nullable=True))
    op.add_column("invitees", sa.Column("email", sa.String(), nullable=True))
    op.add_column("invitees", sa.Column("email_key", sa.String(), nullable=True))
    op.add_column("invitees", sa.Column("telephone", sa.String(), nullable=True))
    op.add_column("invitees", sa.Column("language", sa.String(), server_default="", nullable=False))
    op.add_column("invitees", sa.Column("rsvp", sa.String(), server_default="none", nullable=False))
    op.add_column("invitees", sa.Column("rsvp_ms", sa.BigInteger(), nullable=True))
    op.create_index("ix_invitees_conference_email", "invitees", ["conference_id", "email_key"], unique=True)
    op.create_index("ix_invitees_user", "invitees", ["user_id", "conference_id"], unique=False)
    op.add_column("outbox", sa.Column("state", sa.String(), server_default="waiting", nullable=False))
    op.add_column("outbox", sa.Column("claimed_ms", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("conference_id", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("recipient", sa.String(), nullable=True))
    op.create_index("ix_outbox_conference", "outbox", ["conference_id", "recipient"], unique=False)
    op.add_column("users", sa.Column("surname", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("given_name", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("search_key", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("role", sa.String(), server_default="user", nullable=False))
    op.add_column("users", sa.Column("state", sa.String(), server_default="active", nullable=False))
    op.add_column("users", sa.Column("body_id", sa.String(), nullable=True))
    op.add_column("users", sa.Column("unit_id", sa.String(), nullable=True))
    op.add_column("users", sa.Column("email", sa.String(), nullable=True))
    op.add_column("users", sa.Column("email_key", sa.String(), nullable=True))
    op.add_column("users", sa.Column("confirmed_ms", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("confirmed_by", sa.String(), nullable=True))
    op.add_column("users", sa.Column("telephone", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("contact", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("description", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("comments", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("language", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("time_zone", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("terms_ms", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("privacy_ms", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("password_hash", sa.String(), nullable=True))
    op.add_column("users", sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("totp_ms", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("employment", sa.String(), server_default="unknown", nullable=False))
    op.add_column("users", sa.Column("employment_body", sa.String(), server_default="", nullable=False))
    op.add_column("users", sa.Column("employment_ms", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("deleted_ms", sa.BigInteger(), nullable=True))
    op.create_index("ix_users_body_role", "users", ["body_id", "role", "search_key"], unique=False)
    op.create_index("ix_users_body_search", "users", ["body_id", "search_key"], unique=False)
    op.create_index("ix_users_email_key", "users", ["email_key"], unique=True)
    op.create_index("ix_users_search", "users", ["search_key"], unique=False)
    op.add_column("web_sessions", sa.Column("id", sa.String(), nullable=True))
    op.add_column("web_sessions", sa.Column("seen_ms", sa.BigInteger(), nullable=True))
    op.add_column("web_sessions", sa.Column("agent", sa.String(), server_default="", nullable=False))
    op.create_index(op.f("ix_web_sessions_id"), "web_sessions", ["id"], unique=False)
    # Who had an account was an organiser, made at the command line; the first one runs the server.
    op.execute("UPDATE users SET role = 'body_coordinator', confirmed_by = 'operator', confirmed_ms = created_ms")
    op.execute(
        "UPDATE users SET role = 'administrator' WHERE id = (SELECT id FROM users ORDER BY created_ms, id LIMIT 1)"
    )
    op.execute("UPDATE conferences SET starts_ms = created_ms, changed_ms = created_ms")
