"""What a join token was given out for, asked again while it lives: invitations are withdrawn, roles are taken."""

from portal.authorisation import Action, Verdict, judge, standing
from portal.objects import relation_of
from portal.ports import Holds
from rooms.claims import ParticipantClaims
from storage.entries import EntryRecord
from storage.service import Storage


def still_holds(storage: Storage) -> Holds:
    """Organisers still manage the conference; personal invitations are still there, and moderators' still theirs.
    What a shared link or a PIN gave stays. Whose account is deleted has no entry any more."""

    async def holds(claims: ParticipantClaims, entry: EntryRecord | None) -> bool:
        if entry is None:
            return False
        if claims.organiser:
            return await _manages(storage, claims.conference, entry.user)
        if entry.invitee is None:
            return True
        invitee = await storage.invitees.get(entry.invitee)
        return invitee is not None and (invitee.moderator or not claims.moderator)

    return holds


async def _manages(storage: Storage, conference: str, user: str | None) -> bool:
    account = None if user is None else await storage.users.get(user)
    found = await storage.conferences.get(conference)
    if account is None or found is None:
        return False
    way = await storage.conference_lists.way(account, found)
    return judge(Action.CONFERENCE_ENTER, standing(account), relation_of(way)) is Verdict.ALLOWED
