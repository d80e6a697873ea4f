"""A token is worth no more than what it was given out for: invitations withdrawn, roles taken, accounts deleted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from portal.standing import still_holds
from rooms.claims import ParticipantClaims
from storage.entries import EntryRecord
from storage.records import InviteeRecord
from tests.signaling.client import ClientError
from tests.signaling.support import Served, serving, until


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """As the product puts it together."""
    async with serving(tmp_path) as running:
        running.signaling._standing._holds = still_holds(running.storage)
        yield running


async def invited(served: Served, conference: str, id: str, *, moderator: bool = False) -> InviteeRecord:
    """An invitation, and the seat `id` that was given out by it."""
    made = await served.storage.invitees.add(conference, id, moderator=moderator, now_ms=1)
    await served.storage.entries.add(id, conference, user=None, invitee=made.id, at_ms=1)
    return made


async def coordinator(served: Served, conference: str, id: str) -> str:
    """Its owner, with the seat `id`."""
    owner = await served.owner()
    await served.storage.entries.add(id, conference, user=owner, invitee=None, at_ms=1)
    return owner


async def refusal(served: Served, conference: str, id: str, **claims: bool) -> str:
    with pytest.raises(ClientError) as refused:
        await served.connect(conference, id, **claims)
    return refused.value.code


async def test_a_token_of_a_withdrawn_invitation_opens_nothing(served: Served) -> None:
    conference = (await served.conference()).id
    made = await invited(served, conference, "ivo")
    await (await served.enter(conference, "ivo")).call("leave")
    await served.storage.invitees.remove(conference, made.id, now_ms=2)
    assert await refusal(served, conference, "ivo") == "token_invalid"


async def test_whose_invitation_is_withdrawn_is_out_of_the_room(served: Served) -> None:
    conference = (await served.conference()).id
    made = await invited(served, conference, "ivo")
    await invited(served, conference, "kim")
    ivo, kim = await served.enter(conference, "ivo"), await served.enter(conference, "kim")
    await served.storage.invitees.remove(conference, made.id, now_ms=2)
    await served.signaling.rights_changed(invitee=made.id)
    assert (await ivo.wait_push("closing"))["code"] == "token_invalid"
    assert (await kim.wait_event("participant_left"))["id"] == "ivo"
    assert await kim.call("mic", {"on": True}) is not None


async def test_an_invitation_that_was_withdrawn_between_connecting_and_joining_counts(served: Served) -> None:
    conference = (await served.conference()).id
    made = await invited(served, conference, "ivo")
    ivo = await served.connect(conference, "ivo")
    await served.storage.invitees.remove(conference, made.id, now_ms=2)
    await served.signaling.rights_changed(invitee=made.id)
    assert (await ivo.wait_push("closing"))["code"] == "token_invalid"
    assert served.signaling.participants_now(conference) == 0


async def test_a_moderators_tick_that_was_taken_is_gone_from_the_token(served: Served) -> None:
    conference = (await served.conference()).id
    made = await invited(served, conference, "mod", moderator=True)
    mod = await served.enter(conference, "mod", moderator=True)
    await served.storage.invitees.change(conference, made.id, moderator=False)
    await served.signaling.rights_changed(invitee=made.id)
    assert (await mod.wait_push("closing"))["code"] == "token_invalid"
    assert await refusal(served, conference, "mod", moderator=True) == "token_invalid"
    await served.storage.entries.add("mod2", conference, user=None, invitee=made.id, at_ms=1)
    await served.enter(conference, "mod2")  # the link makes a participant still


async def test_who_coordinates_no_more_organises_no_more(served: Served) -> None:
    conference = (await served.conference()).id
    owner = await coordinator(served, conference, "olga")
    olga = await served.organiser(conference)
    await served.storage.users.set_by_operator((await served.storage.users.all())[0].name, role="user")
    await served.signaling.rights_changed(user=owner)
    assert (await olga.wait_push("closing"))["code"] == "token_invalid"
    assert await refusal(served, conference, "olga", moderator=True, organiser=True) == "token_invalid"


async def test_a_seat_of_a_deleted_account_is_nobodys(served: Served) -> None:
    conference = (await served.conference()).id
    assert await refusal(served, conference, "gone") == "token_invalid"


async def test_what_still_holds_is_left_alone(served: Served) -> None:
    conference = (await served.conference()).id
    made = await invited(served, conference, "ivo")
    owner = await coordinator(served, conference, "olga")
    olga, ivo = await served.organiser(conference), await served.enter(conference, "ivo")
    await served.signaling.rights_changed(user=owner)
    await served.signaling.rights_changed(invitee=made.id)
    await ivo.call("mic", {"on": True})
    await olga.call("lock", {"locked": True})


async def test_no_token_is_renewed_for_what_holds_no_more(served: Served) -> None:
    """Also what was taken behind the server's back, at the command line."""
    conference = (await served.conference()).id
    made = await invited(served, conference, "ivo")
    ivo = await served.enter(conference, "ivo")
    await served.storage.invitees.remove(conference, made.id, now_ms=2)
    served.clock.ahead = 11 * 60
    assert (await ivo.wait_push("closing"))["code"] == "token_invalid"
    await until(lambda: served.signaling.participants_now(conference) == 0)


async def test_a_database_that_is_away_puts_nobody_out(served: Served) -> None:
    conference = (await served.conference()).id
    made = await invited(served, conference, "ivo")
    ivo = await served.enter(conference, "ivo")

    async def away(claims: ParticipantClaims, entry: EntryRecord | None) -> bool:
        raise OSError("no database")

    served.signaling._standing._holds = away
    await served.signaling.rights_changed(invitee=made.id)
    served.clock.ahead = 11 * 60
    assert (await ivo.wait_push("token"))["token"]
    await ivo.call("mic", {"on": True})
