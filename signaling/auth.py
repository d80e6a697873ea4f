"""Join tokens: short-lived JWTs (RFC 7519) signed with the server's Ed25519 key (RFC 8037). One fixed algorithm,
every claim required, the clock an argument. A token says who may take a seat; what the seat may do, the room says.
"""

import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rooms.claims import ParticipantClaims
from rooms.model import Role
from signaling.errors import TokenError

ALGORITHM = "EdDSA"
AUDIENCE = "plenum-room"
LIFETIME_S = 15 * 60
RENEW_BEFORE_S = 5 * 60
LEEWAY_S = 5
MAX_TOKEN_CHARS = 4096


class _Claims(BaseModel):
    """The payload exactly as we write it; anything else is not ours."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    aud: str
    sub: str = Field(min_length=1, max_length=128)
    room: str = Field(min_length=1, max_length=128)
    iat: int
    exp: int
    name: str = Field(max_length=200)
    role: str
    moderator: bool
    organiser: bool
    guest: bool
    device: str = Field(max_length=128)
    node: str = Field(max_length=128)
    epoch: int
    lobby: bool = False


class TokenMint:
    """Signs and checks. `key`: PKCS8 PEM of an Ed25519 private key, or its 32 raw bytes."""

    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        private = Ed25519PrivateKey.from_private_bytes(key) if len(key) == 32 else load_pem_private_key(key, None)
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError("the signing key is no Ed25519 key")
        self._private = private
        self._public = private.public_key()
        self._clock = clock

    def mint(self, claims: ParticipantClaims) -> tuple[str, int]:
        """(token, its end in Unix ms)."""
        now = int(self._clock())
        expires = now + LIFETIME_S
        payload = _Claims(
            aud=AUDIENCE,
            sub=claims.participant,
            room=claims.conference,
            iat=now,
            exp=expires,
            name=claims.name,
            role=claims.role,
            moderator=claims.moderator,
            organiser=claims.organiser,
            guest=claims.guest,
            device=claims.device,
            node=claims.node,
            epoch=claims.epoch,
            lobby=claims.lobby,
        )
        return jwt.encode(payload.model_dump(), self._private, algorithm=ALGORITHM), expires * 1000

    def check(self, token: object) -> ParticipantClaims:
        """Raises TokenError (token_invalid, token_expired)."""
        return self.check_until(token)[0]

    def check_until(self, token: object) -> tuple[ParticipantClaims, int]:
        """The claims and the token's end in Unix ms. Raises TokenError."""
        if not isinstance(token, str) or len(token) > MAX_TOKEN_CHARS:
            raise TokenError("token_invalid")
        claims = self._read(self._decode(token))
        now = self._clock()
        if now > claims.exp + LEEWAY_S:
            raise TokenError("token_expired")
        if claims.iat > now + 60 or claims.exp - claims.iat > LIFETIME_S:
            raise TokenError("token_invalid")
        return (
            ParticipantClaims(
                conference=claims.room,
                participant=claims.sub,
                name=claims.name,
                role=claims.role,
                moderator=claims.moderator,
                organiser=claims.organiser,
                guest=claims.guest,
                device=claims.device,
                node=claims.node,
                epoch=claims.epoch,
                lobby=claims.lobby,
            ),
            claims.exp * 1000,
        )

    def _decode(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self._public,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={
                    "require": ["aud", "sub", "room", "iat", "exp", "epoch"],
                    "verify_exp": False,  # by our own clock, above
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
            raise TokenError("token_invalid") from None

    def _read(self, payload: dict[str, Any]) -> _Claims:
        try:
            claims = _Claims.model_validate(payload)
            Role(claims.role)
        except (ValidationError, ValueError):
            raise TokenError("token_invalid") from None
        return claims
