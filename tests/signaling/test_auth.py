"""Join tokens: ours are taken, forged ones of every kind are not (S-15, design 9)."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from rooms.claims import ParticipantClaims
from signaling.auth import AUDIENCE, TokenMint
from signaling.errors import TokenError

NOW = 1_700_000_000
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
CLAIMS = ParticipantClaims("c1", "p1", "Anna", "speaker", False, False, True, "device", "local", 3)
PAYLOAD: dict[str, Any] = {
    "aud": AUDIENCE,
    "sub": "p1",
    "room": "c1",
    "iat": NOW,
    "exp": NOW + 900,
    "name": "Anna",
    "role": "speaker",
    "moderator": False,
    "organiser": False,
    "guest": True,
    "device": "device",
    "node": "local",
    "epoch": 3,
}


def mint(now: float = NOW) -> TokenMint:
    return TokenMint(PEM, clock=lambda: now)


def signed(payload: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
    return jwt.encode(payload, KEY, algorithm="EdDSA", headers=headers)


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def symmetric(algorithm: str, secret: bytes) -> str:
    """A token MACed with our public key as if it were a shared secret (the HS/RS swap)."""
    body = f"{b64({'alg': algorithm, 'typ': 'JWT'})}.{b64(PAYLOAD)}"
    return f"{body}.{b64(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def test_a_token_reads_back_as_it_was_minted() -> None:
    token, expires_ms = mint().mint(CLAIMS)
    assert expires_ms == (NOW + 900) * 1000
    assert mint(NOW + 899).check(token) == CLAIMS


def test_a_token_expires() -> None:
    token, _ = mint().mint(CLAIMS)
    with pytest.raises(TokenError) as refused:
        mint(NOW + 906).check(token)
    assert refused.value.code == "token_expired"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in PAYLOAD.items() if key != name}


def none_token(alg: str) -> str:
    return f"{b64({'alg': alg, 'typ': 'JWT'})}.{b64(PAYLOAD)}."


good = signed(PAYLOAD)
head, body, tail = good.split(".")
FORGED: dict[str, object] = {
    "alg none": none_token("none"),
    "alg None": none_token("None"),
    "alg nOnE": none_token("nOnE"),
    "alg none with our signature": f"{b64({'alg': 'none', 'typ': 'JWT'})}.{body}.{tail}",
    "alg missing": f"{b64({'typ': 'JWT'})}.{body}.{tail}",
    "alg a list": f"{b64({'alg': ['EdDSA'], 'typ': 'JWT'})}.{body}.{tail}",
    "HS256 with our public key": symmetric("HS256", PUBLIC_PEM),
    "HS256 with our raw public key": symmetric("HS256", KEY.public_key().public_bytes_raw()),
    "HS256 with nothing": symmetric("HS256", b""),
    "EdDSA header over a MAC": f"{head}.{body}.{b64(hmac.new(PUBLIC_PEM, good.encode(), hashlib.sha256).digest())}",
    "a foreign key": jwt.encode(PAYLOAD, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
    "RS256": jwt.encode(PAYLOAD, rsa.generate_private_key(65537, 2048), algorithm="RS256"),
    "ES256": jwt.encode(PAYLOAD, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
    "unknown crit": signed(PAYLOAD, {"crit": ["b64", "x"], "x": 1}),
    "other audience": signed({**PAYLOAD, "aud": "plenum-play"}),
    "audience a list with ours": signed({**PAYLOAD, "aud": [AUDIENCE]}),
    "from the future": signed({**PAYLOAD, "iat": NOW + 3600, "exp": NOW + 4500}),
    "lives too long": signed({**PAYLOAD, "exp": NOW + 86_400}),
    "exp a string": signed({**PAYLOAD, "exp": str(NOW + 900)}),
    "exp infinite": signed({**PAYLOAD, "exp": 1e300}),
    "exp negative": signed({**PAYLOAD, "iat": -5, "exp": 9}),
    "moderator a string": signed({**PAYLOAD, "moderator": "false"}),
    "organiser a number": signed({**PAYLOAD, "organiser": 1}),
    "unknown role": signed({**PAYLOAD, "role": "admin"}),
    "unknown claim": signed({**PAYLOAD, "admin": True}),
    "wildcard without a room": signed(without("room")),
    "room empty": signed({**PAYLOAD, "room": ""}),
    "sub empty": signed({**PAYLOAD, "sub": ""}),
    "sub a number": signed({**PAYLOAD, "sub": 1}),
    "signature cut": f"{head}.{body}.{tail[:-4]}",
    "signature empty": f"{head}.{body}.",
    "no signature part": f"{head}.{body}",
    "four parts": f"{good}.x",
    "body changed": f"{head}.{b64({**PAYLOAD, 'moderator': True})}.{tail}",
    "body not JSON": signed(PAYLOAD).replace(body, b64(b"{")),
    "header not base64": f"***.{body}.{tail}",
    "five kilobytes": good + "x" * 5000,
    "empty": "",
    "null": None,
    "bytes": good.encode(),
    "a list": [good],
    "a dict": {"token": good},
    **{f"no {name}": signed(without(name)) for name in PAYLOAD},
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_is_refused(kind: str) -> None:
    with pytest.raises(TokenError) as refused:
        mint().check(FORGED[kind])
    assert refused.value.code in ("token_invalid", "token_expired")


def test_the_table_is_no_smaller_than_it_was() -> None:
    assert len(FORGED) >= 40
    assert mint().check(good) == CLAIMS, "the untouched payload must be taken, or the table proves nothing"


def test_header_tricks_change_no_key() -> None:
    """kid, jku, jwk and x5u are not followed: the key is ours or none."""
    public = {"kty": "OKP", "crv": "Ed25519", "x": b64(Ed25519PrivateKey.generate().public_key().public_bytes_raw())}
    for extra in ({"kid": "../../etc/passwd"}, {"jku": "http://localhost/keys"}, {"jwk": public}, {"x5u": "x"}):
        foreign = jwt.encode(PAYLOAD, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=extra)
        with pytest.raises(TokenError):
            mint().check(foreign)
        assert mint().check(signed(PAYLOAD, extra)) == CLAIMS


def test_a_token_names_one_room() -> None:
    token, _ = mint().mint(replace(CLAIMS, conference="*"))
    assert mint().check(token).conference == "*", "a star is a name like any other, not every room"
