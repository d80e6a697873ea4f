"""Indices for today's lists, for sign-ins, for a confirmed address, and for an account that goes."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("ix_conferences_owner_expires", "conferences", ["owner_id", "expires_ms"], unique=False)
    op.create_index("ix_conferences_body_expires", "conferences", ["body_id", "expires_ms"], unique=False)
    op.create_index("ix_invitees_email_key", "invitees", ["email_key"], unique=False)
    op.create_index(op.f("ix_sign_in_links_user_id"), "sign_in_links", ["user_id"], unique=False)
    op.create_index(op.f("ix_web_sessions_expires_ms"), "web_sessions", ["expires_ms"], unique=False)
