"""ID tokens (OpenID Connect Core 1.0, 3.1.3.7), checked with a fixed list of algorithms. Pure: keys and `now` come in.

The signature is PyJWT's; which key may be used for what, and every claim, is decided here. What the token says about
where its key lies (`jku`, `x5u`, `jwk`, `x5c`) is never read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from jwt import PyJWK
from jwt.exceptions import PyJWTError

ALGORITHMS: Final = {  # algorithm -> (key type, curve)
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "EdDSA": ("OKP", "Ed25519"),
}
MAX_CHARS: Final = 16_384
LEEWAY_S: Final = 60
OLDEST_S: Final = 600
"""A token that was made for this sign-in is not older."""
_MAX_SUBJECT = 255


class BadIdToken(Exception):
    """The token is not believed; the message says why, for the log."""

    code = "bad_id_token"


class UnknownKey(BadIdToken):
    """None of the known keys made it: the provider may have new ones."""

    code = "unknown_key"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a good token says."""

    issuer: str
    client_id: str
    nonce: str


def verify(token: str, keys: Iterable[Mapping[str, Any]], expected: Expected, now_s: float) -> dict[str, Any]:
    """The claims. `keys`: JSON Web Keys of the provider. Raises BadIdToken."""
    algorithm, kid = _header(token)
    key = _key(algorithm, kid, keys)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            issuer=expected.issuer,
            options={
                "require": ["iss", "sub", "aud", "exp", "iat", "nonce"],
                "verify_exp": False,  # by our clock, below
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except (PyJWTError, ValueError, TypeError) as error:
        raise BadIdToken(str(error)) from None
    _audience(claims, expected.client_id)
    _times(claims, now_s)
    if claims["nonce"] != expected.nonce:
        raise BadIdToken("another nonce")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= _MAX_SUBJECT or not subject.isprintable():
        raise BadIdToken("no subject")
    return claims


def _header(token: str) -> tuple[str, str | None]:
    if len(token) > MAX_CHARS or token.count(".") != 2:
        raise BadIdToken("not a compact signed token")
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, TypeError) as error:
        raise BadIdToken(str(error)) from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise BadIdToken("algorithm not allowed")
    if "crit" in header or "b64" in header or "zip" in header:
        raise BadIdToken("extensions are not understood")
    if kid is not None and (not isinstance(kid, str) or len(kid) > 200):
        raise BadIdToken("no key id")
    return algorithm, kid


def _key(algorithm: str, kid: str | None, keys: Iterable[Mapping[str, Any]]) -> PyJWK:
    """The one key that is named, or the only one that fits a token that names none."""
    kind, curve = ALGORITHMS[algorithm]
    fitting = [
        key
        for key in keys
        if key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise UnknownKey("no key fits" if not fitting else "several keys fit")
    try:
        return PyJWK(dict(fitting[0]), algorithm=algorithm)
    except (PyJWTError, ValueError, TypeError, KeyError) as error:
        raise BadIdToken(f"unusable key: {error}") from None


def _audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Ours alone, or ours among others when we are named as the party it was issued to (azp)."""
    audience = claims["aud"]
    several = audience if isinstance(audience, list) else [audience]
    if client_id not in several or not all(isinstance(each, str) for each in several):
        raise BadIdToken("for another audience")
    if "azp" in claims and claims["azp"] != client_id:
        raise BadIdToken("issued to another party")
    if len(several) > 1 and "azp" not in claims:
        raise BadIdToken("for several audiences, issued to nobody")


def _times(claims: Mapping[str, Any], now_s: float) -> None:
    moments = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    for name, at in moments.items():
        if isinstance(at, bool) or not isinstance(at, int | float):
            raise BadIdToken(f"{name} is no time")
    if now_s >= moments["exp"] + LEEWAY_S:
        raise BadIdToken("expired")
    if moments["iat"] > now_s + LEEWAY_S or moments.get("nbf", now_s) > now_s + LEEWAY_S:
        raise BadIdToken("from the future")
    if moments["iat"] < now_s - OLDEST_S:
        raise BadIdToken("too old for this sign-in")
