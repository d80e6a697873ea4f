"""Answers one offer: the only call that waits (for the media server), so it runs beside the inbox."""

import asyncio
from typing import TYPE_CHECKING

from sfu.types import PeerNumber
from signaling.errors import CallError, to_wire
from signaling.messages import OfferCall
from signaling.session import Session

if TYPE_CHECKING:
    from signaling.inbox import RoomInbox

ANSWER_WITHIN_S = 10


async def answer_offer(inbox: "RoomInbox", session: Session, call: OfferCall, ack: int | None) -> None:
    """Never raises. Whoever is gone when the answer is there gets no transport."""
    session.offering = True
    try:
        participant = inbox.room.state.participants.get(session.id)
        media = inbox.running.media
        if participant is None or media is None:
            raise CallError("not_joined")
        peer = PeerNumber(participant.number)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            answer = await media.connect(peer, call.connection, call.sdp, call.lines)
        if session.id not in inbox.room.state.participants:
            raise CallError("not_joined")
        session.connection.answer(ack, {"ok": True, "sdp": answer})
    except Exception as error:
        session.connection.answer(ack, {"ok": False, "error": to_wire(error)})
    finally:
        session.offering = False
