"""Opens everything that lasts and hands it out as one object. Folder layout below `data_dir`:

plenum.db      the tables        secrets/    keys, mode 0600
recordings/    media files; `Storage.blobs` is this folder

With a database URL the tables are in Postgres, and everything else stays in the folder.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from storage.account_deletion import Deletion
from storage.accounts import Accounts
from storage.addressees import Addressees
from storage.audit import Audit
from storage.audit_look import AuditLook
from storage.base import Database, SqliteDatabase
from storage.blobs import ObstoreBlobs
from storage.bodies import Bodies
from storage.bus import InProcessBus
from storage.collaborations import Collaborations
from storage.conference_lists import ConferenceLists
from storage.conferences import Conferences
from storage.contacts import Contacts
from storage.contents import Contents
from storage.credentials import Credentials
from storage.email_tokens import EmailTokens
from storage.entries import Entries
from storage.errors import StorageError
from storage.events import SqlEventLog
from storage.extra_emails import ExtraEmails
from storage.groups import Groups
from storage.ids import NodeId
from storage.interfaces import BlobStore, Bus, LeaseStore, Limiter, NodeDirectory, Outbox
from storage.invitees import Invitees
from storage.leases import InProcessDirectory, InProcessLeases
from storage.limiter import InProcessLimiter
from storage.logins import Identities, PendingLogins
from storage.migrate import made, made_postgres, migrate, migrate_postgres
from storage.outbox import SqlOutbox
from storage.own_roles import OwnRoles
from storage.people import People
from storage.recording_files import RecordingFiles
from storage.recordings import Recordings
from storage.records import NodeReport
from storage.registration import Registration
from storage.role_requests import RoleRequests
from storage.secrets import Secrets
from storage.sessions import Consents, Participations, Sessions
from storage.users import Users
from storage.web_sessions import SignInLinks, WebSessions

log = structlog.get_logger()
LOCAL_NODE = NodeId("local")
DATABASE_FILE = "plenum.db"


@dataclass(frozen=True, slots=True)
class StorageConfig:
    data_dir: Path
    database_url: str | None = field(default=None, repr=False)  # postgresql://...; None: SQLite in the data folder


class Storage:
    """Repositories and shared services of one node. Make it with `open`, end it with `close`."""

    def __init__(
        self, db: Database, secrets: Secrets, recordings: Path, clock: Callable[[], float], node: NodeId
    ) -> None:
        self.db = db
        self.embedded = isinstance(db, SqliteDatabase)  # nobody else works on these tables
        self.node = node
        self.secrets = secrets
        self.audit = Audit(db, secrets)
        self.sign_in_links = SignInLinks(db, secrets)
        self.web_sessions = WebSessions(db, secrets)
        self.audit_look = AuditLook(db, self.audit)
        self.users = Users(db, self.sign_in_links, self.audit, clock)
        self.email_tokens = EmailTokens(db, secrets)
        self.extra_emails = ExtraEmails(db, self.email_tokens, self.audit)
        self.accounts = Accounts(db, self.audit)
        self.registration = Registration(db, self.email_tokens, self.audit)
        self.credentials = Credentials(db, secrets, self.audit)
        self.pending_logins = PendingLogins(db, secrets)
        self.identities = Identities(db)
        self.own_roles = OwnRoles(db, self.audit)
        self.deletion = Deletion(db, secrets, self.audit)
        self.conferences = Conferences(db, secrets, self.audit)
        self.invitees = Invitees(db, secrets, self.audit)
        self.conference_lists = ConferenceLists(db)
        self.contacts = Contacts(db)
        self.entries = Entries(db)
        self.bodies = Bodies(db, self.audit)
        self.people = People(db, self.email_tokens, self.audit)
        self.role_requests = RoleRequests(db, self.audit)
        self.collaborations = Collaborations(db, self.audit)
        self.groups = Groups(db)
        self.contents = Contents(db, self.audit)
        self.sessions = Sessions(db)
        self.participations = Participations(db)
        self.consents = Consents(db)
        self.recordings = Recordings(db, self.audit)
        self.events = SqlEventLog(db)
        self.outbox: Outbox = SqlOutbox(db, self.audit)
        self.addressees = Addressees(db, secrets)
        self.recording_files = RecordingFiles(recordings)
        self.blobs: BlobStore = ObstoreBlobs.in_folder(recordings)  # the same files, for reading
        self.bus: Bus = InProcessBus()
        self.leases: LeaseStore = InProcessLeases(time.monotonic, int(clock() * 1000))
        self.directory: NodeDirectory = InProcessDirectory(NodeReport(node, "", 0.0, 0), time.monotonic)
        self.limiter: Limiter = InProcessLimiter(clock)

    @classmethod
    async def open(cls, config: StorageConfig, *, clock: Callable[[], float] = time.time) -> "Storage":
        """Makes the data folder, the keys and the schema where they are missing. Raises StorageError."""
        folder = config.data_dir
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        storage = cls(
            await _database(config),
            Secrets(folder / "secrets"),
            folder / "recordings",
            clock,
            LOCAL_NODE,
        )
        storage.events.start()
        return storage

    @staticmethod
    async def there(config: StorageConfig) -> bool:
        """Has a server run with this? Makes nothing. Raises Unavailable."""
        if not (config.data_dir / "secrets").exists():
            return False
        if config.database_url is None:
            return await asyncio.to_thread(made, config.data_dir / DATABASE_FILE)
        return await asyncio.to_thread(made_postgres, config.database_url)

    async def healthy(self) -> bool:
        try:
            await self.db.ping()
        except StorageError:
            return False
        return True

    async def close(self) -> None:
        """Idempotent. Stores what waits in the event log first."""
        await self.events.close()
        await self.bus.close()
        await self.db.close()


async def _database(config: StorageConfig) -> Database:
    """Opened, with the schema of this version."""
    if config.database_url is None:
        path = config.data_dir / DATABASE_FILE
        if await asyncio.to_thread(migrate, path):
            log.info("database migrated")
        return SqliteDatabase(path)
    from storage.postgres import PostgresDatabase

    if await asyncio.to_thread(migrate_postgres, config.database_url):
        log.info("database migrated")
    return PostgresDatabase(config.database_url)
