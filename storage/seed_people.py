"""Invented people of a seeded installation: bodies, units, accounts, groups, collaborators and roles asked for.

The same plan gives the same people (only secrets are fresh). Rows are dicts for bulk inserts, in an order that foreign
keys allow; large bodies are larger than small ones, as they are.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from storage.tables import User, WebSession
from storage.tables_accounts import Body, Collaboration, ExtraEmail, Group, GroupMember, RoleRequest, Unit
from storage.text import email_key, search_key

Row = dict[str, Any]
Rows = tuple[Any, Iterator[Row]]

DAY_MS: Final = 86_400_000
UNITS: Final = 5
# fmt: off
_GIVEN: Final = (
    "Ελένη", "Γιώργος", "Μαρία", "Κώστας", "Σοφία", "Νίκος", "Katarzyna", "Piotr", "Anna", "Łukasz", "Agnieszka",
    "Marek", "Ioana", "Andrei", "Ștefania", "Mihai", "Elena", "Radu", "Alice", "Thomas", "Grace", "Oliver", "Ruth",
    "Edward",
)
_SURNAMES: Final = (
    "Παπαδοπούλου", "Οικονόμου", "Ζωγράφου", "Δημητρίου", "Νικολάου", "Kowalska", "Wiśniewski", "Zielińska",
    "Wójcik", "Kamińska", "Popescu", "Ionescu", "Dumitrescu", "Stoica", "Țurcanu", "Miller", "Baker", "Hughes",
    "Clarke", "Bennett",
)
# fmt: on
_ZONES: Final = (("el", "Europe/Athens"), ("pl", "Europe/Warsaw"), ("ro", "Europe/Bucharest"), ("en", "UTC"))


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    email: str
    body: str
    unit: str | None
    role: str


class People:
    """`coordinators` own most conferences; `of_body` lists everybody of a body."""

    def __init__(self, random: Random, count: int, per_body: int, now_ms: int) -> None:
        self._random, self._count, self._now = random, count, now_ms
        self.bodies: list[str] = [new_id(random) for _ in range(max(4, count // per_body))]
        self.units: dict[str, list[str]] = {body: [new_id(random) for _ in range(UNITS)] for body in self.bodies}
        self.all: list[Person] = [self._person(number) for number in range(count)]
        self.of_body: dict[str, list[Person]] = {body: [] for body in self.bodies}
        for person in self.all:
            self.of_body[person.body].append(person)
        self.coordinators = [person for person in self.all if person.role != "user"]

    def tables(self) -> Iterator[Rows]:
        yield Body, self._bodies()
        yield Unit, self._units()
        yield User, (self._account(person) for person in self.all)
        yield WebSession, self._web_sessions()
        yield ExtraEmail, self._extra_emails()
        yield RoleRequest, self._role_requests()
        yield Collaboration, self._collaborations()
        yield from self._groups()

    def _person(self, number: int) -> Person:
        random = self._random
        share = number if number < 2 * len(self.bodies) else int(len(self.bodies) * random.random() ** 1.3)
        body = self.bodies[share % len(self.bodies)]
        role = "user"
        if number < 2 * len(self.bodies):  # two for each body
            role = "body_coordinator"
        elif random.random() < 0.15:
            role = "unit_coordinator"
        unit = random.choice(self.units[body]) if random.random() < 0.8 else None
        name = f"{random.choice(_GIVEN)} {random.choice(_SURNAMES)}"
        return Person(new_id(random), name, f"person{number}@body{share % len(self.bodies)}.example", body, unit, role)

    def _bodies(self) -> Iterator[Row]:
        for number, body in enumerate(self.bodies):
            language, zone = _ZONES[number % len(_ZONES)]
            name = f"Seeded body {number}"
            yield {
                "id": body,
                "name": name,
                "name_key": search_key(name),
                "telephone": "+302100000000",
                "time_zone": zone,
                "language": language,
                "short_notice": "invite_and_start",
                "created_ms": self._now - 900 * DAY_MS,
            }

    def _units(self) -> Iterator[Row]:
        for body, units in self.units.items():
            for number, unit in enumerate(units):
                name = f"Directorate {number}"
                created = self._now - 890 * DAY_MS
                yield {"id": unit, "body_id": body, "name": name, "name_key": search_key(name), "created_ms": created}

    def _account(self, person: Person) -> Row:
        created = self._now - self._random.randrange(1, 880) * DAY_MS
        given, _, surname = person.name.partition(" ")
        done = person.role != "user" or self._random.random() < 0.95
        return {
            "id": person.id,
            "name": person.name,
            "given_name": given,
            "surname": surname,
            "surname_key": search_key(surname),
            "search_key": search_key(person.name),
            "created_ms": created,
            "role": person.role,
            "state": "active" if done else "unconfirmed",
            "body_id": person.body,
            "unit_id": person.unit,
            "email": person.email,
            "email_key": email_key(person.email),
            "confirmed_ms": created if done else None,
            "confirmed_by": "link" if done else None,
            "terms_ms": created if done else None,
            "privacy_ms": created if done else None,
        }

    def _web_sessions(self) -> Iterator[Row]:
        for person in self.all[:: max(1, len(self.all) // 5000)]:
            created = self._now - self._random.randrange(40) * DAY_MS
            yield {
                "token_hash": self._random.randbytes(32),
                "user_id": person.id,
                "created_ms": created,
                "expires_ms": created + 30 * DAY_MS,
                "id": new_id(self._random),
                "seen_ms": created,
                "agent": "Firefox, Windows",
            }

    def _extra_emails(self) -> Iterator[Row]:
        for number, person in enumerate(self.all[::20]):
            email = f"second{number}@elsewhere.example"
            yield {
                "id": new_id(self._random),
                "user_id": person.id,
                "email": email,
                "email_key": email_key(email),
                "created_ms": self._now - 100 * DAY_MS,
                "confirmed_ms": self._now - 99 * DAY_MS,
            }

    def _role_requests(self) -> Iterator[Row]:
        for person in self.all[::4]:
            created = self._now - self._random.randrange(400) * DAY_MS
            yield {
                "id": new_id(self._random),
                "user_id": person.id,
                "role": "unit_coordinator",
                "body_id": person.body,
                "body_name": "",
                "unit_id": person.unit,
                "telephone": "+302100000000",
                "purpose": "Weekly meetings",
                "state": self._random.choice(("new", "accepted", "accepted", "accepted", "rejected")),
                "created_ms": created,
                "changed_ms": created,
                "decided_by": None,
            }

    def _collaborations(self) -> Iterator[Row]:
        for owner in self.coordinators:
            others = self.of_body[owner.body]
            for other in self._random.sample(others, min(3, len(others))):
                if other is not owner:
                    created = self._now - self._random.randrange(300) * DAY_MS
                    accepted = created if self._random.random() < 0.8 else None
                    ids = {"owner_id": owner.id, "collaborator_id": other.id}
                    yield {**ids, "created_ms": created, "accepted_ms": accepted}

    def _groups(self) -> Iterator[Rows]:
        groups = [(new_id(self._random), owner) for owner in self.coordinators for _ in range(4)]
        created = self._now - 200 * DAY_MS
        yield (
            Group,
            (
                {"id": id, "owner_id": owner.id, "name": f"Group {at}", "description": "", "created_ms": created}
                for at, (id, owner) in enumerate(groups)
            ),
        )
        yield (
            GroupMember,
            (
                {"group_id": id, "user_id": person.id, "added_ms": created}
                for id, owner in groups
                for person in self._random.sample(self.of_body[owner.body], min(10, len(self.of_body[owner.body])))
            ),
        )


def new_id(random: Random) -> str:
    """Of the form of storage.ids.new_id, and the same again for the same plan."""
    text = base64.urlsafe_b64encode(random.randbytes(16)).rstrip(b"=").decode()
    return f"a{text[1:]}" if text.startswith("-") else text
