"""ID tokens: good ones of every allowed algorithm, and forged ones, each refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from portal.id_token import MAX_CHARS, BadIdToken, Expected, UnknownKey, verify

NOW = 1_800_000_000
EXPECTED = Expected("https://id.example", "plenum", "nonce-1")
RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


def jwk(key: Any, kid: str, **more: str) -> dict[str, Any]:
    kinds: list[tuple[Any, Any]] = [(rsa.RSAPublicKey, RSAAlgorithm), (ec.EllipticCurvePublicKey, ECAlgorithm)]
    algorithm = next((each for kind, each in kinds if isinstance(key, kind)), OKPAlgorithm)
    return {**json.loads(algorithm.to_jwk(key)), "kid": kid, "use": "sig", **more}


KEYS = [jwk(RSA.public_key(), "rsa"), jwk(EC.public_key(), "ec"), jwk(ED.public_key(), "ed")]


def claims(**changed: Any) -> dict[str, Any]:
    good = {"iss": "https://id.example", "aud": "plenum", "sub": "s1", "nonce": "nonce-1", "iat": NOW, "exp": NOW + 300}
    return {name: value for name, value in {**good, **changed}.items() if value is not ...}


def signed(payload: dict[str, Any] | None = None, *, key: Any = RSA, alg: str = "RS256", **header: Any) -> str:
    given_header = {"kid": "rsa", **header}
    return jwt.encode(
        claims() if payload is None else payload,
        key,
        algorithm=alg,
        headers={name: value for name, value in given_header.items() if value is not ...},
    )


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def with_header(token: str, header: dict[str, Any]) -> str:
    """The same signature under another header."""
    return ".".join([part(header), *token.split(".")[1:]])


def hs256(secret: bytes, header: dict[str, Any]) -> str:
    text = f"{part(header)}.{part(claims())}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


@pytest.mark.parametrize(
    ("key", "alg", "kid"), [(RSA, "RS256", "rsa"), (RSA, "PS256", "rsa"), (EC, "ES256", "ec"), (ED, "EdDSA", "ed")]
)
def test_good_tokens_of_every_kind_are_believed(key: Any, alg: str, kid: str) -> None:
    assert verify(signed(key=key, alg=alg, kid=kid), KEYS, EXPECTED, NOW)["sub"] == "s1"


def test_a_token_without_key_id_is_checked_by_the_only_key_that_fits() -> None:
    assert verify(signed(kid=...), KEYS, EXPECTED, NOW)["sub"] == "s1"
    with pytest.raises(UnknownKey):
        verify(signed(kid=...), [*KEYS, jwk(OTHER_RSA.public_key(), "rsa2")], EXPECTED, NOW)


def test_several_audiences_are_believed_when_we_are_the_party() -> None:
    token = signed(claims(aud=["plenum", "other"], azp="plenum"))
    assert verify(token, KEYS, EXPECTED, NOW)["aud"] == ["plenum", "other"]


_PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
_N = base64.urlsafe_b64decode(KEYS[0]["n"] + "==")
FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: f"{part({'alg': 'none', 'kid': 'rsa'})}.{part(claims())}.",
    "alg None in other case": lambda: f"{part({'alg': 'NoNe', 'kid': 'rsa'})}.{part(claims())}.",
    "alg none with a signature": lambda: with_header(signed(), {"alg": "none", "kid": "rsa"}),
    "no alg": lambda: with_header(signed(), {"kid": "rsa"}),
    "HS256 with the public key as PEM": lambda: hs256(_PEM, {"alg": "HS256", "kid": "rsa"}),
    "HS256 with the public key as JWK": lambda: hs256(json.dumps(KEYS[0]).encode(), {"alg": "HS256", "kid": "rsa"}),
    "HS256 with the modulus": lambda: hs256(_N, {"alg": "HS256", "kid": "rsa"}),
    "HS256 with an empty secret": lambda: hs256(b"", {"alg": "HS256"}),
    "RS256 in the header of an HMAC": lambda: hs256(_PEM, {"alg": "RS256", "kid": "rsa"}),
    "another audience": lambda: signed(claims(aud="other")),
    "no audience": lambda: signed(claims(aud=...)),
    "audience that contains ours": lambda: signed(claims(aud="plenum-admin")),
    "several audiences, issued to nobody": lambda: signed(claims(aud=["plenum", "other"])),
    "several audiences, issued to another": lambda: signed(claims(aud=["plenum", "other"], azp="other")),
    "one audience, issued to another": lambda: signed(claims(azp="other")),
    "another issuer": lambda: signed(claims(iss="https://id.example.evil")),
    "issuer with a slash more": lambda: signed(claims(iss="https://id.example/")),
    "no issuer": lambda: signed(claims(iss=...)),
    "another nonce": lambda: signed(claims(nonce="nonce-2")),
    "no nonce": lambda: signed(claims(nonce=...)),
    "expired": lambda: signed(claims(iat=NOW - 300, exp=NOW - 61)),
    "no expiry": lambda: signed(claims(exp=...)),
    "expiry that is no number": lambda: signed(claims(exp="9999999999")),
    "from the future": lambda: signed(claims(iat=NOW + 120, exp=NOW + 600)),
    "not yet": lambda: signed(claims(nbf=NOW + 120)),
    "made long before this sign-in": lambda: signed(claims(iat=NOW - 700)),
    "no subject": lambda: signed(claims(sub=...)),
    "empty subject": lambda: signed(claims(sub="")),
    "endless subject": lambda: signed(claims(sub="x" * 256)),
    "subject with a zero byte": lambda: signed(claims(sub="a\0b")),
    "subject of half a character": lambda: signed(claims(sub="a\ud800")),
    "crit": lambda: signed(crit=["exp"], exp=1),
    "crit that we would have to understand": lambda: signed(crit=["b64"], b64=False),
    "key of the forger in the header": lambda: signed(key=OTHER_RSA, jwk=jwk(OTHER_RSA.public_key(), "rsa")),
    "key of the forger at an address": lambda: signed(key=OTHER_RSA, jku="https://evil.example/keys"),
    "kid of another key": lambda: signed(kid="ec"),
    "kid that nobody has": lambda: signed(kid="rsa2"),
    "kid as a path": lambda: signed(kid="../../../dev/null"),
    "another key under our kid": lambda: signed(key=OTHER_RSA),
    "EC key under the RSA kid": lambda: signed(key=EC, alg="ES256"),
    "signature of other claims": lambda: ".".join(
        [*signed(claims(sub="admin")).split(".")[:2], signed().split(".")[2]]
    ),
    "signature cut off": lambda: signed().rsplit(".", 1)[0] + ".",
    "encrypted": lambda: "a.b.c.d.e",
    "too long": lambda: signed(claims(junk="x" * MAX_CHARS)),
    "claims that are a list": lambda: jwt.api_jws.encode(b"[]", RSA, algorithm="RS256", headers={"kid": "rsa"}),
}


@pytest.mark.parametrize("kind", FORGED)
def test_forged_token_is_refused(kind: str) -> None:
    """Each would be believed by a check that lacks one rule."""
    with pytest.raises(BadIdToken):
        verify(FORGED[kind](), KEYS, EXPECTED, NOW)


def test_an_encryption_key_signs_nothing() -> None:
    with pytest.raises(UnknownKey):
        verify(signed(), [{**KEYS[0], "use": "enc"}], EXPECTED, NOW)


def test_a_key_for_another_algorithm_signs_nothing() -> None:
    with pytest.raises(UnknownKey):
        verify(signed(), [{**KEYS[0], "alg": "PS256"}], EXPECTED, NOW)


@given(st.text(max_size=200) | st.builds(lambda *p: ".".join(map(part, p)), st.binary(), st.binary(), st.binary()))
def test_junk_is_refused_and_nothing_else_happens(token: str) -> None:
    with pytest.raises(BadIdToken):
        verify(token, KEYS, EXPECTED, NOW)


@given(st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=9)))
def test_junk_keys_make_nothing_but_a_refusal(junk: dict[str, Any]) -> None:
    with pytest.raises(BadIdToken):
        verify(signed(), [{"kty": "RSA", "kid": "rsa", **junk}], EXPECTED, NOW)
