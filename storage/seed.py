"""A large, invented installation for measurements: as many accounts, conferences and participations as asked for.

The spread is meant to be like a real one: few people own much, most conferences are past, a few are postponed,
cancelled or deleted, some were recorded. The same plan gives the same rows but for secrets, which are as random as any.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, Final

from sqlalchemy import insert, select, text

from storage.audit import Act, by_user
from storage.conferences import ADMIN_PIN, LINK_BYTES, MODERATOR_LINK, PARTICIPANT_LINK, PIN, PIN_DIGITS
from storage.errors import WrongState
from storage.seed_people import DAY_MS, People, Person, Row, Rows, new_id
from storage.service import Storage
from storage.tables import (
    Conference,
    ConferenceSecret,
    Consent,
    Entry,
    Invitee,
    OutboxRow,
    Participation,
    PlannedSession,
    Session,
)
from storage.tables_recordings import Recording, RecordingPart, RecordingPerson
from storage.text import email_key, search_key

CHUNK: Final = 5000
HOUR_MS: Final = 3_600_000
_TOPICS: Final = ("Council", "Budget", "Συντονισμός", "Zespół projektowy", "Ședință", "Interview", "Training", "Board")


@dataclass(frozen=True, slots=True)
class Plan:
    users: int = 10_000
    conferences: int = 50_000
    participations: int = 1_000_000
    per_body: int = 250


@dataclass(frozen=True, slots=True)
class _Held:
    """A conference as its other tables need it."""

    id: str
    number: str | None
    owner: Person
    title: str
    kind: str
    starts_ms: int
    ends_ms: int
    deleted: bool


async def seed(storage: Storage, plan: Plan, *, now_ms: int, say: Callable[[str, int, float], None]) -> None:
    """Raises WrongState unless there are no conferences yet. `say(table, rows, seconds)` after each table."""
    async with storage.db.read() as session:
        if (await session.execute(select(Conference.id).limit(1))).first() is not None:
            raise WrongState("there are conferences already: seeding is for an installation of its own")
    seeding = Seeding(storage, plan, now_ms)
    for table, rows in seeding.tables():
        began, count = time.monotonic(), 0
        while chunk := list(islice(rows, CHUNK)):
            count += len(chunk)
            async with storage.db.write() as session:
                await (await session.connection()).execute(insert(table), chunk)
        say(table.__tablename__, count, time.monotonic() - began)
    began, acts = time.monotonic(), list(seeding.acts())
    for at in range(0, len(acts), CHUNK):
        await storage.audit.record(*acts[at : at + CHUNK], at_ms=now_ms)
    say("audit", len(acts), time.monotonic() - began)
    if not storage.embedded:
        async with storage.db.write() as session:
            await session.execute(text("ANALYZE"))


class Seeding:
    """Rows table by table, parents first."""

    def __init__(self, storage: Storage, plan: Plan, now_ms: int) -> None:
        self._keys, self._plan, self._now = storage.secrets, plan, now_ms
        self._random = Random(20_240_229)
        self.people = People(self._random, plan.users, plan.per_body, now_ms)
        self._numbers = iter(self._random.sample(range(10**6), plan.conferences))
        self._conferences: list[_Held] = []
        self._invitees: list[tuple[str, str, str]] = []  # invitee, conference, name
        self._sessions: list[tuple[str, _Held, int]] = []

    def tables(self) -> Iterator[Rows]:
        yield from self.people.tables()
        yield Conference, self._conference_rows()
        yield ConferenceSecret, self._secret_rows()
        yield PlannedSession, self._date_rows()
        yield Invitee, self._invitee_rows()
        yield OutboxRow, self._outbox_rows()
        yield Session, self._session_rows()
        yield Participation, self._participation_rows()
        yield Entry, self._entry_rows()
        yield Consent, self._consent_rows()
        yield from self._recording_tables()

    def acts(self) -> Iterator[Act]:
        """Of each other conference: that its owner invited people. In the log's own chain."""
        for held in self._conferences[::2]:
            yield Act(by_user(held.owner.id), "invited", "conference", held.id, {"count": 5})

    def _owner(self) -> Person:
        """One in ten by anybody, the others by coordinators, of whom some do little else."""
        random, coordinators = self._random, self.people.coordinators
        if random.random() < 0.1:
            return random.choice(self.people.all)
        return coordinators[int(len(coordinators) * random.random() ** 2)]

    def _conference_rows(self) -> Iterator[Row]:
        random, now = self._random, self._now
        for at in range(self._plan.conferences):
            owner = self._owner()
            kind = random.choices(("scheduled", "instant", "reservation"), (80, 15, 5))[0]
            start = now - now % 900_000 + random.randrange(-700 * 96, 60 * 96) * 900_000
            length = 3 * DAY_MS if kind == "reservation" else random.randrange(1, 9) * 900_000
            chance = random.random()
            past = start + length < now
            title = f"{random.choice(_TOPICS)} {at}"
            held = _Held(
                id=new_id(random),
                number=None if past and random.random() < 0.5 else f"{next(self._numbers):06d}",
                owner=owner,
                title=title,
                kind=kind,
                starts_ms=start,
                ends_ms=start + length,
                deleted=chance < 0.01,
            )
            self._conferences.append(held)
            yield {
                "id": held.id,
                "owner_id": owner.id,
                "title": title,
                "search_key": search_key(title),
                "description": "",
                "record": random.random() < 0.1,
                "start_as": "speaker",
                "who_presents": "everyone",
                "max_participants": 300,
                "created_ms": start - random.randrange(1, 20) * DAY_MS,
                "changed_ms": start - DAY_MS,
                "starts_ms": start,
                "expires_ms": start + length,
                "ended_ms": start + length if past and chance > 0.3 else None,
                "held": past and chance > 0.1,
                "deleted_ms": now if held.deleted else None,
                "postponed_ms": now if 0.01 <= chance < 0.03 else None,
                "cancelled_ms": now if 0.03 <= chance < 0.06 else None,
                "number": None if held.deleted else held.number,
                "kind": kind,
                "time_zone": "Europe/Athens",
                "body_id": owner.body,
                "unit_id": owner.unit,
            }

    def _secret_rows(self) -> Iterator[Row]:
        for held in self._conferences:
            if held.deleted:
                continue
            for kind in (PARTICIPANT_LINK, MODERATOR_LINK):
                link = secrets.token_urlsafe(LINK_BYTES)
                yield self._door(held.id, kind, link, self._keys.keyed_hash("link", link))
            if held.number is not None:
                for kind in (PIN, ADMIN_PIN):
                    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
                    yield self._door(held.id, kind, pin, self._keys.keyed_hash("pin", f"{held.number}/{pin}"))

    def _door(self, conference: str, kind: str, text: str, lookup: bytes) -> Row:
        sealed = self._keys.seal(f"{conference}/{kind}", text)
        return {"conference_id": conference, "kind": kind, "sealed": sealed, "lookup": lookup}

    def _date_rows(self) -> Iterator[Row]:
        for held in self._conferences:
            if held.kind == "reservation":
                for day in range(3):
                    start = held.starts_ms + day * DAY_MS
                    ids = {"id": new_id(self._random), "conference_id": held.id}
                    yield {**ids, "starts_ms": start, "ends_ms": start + HOUR_MS, "cancelled_ms": None}

    def _invitee_rows(self) -> Iterator[Row]:
        random = self._random
        for held in self._conferences:
            if held.deleted:
                continue
            colleagues = self.people.of_body[held.owner.body]
            people = random.sample(colleagues, min(len(colleagues), random.randrange(1, 8)))
            strangers = [f"guest{random.randrange(50_000)}@elsewhere.example" for _ in range(random.randrange(3))]
            found: list[tuple[str, str, str | None]] = [(person.name, person.email, person.id) for person in people]
            found += [("Guest", email, None) for email in sorted(set(strangers))]
            for name, email, user in found:
                id, link = new_id(random), secrets.token_urlsafe(LINK_BYTES)
                self._invitees.append((id, held.id, name))
                yield {
                    "id": id,
                    "conference_id": held.id,
                    "name": name,
                    "moderator": random.random() < 0.2,
                    "created_ms": held.starts_ms - DAY_MS,
                    "sealed": self._keys.seal(f"{held.id}/{id}", link),
                    "lookup": self._keys.keyed_hash("link", link),
                    "devices": "[]",
                    "kind": "guest" if user is None else "user",
                    "user_id": user,
                    "email": email,
                    "email_key": email_key(email),
                    "rsvp": random.choice(("none", "accepted", "declined")),
                }

    def _outbox_rows(self) -> Iterator[Row]:
        """The invitations to each tenth conference: most have left, one in ten waits."""
        told = {held.id for held in self._conferences[::10]}
        invited = [each for each in self._invitees if each[1] in told]
        for at, (invitee, conference, name) in enumerate(invited):
            waits = at % 10 == 0
            yield {
                "cause": f"mail/invitation/{conference}/{invitee}",
                "kind": "invitation",
                "payload": "{}",
                "due_ms": self._now + (at - 100) * 1000 if waits else self._now - DAY_MS,
                "tries": 0,
                "error": None,
                "done_ms": None if waits else self._now - DAY_MS,
                "state": "waiting" if waits else "sent",
                "conference_id": conference,
                "recipient": f"invitee:{invitee}",
                "recipient_name": name,
            }

    def _session_rows(self) -> Iterator[Row]:
        for held in self._conferences:
            if held.ends_ms < self._now and self._random.random() < 0.8:
                id = new_id(self._random)
                self._sessions.append((id, held, 0))
                ids = {"id": id, "conference_id": held.id}
                yield {**ids, "started_ms": held.starts_ms, "ended_ms": held.ends_ms}

    def _participation_rows(self) -> Iterator[Row]:
        """Few meetings are large: sizes fall off as 1/n."""
        random = self._random
        weights = [1 / (0.05 + random.random()) for _ in self._sessions]
        scale = self._plan.participations / (sum(weights) or 1)
        left, counted = self._plan.participations, []
        for at, ((id, held, _), weight) in enumerate(zip(self._sessions, weights, strict=True)):
            last = at == len(weights) - 1
            count = left if last else min(left, max(1, round(weight * scale)))
            left -= count
            counted.append((id, held, count))
            yield from (self._stay(id, held, number) for number in range(count))
        self._sessions = counted

    def _stay(self, session: str, held: _Held, number: int) -> Row:
        joined = held.starts_ms + number * 997 % 600_000
        return {
            "session_id": session,
            "participant": f"{session[:12]}{number}",
            "number": number + 1,
            "name": f"Participant {number + 1}",
            "role": "presenter" if number < 3 else "speaker",
            "moderator": number == 0,
            "joined_ms": joined,
            "left_ms": held.ends_ms,
        }

    def _entry_rows(self) -> Iterator[Row]:
        """The first of each meeting was its owner."""
        for session, held, count in self._sessions:
            if count and not held.deleted:
                ids = {"participant": f"{session[:12]}0", "conference_id": held.id, "user_id": held.owner.id}
                yield {**ids, "invitee_id": None, "at_ms": held.starts_ms}

    def _consent_rows(self) -> Iterator[Row]:
        for session, held, count in self._sessions[::20]:
            for number in range(min(count, 5)):
                ids = {"conference_id": held.id, "session_id": session, "participant": f"{session[:12]}{number}"}
                yield {**ids, "name": f"Participant {number + 1}", "consent": "yes", "at_ms": held.starts_ms}

    def _recording_tables(self) -> Iterator[Rows]:
        """Each twentieth meeting; nine in ten are destroyed by now. Without files: there is nothing to play."""
        recorded = enumerate(self._sessions[::20])
        made = [(new_id(self._random), session, held, at % 10 == 0) for at, (session, held, _) in recorded]
        yield Recording, (self._recording(*each) for each in made)
        kept = [(id, held) for id, _, held, ready in made if ready]
        yield RecordingPart, (self._part(id, held, number) for id, held in kept for number in range(3))
        yield RecordingPerson, (self._recorded(id, held, number) for id, held in kept for number in range(3))

    def _recording(self, id: str, session: str, held: _Held, ready: bool) -> Row:
        return {
            "id": id,
            "conference_id": held.id,
            "session_id": session,
            "owner_id": held.owner.id,
            "title": held.title,
            "state": "ready" if ready else "deleted",
            "started_ms": held.starts_ms,
            "ended_ms": held.ends_ms,
            "retention_ms": 14 * DAY_MS,
            "expires_ms": self._now + DAY_MS,
            "delete_cause": None if ready else "retention",
        }

    def _part(self, recording: str, held: _Held, number: int) -> Row:
        row: dict[str, Any] = {"id": new_id(self._random), "recording_id": recording, "participant": f"p{number}"}
        length = held.ends_ms - held.starts_ms
        row |= {"purpose": "mic", "fragment": None, "start_ms": 0, "duration_ms": length, "bytes": 8 * length}
        return row | {"width": 0, "height": 0, "open": False}

    def _recorded(self, recording: str, held: _Held, number: int) -> Row:
        row: dict[str, Any] = {"recording_id": recording, "participant": f"p{number}", "number": number + 1}
        row |= {"name": f"Participant {number + 1}", "role": "speaker", "moderator": False, "consent": "yes"}
        return row | {"joined_ms": held.starts_ms, "left_ms": held.ends_ms}
