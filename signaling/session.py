"""One participant's connection: who it is (from the token), how much it may ask, and what it has been told.

Passive: the socket side (`signaling.app`) and the room's inbox use it; it owns nothing but its own numbers.
"""

from dataclasses import dataclass, field

from rooms.claims import ParticipantClaims
from rooms.commands import Join
from rooms.ids import DeviceId, ParticipantId, SessionId
from rooms.model import Role
from signaling.auth import RENEW_BEFORE_S, TokenMint
from signaling.limits import SocketLimits
from signaling.messages import JoinCall
from signaling.socket import Connection
from storage.entries import EntryRecord


@dataclass(slots=True, eq=False)
class Session:
    """`told`: events up to this number are not sent to this socket (they are in its join answer). `live`: the join
    answer is out; nothing is pushed before it."""

    connection: Connection
    claims: ParticipantClaims
    token_expires_ms: int
    entry: EntryRecord | None = None
    limits: SocketLimits = field(default_factory=SocketLimits)
    told: int = 0
    live: bool = False
    offering: bool = False

    @property
    def id(self) -> ParticipantId:
        return ParticipantId(self.claims.participant)

    @property
    def device(self) -> DeviceId:
        return DeviceId(self.claims.device)

    @property
    def role(self) -> Role:
        return Role(self.claims.role)

    def renewable(self, now_ms: int) -> bool:
        """The newest token has less than five minutes left."""
        return self.token_expires_ms - now_ms < RENEW_BEFORE_S * 1000

    def renew(self, mint: TokenMint) -> None:
        """Push a new token."""
        token, self.token_expires_ms = mint.mint(self.claims)
        self.connection.push("token", {"token": token, "expires_at": self.token_expires_ms})


def join_command(session: Session, call: JoinCall, session_id: SessionId) -> Join:
    """The room's command for a join call by this socket."""
    claims = session.claims
    return Join(
        session=session_id,
        name=claims.name,
        role=session.role,
        moderator=claims.moderator,
        organiser=claims.organiser,
        guest=claims.guest,
        device=session.device,
        consent=call.consent,
        mode=call.mode,
        mic=call.mic,
        camera=call.camera,
        screen=call.screen,
    )
