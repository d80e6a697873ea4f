"""For all tests: what must happen before the first of them, and databases to run on (tests/support/databases.py)."""

import hypothesis  # noqa: F401  imported early: pytest's plugin would import it at the very end, deep in its own stack

from tests.support.databases import databases, postgres, postgres_databases, sqlite_databases
from tests.support.loopback import loopback_only

__all__ = ["databases", "loopback_only", "postgres", "postgres_databases", "sqlite_databases"]
