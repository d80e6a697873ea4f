"""One served product with something in every list: people of every standing, conferences in every state, a meeting that
is going on, a recording. Made once for all pages that are looked at (states.py)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyotp

from recorder.finalise import finalise
from sfu.load import LoadMedia
from storage.recording_records import PersonRecord, SpeechRecord
from storage.rsvp import rsvp_token
from storage.secrets import Secrets
from storage.service import Storage, StorageConfig
from storage.tables import Conference, User
from tests.e2e.accounts import provider_env
from tests.portal.accounts_support import GOOD, provider
from tests.recorder.long_recording import make_long
from tests.support.people import Person
from tests.support.server import Organiser, Server, running

MINUTE = 60_000
HOUR = 60 * MINUTE
QUARTER = 15 * MINUTE
DAY = 24 * HOUR
OWNER = "unit3"  # of the conferences in which the room is looked at: the others' lists stay short
LONG_TITLE = "Έκτακτη συνεδρίαση του Συμβουλίου Παραγωγικότητας και Ανασυγκρότησης"


class World:
    """What there is; ids and addresses by name."""

    def __init__(self, server: Server, media: LoadMedia, storage: Storage) -> None:
        self.server = server
        self.storage = storage
        self.accounts: dict[str, str] = {}
        self.url = server.url
        self.media = media
        self.people: dict[str, Organiser] = {}
        self.conferences: dict[str, dict[str, Any]] = {}
        self.inside: list[Person] = []
        self.links: dict[str, str] = {}
        self.totp = pyotp.TOTP("A" * 32)

    @property
    def admin(self) -> Organiser:
        return self.people["admin"]

    async def arrive(self, name: str, conference: str, *, door: str = "participant_url", **options: Any) -> Person:
        """Somebody without a browser comes into a conference."""
        person = Person(self.url, self.media)
        self.inside.append(person)
        link = self.conferences[conference][door].rsplit("/", 1)[1]
        return await person.arrive(name, link=link, **options)

    async def ends_soon(self, conference: str) -> None:
        """Its end moves to before five minutes from now, and the room hears of it."""
        known = self.conferences[conference]
        async with self.storage.db.write() as session:
            row = await session.get_one(Conference, known["id"])
            row.expires_ms = int(time.time() * 1000) + 4 * MINUTE
        self.people[OWNER].call("PATCH", f"/api/conferences/{known['id']}", {"title": LONG_TITLE})

    async def sign_in(self, key: str) -> None:
        """Now, also if the person did before: some acts ask for a sign-in of the last minutes."""
        token = await self.storage.sign_in_links.create(self.accounts[key], now_ms=int(time.time() * 1000))
        self.people[key] = Organiser(self.url, f"{self.url}/sign-in#{token}")

    async def close(self) -> None:
        self.media.close()
        for person in self.inside:
            await person.close()


def on_quarter(in_ms: int) -> int:
    return (int(time.time() * 1000) + in_ms) // QUARTER * QUARTER + QUARTER


@asynccontextmanager
async def made(folder: Path) -> AsyncIterator[World]:
    """The product and everything in it."""
    with provider() as oidc:
        env = {
            **provider_env(oidc),
            "PLENUM_SMS_DRIVER": "file",
        }
        with running(folder / "data", env=env) as server:
            storage = await Storage.open(StorageConfig(server.data_dir))
            world = World(server, LoadMedia(), storage)
            try:
                await _people(world, storage)
                _conferences(world)
                await _recording(world, storage)
                yield world
            finally:
                await storage.close()
                await world.close()


async def _people(world: World, storage: Storage) -> None:
    """Sessions of: admin, nobody's coordinator (fresh), a unit's coordinator, users who have asked, asked for nothing,
    are not finished, and one with a second factor."""
    world.people["admin"] = Organiser(world.url, world.server.sign_in_url)
    await storage.users.set_by_operator(
        "Organiser", new_name="Ελένη Παπαδοπούλου-Κωνσταντινίδου", email="eleni@example.gr"
    )
    body = world.admin.call("GET", "/api/me")["user"]["body"]["id"]
    other = world.admin.call("POST", "/api/bodies", {"name": "Gmina Nowa", "time_zone": "Europe/Warsaw"})["id"]

    async def person(key: str, name: str, role: str, of: str | None, email: str) -> str:
        user = await storage.users.add(name, role=role, email=email, body=of)
        world.accounts[key] = user.id
        await world.sign_in(key)
        return user.id

    await person("fresh", "Stanisława Brzęczyszczykiewicz", "body_coordinator", other, "fresh@example.pl")
    await person("simple", "Ioana Popescu", "user", body, "ioana@example.ro")
    for key in ("asks", "asked", "two", "unfinished", "sent"):
        await person(key, f"Anna {key.title()}", "user", body, f"{key}@example.org")
    colleagues = []
    for n, name in enumerate(("Jan Nowak", "Μαρία Ιωάννου", "Ștefan Ionescu", "Ewa Wiśniewska")):
        colleagues.append(await person(f"unit{n}", name, "unit_coordinator", body, f"unit{n}@example.org"))
    for n in range(26):
        await storage.users.add(f"Νίκος Δημητρίου {n}", role="user", email=f"nikos{n}@example.gr", body=body)
    for key in ("unfinished", "sent"):
        await unfinished(storage, f"{key}@example.org")

    _organisation(world, body, colleagues)
    two = world.people["two"]
    two.call("POST", "/api/account/password", {"new": GOOD})
    world.totp = pyotp.TOTP(two.call("POST", "/api/account/two-factor/start")["secret"])
    two.call("POST", "/api/account/two-factor/enable", {"code": world.totp.now()})
    world.people["sent"].call(
        "POST", "/api/account/activate", {"email": "sent@example.org", "terms": True, "privacy": True}
    )


async def unfinished(storage: Storage, email: str) -> None:
    """Neither address nor terms are confirmed."""
    account = next(user for user in await storage.users.all() if user.email == email)
    async with storage.db.write() as session:
        row = await session.get_one(User, account.id)
        row.state, row.confirmed_ms, row.confirmed_by, row.terms_ms, row.privacy_ms = (
            "unconfirmed",
            None,
            None,
            None,
            None,
        )


def _organisation(world: World, body: str, colleagues: list[str]) -> None:
    """Units, an invited coordinator, requests, collaborators, a group."""
    admin, people = world.admin, world.people
    for name in ("Διεύθυνση Ηλεκτρονικής Διακυβέρνησης", "Finance"):
        unit = admin.call("POST", f"/api/bodies/{body}/units", {"name": name})["id"]
    invited = {
        "surname": "Κωνσταντινοπούλου",
        "given_name": "Αλεξάνδρα",
        "email": "alexandra@example.gr",
        "unit_id": unit,
    }
    admin.call("POST", "/api/coordinators", invited)
    wish = {"role": "unit_coordinator", "telephone": "+48 600 100 200", "purpose": "Weekly council", "unit_id": unit}
    people["asks"].call("POST", "/api/account/role-requests", wish)
    request = people["asked"].call("POST", "/api/account/role-requests", wish)["id"]
    admin.call("POST", f"/api/role-requests/{request}/reject")
    own, second, third, fourth = colleagues
    people["unit0"].call("POST", "/api/collaborators", {"users": [second, third]})
    people["unit1"].call("POST", f"/api/collaborators/{own}/accept")
    for asks, asked in (("unit2", own), ("unit3", own)):
        people[asks].call("POST", "/api/collaborators", {"users": [asked]})
    people["unit0"].call("POST", f"/api/collaborators/{fourth}/accept")
    group = admin.call("POST", "/api/groups", {"name": "Council", "description": "Weekly council"})["id"]
    for email in ("ioana@example.ro", "unit0@example.org"):
        admin.call("POST", f"/api/groups/{group}/members", {"email": email})
    admin.call("POST", "/api/account/emails", {"email": "eleni.home@example.gr"})


def _conferences(world: World) -> None:
    """In every state."""
    admin = world.admin

    def conference(key: str, **fields: Any) -> dict[str, Any]:
        world.conferences[key] = admin.conference(**fields)
        return world.conferences[key]

    def dated(key: str, title: str, in_ms: int, **fields: Any) -> dict[str, Any]:
        start = on_quarter(in_ms)
        return conference(key, title=title, kind="scheduled", starts_at=start, ends_at=start + 6 * QUARTER, **fields)

    open_now = conference("open", title="Safety at work", record=True, description="Bring figures.\nAnd questions.")
    world.links["record"] = open_now["participant_url"]
    for invitee in (
        {"name": "Ioana Popescu", "email": "ioana@example.ro", "moderator": True, "kind": "person"},
        {"name": "Ανδρέας Παπακωνσταντίνου", "email": "andreas.papakonstantinou@example.gr", "kind": "guest"},
        {"name": "Ben", "telephone": "+40721234567", "kind": "guest", "email": "ben@example.org"},
    ):
        admin.call("POST", f"/api/conferences/{open_now['id']}/invitees", {"moderator": False, **invitee})
    invitees = admin.call("GET", f"/api/conferences/{open_now['id']}")["invitees"]
    secrets = Secrets(world.server.data_dir / "secrets")
    world.links["rsvp"] = f"{world.url}/rsvp/accept#{rsvp_token(secrets, invitees[1]['id'])}"
    world.links["early"] = dated("early", LONG_TITLE, 2 * HOUR, time_zone="Asia/Tokyo")["participant_url"]
    dated("later", "Συμβούλιο", 3 * DAY, time_zone="Europe/Warsaw", sms_invite=True)
    room = {"starts_at": on_quarter(DAY), "ends_at": on_quarter(8 * DAY), "max_participants": 30}
    session = {"starts_at": room["starts_at"] + HOUR, "ends_at": room["starts_at"] + 2 * HOUR}
    conference("reserved", title="Project room", kind="reservation", sessions=[session], **room)
    put_off = dated("postponed", "Put off", 2 * DAY)
    admin.call("POST", f"/api/conferences/{put_off['id']}/postpone")
    called_off = dated("cancelled", "Called off", 2 * DAY)
    admin.call("POST", f"/api/conferences/{called_off['id']}/cancel")
    over = conference("ended", title="Spring council")
    admin.call("POST", f"/api/conferences/{over['id']}/end")
    world.links["listener"] = conference("listener", title="Webinar", start_as="listener")["participant_url"]
    world.links["lobby"] = conference("lobby", title="Closed door", lobby=True)["participant_url"]
    world.links["door"] = world.conferences["lobby"]["moderator_url"]
    world.links["meeting"] = conference("meeting", title="Budget", who_presents="promoted")["moderator_url"]
    world.links["guest"] = world.conferences["meeting"]["participant_url"]
    world.links["alone"] = conference("alone", title="Nobody else")["moderator_url"]
    world.links["plain"] = conference("plain", title="Council")["participant_url"]
    owner = world.people[OWNER]
    for key in ("acts", "short", "shut", "crowd", "unasked"):
        world.conferences[key] = owner.conference(title=key.title())
    world.conferences["filmed"] = owner.conference(title=LONG_TITLE, record=True)


async def _recording(world: World, storage: Storage) -> None:
    """Some minutes, with speech; one is silent, one did not want to be recorded."""
    over = world.conferences["ended"]
    owner = world.admin.call("GET", "/api/me")["user"]["id"]
    length = 2 * MINUTE
    started = int(time.time() * 1000) - 2 * HOUR
    hours = length / HOUR
    record = await make_long(
        storage, conference=over["id"], session="s1", owner=owner, started_ms=started, people=5, hours=hours
    )
    talks = [
        SpeechRecord(f"p{n}", at, at + 4000) for n in range(1, 5) for at in range(n * 10_000, length - 5000, 40_000)
    ]
    await storage.recordings.speech(record.id, talks)
    refuser = PersonRecord("p6", 6, "Αικατερίνη Παπαδημητρίου", "speaker", False, "no")
    await storage.recordings.person(record.id, refuser)
    await finalise(storage, record.id, ended_ms=started + length, at_ms=started + length)
    world.links["play"] = world.url + world.admin.call("POST", f"/api/recordings/{record.id}/link")["url"]


async def meet(world: World) -> None:
    """Three people in the meeting; one has raised a hand."""
    names = ("Ben Albescu", "Αικατερίνη Παπαδημητρίου", "Grzegorz Brzęczyszczykiewicz")
    first, second, _ = [await world.arrive(name, "meeting") for name in names]
    await first.client.call("hand", {"raised": True, "participant": None})
    await second.client.call("chat_send", {"text": "Καλημέρα σας. https://example.org/agenda", "to": None})
