"""From a row of the outbox to what is sent: reads the rows as they are now and composes. A row holds ids only."""

import json
from dataclasses import dataclass, replace
from typing import Any

from portal.mail import account_letters, conference_letters, sms
from portal.mail.house import House
from portal.mail.letter import Message
from storage.addressees import Addressee, AskedRole
from storage.notice_rules import Channel, Kind
from storage.outbox import unsealed
from storage.records import OutboxItem
from storage.rsvp import rsvp_token
from storage.service import Storage


class UnknownKind(Exception):
    """No part of this version knows such a row."""

    code = "unknown_kind"


@dataclass(frozen=True, slots=True)
class Text:
    """An SMS."""

    to: str
    text: str


def channel(item: OutboxItem) -> Channel:
    return Channel.SMS if item.cause.startswith(f"{Channel.SMS}/") else Channel.MAIL


class Builder:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def build(self, item: OutboxItem, house: House, now_ms: int) -> Message | Text | None:
        """None: there is no reason to send it any more. Raises UnknownKind."""
        payload = json.loads(item.payload)
        if item.kind in set(Kind) and item.conference is not None:
            return await self._about_conference(item, payload, house, now_ms)
        if item.kind in account_letters.KINDS:
            return await self._about_account(item, payload, house, now_ms)
        raise UnknownKind(item.kind)

    async def _about_conference(
        self, item: OutboxItem, payload: dict[str, Any], house: House, now_ms: int
    ) -> Message | Text | None:
        invitee = (item.recipient or "").removeprefix("invitee:")
        meeting = await self._storage.addressees.meeting(item.conference or "")
        to = _as_told(payload["to"], invitee) if "to" in payload else await self._storage.addressees.invitee(invitee)
        if meeting is None or to is None:
            return None
        token = rsvp_token(self._storage.secrets, invitee)
        of = conference_letters.Occasion(Kind(item.kind), payload, to, meeting, house, token, now_ms)
        if channel(item) is Channel.MAIL:
            return conference_letters.compose(of)
        text = sms.compose(of)
        return None if text is None or to.telephone is None else Text(to.telephone, text)

    async def _about_account(
        self, item: OutboxItem, payload: dict[str, Any], house: House, now_ms: int
    ) -> Message | None:
        addressees = self._storage.addressees
        conference = payload.get("conference")
        meeting = await addressees.meeting(str(conference)) if conference else None
        user = (item.recipient or "").removeprefix("user:") or (meeting.owner if meeting else "")
        to = await addressees.user(user)
        if to is None or (conference and meeting is None):
            return None
        by = await addressees.user(str(payload["by"])) if payload.get("by") else None
        case = account_letters.Case(
            kind=item.kind,
            payload=payload,
            to=to,
            house=house,
            now_ms=now_ms,
            by="" if by is None else by.name,
            role=await self._role(payload),
            given=await addressees.given_role(user) if item.kind in account_letters.MAKE_ACCOUNTS else None,
            meeting=meeting,
        )
        if payload.get("token"):
            case = replace(case, token=unsealed(self._storage.secrets, item.cause, str(payload["token"])))
        return account_letters.compose(case)

    async def _role(self, payload: dict[str, Any]) -> AskedRole | None:
        return await self._storage.addressees.asked_role(str(payload["request"])) if payload.get("request") else None


def _as_told(told: dict[str, Any], invitee: str) -> Addressee:
    """Somebody whose row may be gone."""
    return Addressee(told["name"], told["email"], told["telephone"], told["language"], "", invitee=invitee)
