"""What is planned and cancelled when conferences change: decision 1 and 9, H-19..H-23, H-30, S-8, S-10, the Invitation
state machine; always in the transaction of the change."""

import json
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, select

from storage import notices
from storage.ids import new_id
from storage.records import ConferenceSettings
from storage.service import Storage
from storage.tables import Conference, Invitee, OutboxRow, PlannedSession, User

MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
NOW = 1_800_000_000_000


@dataclass
class Desk:
    """A conference in the tables, and what is planned about it."""

    storage: Storage
    conference: str
    now: int = NOW

    async def set(self, **fields: object) -> None:
        async with self.storage.db.write() as session:
            row = await session.get(Conference, self.conference)
            assert row is not None
            for name, value in fields.items():
                setattr(row, name, value)

    async def add(self, name: str, email: str | None = None, **fields: object) -> str:
        invitee = new_id()
        async with self.storage.db.write() as session:
            given = {"email": email, "email_key": email, "moderator": False, "kind": "guest", **fields}
            session.add(
                Invitee(
                    id=invitee,
                    conference_id=self.conference,
                    name=name,
                    created_ms=self.now,
                    sealed=b"",
                    lookup=invitee.encode(),
                    devices="[]",
                    **given,
                )
            )
            await notices.invite(session, self.conference, [invitee], self.now)
        return invitee

    async def edit(self, **fields: object) -> bool:
        async with self.storage.db.write() as session:
            row = await session.get(Conference, self.conference)
            assert row is not None
            for name, value in fields.items():
                setattr(row, name, value)
            return await notices.changed(session, self.conference, self.now)

    async def rows(self, state: str = "waiting") -> list[OutboxRow]:
        async with self.storage.db.read() as session:
            query = select(OutboxRow).where(OutboxRow.state == state).order_by(OutboxRow.due_ms, OutboxRow.id)
            return list((await session.scalars(query)).all())

    async def plan(self) -> list[str]:
        """Waiting rows as `channel kind name hours-from-now`, or `1min`."""
        return [
            f"{row.cause.split('/')[0]} {row.kind} {row.recipient_name} {self.wait(row.due_ms)}"
            for row in await self.rows()
        ]

    def wait(self, due_ms: int) -> str:
        return "1min" if due_ms - self.now == MINUTE else f"{(due_ms - self.now) / HOUR:g}"

    async def send_due(self) -> list[str]:
        """Everything that is due within the minute leaves."""
        sent = []
        while found := await self.storage.outbox.claim(self.now + MINUTE):
            for item in found:
                assert await self.storage.outbox.handing(item)
                await self.storage.outbox.done(item, self.now)
                sent.append(f"{item.kind} {item.recipient_name}")
        return sent


@pytest.fixture
async def desk(storage: Storage) -> Desk:
    """A conference two days ahead, of one hour."""
    owner = await storage.users.add("Olga")
    made = await storage.conferences.create(owner.id, ConferenceSettings("Council"), now_ms=NOW)
    desk = Desk(storage, made.id)
    await desk.set(kind="scheduled", starts_ms=NOW + 2 * DAY, expires_ms=NOW + 2 * DAY + HOUR)
    return desk


async def test_each_participant_gets_a_mail_at_creation_and_one_an_hour_before(desk: Desk) -> None:
    """(H-19, H-20, S-8, S-10)"""
    await desk.add("Anna", "anna@example.org")
    await desk.add("Bert", "bert@example.org")
    assert await desk.plan() == [
        "mail invitation Anna 0",
        "mail invitation Bert 0",
        "mail reminder_hour Anna 47",
        "mail reminder_hour Bert 47",
    ]


async def test_sms_goes_to_those_with_a_number_if_chosen(desk: Desk) -> None:
    """(H-4, H-11, H-23)"""
    await desk.set(sms_invite=True, sms_reminder=True)
    await desk.add("Anna", "anna@example.org", telephone="+306900000000")
    await desk.add("Bert", None, telephone="+306900000001")
    await desk.add("Cora", None)
    assert sorted(await desk.plan()) == [
        "mail invitation Anna 0",
        "mail reminder_hour Anna 47",
        "sms invitation Anna 0",
        "sms invitation Bert 0",
        "sms reminder_hour Anna 47",
        "sms reminder_hour Bert 47",
    ]
    await desk.send_due()
    assert not await desk.edit(sms_reminder=False)
    assert await desk.plan() == ["mail reminder_hour Anna 47"]


async def test_an_invitation_dies_with_the_transaction_that_adds_the_person(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        async with desk.storage.db.write() as session:
            await notices.invite(session, desk.conference, [await _raw(session, desk, "Anna")], NOW)
            raise ZeroDivisionError
    assert await desk.plan() == []


async def _raw(session: object, desk: Desk, name: str) -> str:
    row = Invitee(
        id=new_id(),
        conference_id=desk.conference,
        name=name,
        moderator=False,
        created_ms=NOW,
        sealed=b"",
        lookup=name.encode(),
        devices="[]",
        email=f"{name}@example.org",
    )
    session.add(row)  # type: ignore[attr-defined]
    return row.id


async def test_inviting_twice_invites_once(desk: Desk) -> None:
    anna = await desk.add("Anna", "anna@example.org")
    for _ in range(2):
        async with desk.storage.db.write() as session:
            await notices.invite(session, desk.conference, [anna], NOW)
        await desk.send_due()
    assert len(await desk.rows("sent")) == 1


async def test_an_account_is_reached_at_its_first_address_only(desk: Desk) -> None:
    """(E0-17, E2-42) Also one that is invited without naming an address."""
    user = await desk.storage.users.add("Anna")
    async with desk.storage.db.write() as session:
        row = await session.get(User, user.id)
        assert row is not None
        row.email = "anna@example.org"
    await desk.add("Anna", None, user_id=user.id)
    assert await desk.plan() == ["mail invitation Anna 0", "mail reminder_hour Anna 47"]


async def test_a_moved_conference_sends_updates_with_a_growing_sequence_and_plans_reminders_anew(desk: Desk) -> None:
    """Decision 9's UID stays; the old reminder never leaves."""
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    for sequence in (1, 2):
        start = NOW + (2 + sequence) * DAY
        assert await desk.edit(starts_ms=start, expires_ms=start + HOUR)
        [update, reminder] = await desk.rows()
        assert (update.kind, reminder.kind, reminder.due_ms) == ("update", "reminder_hour", start - HOUR)
        assert json.loads(update.payload) == {"sequence": sequence, "moved": True, "gone": []}
        assert await desk.send_due() == ["update Anna"]
    assert len(await desk.rows("cancelled")) == 2


async def test_a_correction_of_a_correction_is_one_mail(desk: Desk) -> None:
    """S-8: what has not left is taken back, and the last word says all: moved, and the newest SEQUENCE."""
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    start = NOW + 3 * DAY
    for fields in ({"title": "Counsil"}, {"starts_ms": start, "expires_ms": start + HOUR}, {"title": "Council"}):
        assert await desk.edit(**fields)
        desk.now += 20_000
    [update, _] = await desk.rows()
    assert (update.kind, update.due_ms) == ("update", NOW + 40_000 + MINUTE)
    assert json.loads(update.payload) == {"sequence": 3, "moved": True, "gone": []}
    assert await desk.send_due() == ["update Anna"]
    assert await desk.edit(title="Council of May")
    assert [json.loads(row.payload).get("moved") for row in await desk.rows()] == [False, None]


@pytest.mark.parametrize(
    "starts_ms, moved_to_ms", [(NOW + 10 * MINUTE, NOW + DAY), (NOW + DAY, NOW + 15 * MINUTE), (NOW - HOUR, NOW - HOUR)]
)
async def test_a_change_of_a_meeting_that_is_near_is_told_at_once(desk: Desk, starts_ms: int, moved_to_ms: int) -> None:
    await desk.set(starts_ms=starts_ms, expires_ms=starts_ms + 2 * HOUR)
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    await desk.edit(title="Other room", starts_ms=moved_to_ms, expires_ms=moved_to_ms + 2 * HOUR)
    assert "mail update Anna 0" in await desk.plan()


@pytest.mark.parametrize("way", ["postponed", "cancelled", "removed"])
async def test_a_session_dropped_just_before_the_end_of_it_all_leaves_the_calendar_too(desk: Desk, way: str) -> None:
    """The update that would have said so never left."""
    await desk.set(kind="reservation", starts_ms=NOW + HOUR, expires_ms=NOW + 14 * DAY)
    dates = {f"s{day}": (NOW + day * DAY, NOW + day * DAY + HOUR) for day in (2, 3)}
    async with desk.storage.db.write() as session:
        for name, (starts_ms, ends_ms) in dates.items():
            session.add(PlannedSession(id=name, conference_id=desk.conference, starts_ms=starts_ms, ends_ms=ends_ms))
    anna = await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    async with desk.storage.db.write() as session:
        await session.execute(delete(PlannedSession).where(PlannedSession.id == "s3"))
        assert await notices.changed(session, desk.conference, NOW)
        if way == "removed":
            await notices.removed(session, desk.conference, [anna], NOW)
        else:
            await getattr(notices, way)(session, desk.conference, NOW)
    [word] = [row for row in await desk.rows() if row.kind != "reminder_hour"]
    gone = {uid: (starts, ends) for uid, starts, ends in json.loads(word.payload)["gone"]}
    assert gone == {f"{name}@plenum": times for name, times in dates.items()}


async def test_moving_there_and_back_keeps_one_reminder_for_the_first_date(desk: Desk) -> None:
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    for start in (NOW + 5 * DAY, NOW + 2 * DAY):
        await desk.edit(starts_ms=start, expires_ms=start + HOUR)
        await desk.send_due()
    assert await desk.plan() == ["mail reminder_hour Anna 47"]


async def test_moved_to_within_six_hours_the_reminder_comes_at_the_start(desk: Desk) -> None:
    """Decision 1 from the moment of the move."""
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    await desk.edit(starts_ms=NOW + 3 * HOUR, expires_ms=NOW + 4 * HOUR)
    assert await desk.plan() == ["mail update Anna 1min", "mail reminder_start Anna 3"]


async def test_who_has_not_had_the_invitation_gets_it_instead_of_an_update(desk: Desk) -> None:
    await desk.add("Anna", "anna@example.org")
    await desk.edit(starts_ms=NOW + 3 * DAY, expires_ms=NOW + 3 * DAY + HOUR)
    assert await desk.plan() == ["mail invitation Anna 0", "mail reminder_hour Anna 71"]


async def test_start_only_that_moves_far_away_sends_the_invitation(desk: Desk) -> None:
    """(H-21) One message is planned; the move makes it an ordinary conference."""
    await desk.set(short_notice="start_only", starts_ms=NOW + HOUR, expires_ms=NOW + 2 * HOUR)
    await desk.add("Anna", "anna@example.org")
    assert await desk.plan() == ["mail reminder_start Anna 1"]
    await desk.edit(starts_ms=NOW + DAY, expires_ms=NOW + DAY + HOUR)
    assert await desk.plan() == ["mail invitation Anna 0", "mail reminder_hour Anna 23"]


async def test_a_change_that_nobody_would_miss_tells_nobody(desk: Desk) -> None:
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    assert not await desk.edit(description="Bring the papers", max_participants=20)
    assert not await desk.edit()
    assert await desk.edit(title="Council of May")
    assert await desk.plan() == ["mail update Anna 1min", "mail reminder_hour Anna 47"]
    assert json.loads((await desk.rows())[0].payload)["moved"] is False


async def test_a_running_meeting_that_is_extended_sends_no_mail(desk: Desk) -> None:
    await desk.add("Anna", "anna@example.org")
    desk.now = NOW + 2 * DAY + 1
    await desk.send_due()
    assert not await desk.edit(expires_ms=NOW + 2 * DAY + 2 * HOUR)
    assert await desk.plan() == []


async def test_a_new_date_makes_answers_void_and_a_new_title_does_not(desk: Desk) -> None:
    """(S-9) Who accepted Tuesday has not accepted Thursday."""
    anna = await desk.add("Anna", "anna@example.org", rsvp="accepted")
    for fields, answer in (({"title": "Other"}, "accepted"), ({"starts_ms": NOW + DAY}, "none")):
        await desk.edit(**fields)
        async with desk.storage.db.read() as session:
            row = await session.get(Invitee, anna)
            assert row is not None and row.rsvp == answer


async def test_postponed_leaves_the_calendars_and_comes_back_under_the_same_uid(desk: Desk) -> None:
    """Decision 9 (E2-105)."""
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    await desk.add("Late", "late@example.org")
    await desk.set(postponed_ms=NOW)
    async with desk.storage.db.write() as session:
        await notices.postponed(session, desk.conference, NOW)
    [row] = await desk.rows()
    uid = f"{desk.conference}@plenum"
    assert (row.kind, row.recipient_name) == ("postponement", "Anna")
    assert json.loads(row.payload) == {"sequence": 1, "gone": [[uid, NOW + 2 * DAY, NOW + 2 * DAY + HOUR]]}
    await desk.send_due()
    assert not await desk.edit(title="Renamed meanwhile")
    start = NOW + 9 * DAY
    assert await desk.edit(postponed_ms=None, starts_ms=start, expires_ms=start + HOUR)
    assert sorted(await desk.plan()) == [
        "mail invitation Late 0",
        "mail reminder_hour Anna 215",
        "mail reminder_hour Late 215",
        "mail update Anna 1min",
    ]


async def test_a_cancelled_conference_tells_those_who_knew_and_nobody_else(desk: Desk) -> None:
    await desk.add("Anna", "anna@example.org")
    await desk.send_due()
    await desk.add("Late", "late@example.org")
    await desk.set(cancelled_ms=NOW)
    async with desk.storage.db.write() as session:
        await notices.cancelled(session, desk.conference, NOW)
    assert await desk.plan() == ["mail cancel Anna 0"]
    async with desk.storage.db.write() as session:
        await notices.cancelled(session, desk.conference, NOW)
    assert await desk.plan() == ["mail cancel Anna 0"]


async def test_who_is_removed_gets_a_cancellation_that_needs_no_row(desk: Desk) -> None:
    anna = await desk.add("Anna", "anna@example.org", language="el")
    await desk.add("Bert", "bert@example.org")
    await desk.send_due()
    async with desk.storage.db.write() as session:
        await notices.removed(session, desk.conference, [anna], NOW)
        await session.execute(delete(Invitee).where(Invitee.id == anna))
    cancel, reminder = await desk.rows()
    assert (cancel.kind, reminder.kind, reminder.recipient_name) == ("cancel", "reminder_hour", "Bert")
    payload = json.loads(cancel.payload)
    assert payload["to"] == {"name": "Anna", "email": "anna@example.org", "telephone": None, "language": "el"}
    assert payload["sequence"] == 1 and payload["removed"] is True and len(payload["gone"]) == 1


async def test_nothing_is_cancelled_that_is_over(desk: Desk) -> None:
    await desk.add("Anna", "anna@example.org")
    desk.now = NOW + 3 * DAY
    await desk.send_due()
    async with desk.storage.db.write() as session:
        await notices.cancelled(session, desk.conference, desk.now)
    assert await desk.plan() == []


async def test_sessions_of_a_reservation_remind_one_by_one_and_a_dropped_one_leaves_the_calendar(desk: Desk) -> None:
    """(H-2, H-17) Number, PIN and UID stay; only the dropped session's entry goes."""
    await desk.set(kind="reservation", starts_ms=NOW + HOUR, expires_ms=NOW + 14 * DAY)
    async with desk.storage.db.write() as session:
        for day in (2, 3, 4):
            session.add(
                PlannedSession(
                    id=f"s{day}",
                    conference_id=desk.conference,
                    starts_ms=NOW + day * DAY,
                    ends_ms=NOW + day * DAY + HOUR,
                )
            )
    await desk.add("Anna", "anna@example.org")
    assert [row.split()[-1] for row in await desk.plan()] == ["0", "47", "71", "95"]
    await desk.send_due()
    async with desk.storage.db.write() as session:
        await session.execute(delete(PlannedSession).where(PlannedSession.id == "s3"))
        assert await notices.changed(session, desk.conference, NOW)
    assert await desk.plan() == ["mail update Anna 1min", "mail reminder_hour Anna 47", "mail reminder_hour Anna 95"]
    assert json.loads((await desk.rows())[0].payload)["gone"] == [["s3@plenum", NOW + 3 * DAY, NOW + 3 * DAY + HOUR]]


async def test_a_thousand_people_are_invited_in_one_transaction_of_few_statements(desk: Desk) -> None:
    """(E2-4)"""
    async with desk.storage.db.write() as session:
        ids = []
        for number in range(1000):
            ids.append(f"i{number}")
            session.add(
                Invitee(
                    id=f"i{number}",
                    conference_id=desk.conference,
                    name=f"Person {number}",
                    moderator=False,
                    created_ms=NOW,
                    sealed=b"",
                    lookup=str(number).encode(),
                    devices="[]",
                    email=f"p{number}@example.org",
                )
            )
        assert await notices.invite(session, desk.conference, ids, NOW) == 2000
