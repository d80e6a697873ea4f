"""An OpenID Connect provider, spoken to over HTTP: discovery, keys, the exchange of a code for an ID token.

Authlib builds what is sent (RFC 6749 4.1, RFC 7636 with S256); the answers come by aiohttp with limits on time and
size, without redirects, and are believed only after portal/id_token.py. Discovery and keys are kept for an hour; an
unknown key id asks for the keys again, at most once a minute.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from portal.id_token import BadIdToken, Expected, UnknownKey, verify
from portal.settings import OidcSettings

KEPT_S: Final = 3600
KEYS_AGAIN_S: Final = 60
TIMEOUT: Final = aiohttp.ClientTimeout(total=8, connect=4)
MAX_BYTES: Final = 256 * 1024
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")

log = structlog.get_logger()


class ProviderError(Exception):
    """The provider cannot be reached, or its answer is not believed. `code`: provider_unreachable, provider_failed."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Login:
    """One sign-in on its way: what went to the provider, and what its answer is compared with."""

    nonce: str
    verifier: str
    redirect_uri: str


class Provider:
    def __init__(self, settings: OidcSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None
        self._lock = asyncio.Lock()
        self._discovered: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] | None = None

    async def authorization_url(self, state: str, login: Login, *, fresh: bool = False) -> str:
        """Where the browser goes; `fresh`: the provider shall ask for the proof itself, and say when (OpenID Connect
        Core 3.1.2.1). Raises ProviderError."""
        more = {"prompt": "login", "max_age": "0"} if fresh else {}
        found = await self._discovery()
        client = self._client(found, login.redirect_uri)
        url, _ = client.create_authorization_url(
            found["authorization_endpoint"], state=state, code_verifier=login.verifier, nonce=login.nonce, **more
        )
        return str(url)

    async def claims(self, code: str, login: Login) -> dict[str, Any]:
        """Who came back: the claims of the ID token, with names and address from userinfo where the token has none.
        Raises ProviderError."""
        found = await self._discovery()
        answer = await self._exchange(found, code, login)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("provider_failed", "no ID token")
        claims = await self._checked(token, Expected(self._settings.issuer, self._settings.client_id, login.nonce))
        if "given_name" in claims or "name" in claims or not isinstance(answer.get("access_token"), str):
            return claims
        return {**await self._userinfo(found, answer["access_token"], claims["sub"]), **claims}

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _exchange(self, found: dict[str, Any], code: str, login: Login) -> dict[str, Any]:
        client = self._client(found, login.redirect_uri)
        url, headers, body = client.client_auth(client.token_endpoint_auth_method).prepare(
            "POST",
            found["token_endpoint"],
            {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
            token_body(client, code, login.verifier),
        )
        return await self._json("POST", url, headers=headers, data=body)

    async def _checked(self, token: str, expected: Expected) -> dict[str, Any]:
        try:
            try:
                return verify(token, await self._jwks(KEPT_S), expected, self._clock())
            except UnknownKey:
                return verify(token, await self._jwks(KEYS_AGAIN_S), expected, self._clock())
        except BadIdToken as error:
            log.warning("id token refused", why=str(error))
            raise ProviderError("provider_failed", str(error)) from None

    async def _userinfo(self, found: dict[str, Any], access_token: str, subject: str) -> dict[str, Any]:
        """Only of the same subject (OpenID Connect Core 5.3.2); without it the sign-in goes on without names."""
        url = found.get("userinfo_endpoint")
        if not isinstance(url, str) or not self._fits(url):
            return {}
        try:
            answer = await self._json("GET", url, headers={"Authorization": f"Bearer {access_token}"})
        except ProviderError:
            return {}
        return answer if answer.get("sub") == subject else {}

    async def _discovery(self) -> dict[str, Any]:
        async with self._lock:
            now = self._clock()
            if self._discovered is None or now - self._discovered[0] >= KEPT_S:
                url = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
                self._discovered = (now, self._sane(await self._json("GET", url)))
            return self._discovered[1]

    async def _jwks(self, oldest_s: float) -> list[dict[str, Any]]:
        found = await self._discovery()
        async with self._lock:
            now = self._clock()
            if self._keys is None or now - self._keys[0] >= oldest_s:
                keys = (await self._json("GET", found["jwks_uri"])).get("keys")
                self._keys = (now, [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else [])
            return self._keys[1]

    def _sane(self, found: dict[str, Any]) -> dict[str, Any]:
        """OpenID Connect Discovery 4.3: the document speaks for the very issuer that was asked."""
        if not all(isinstance(found.get(name), str) for name in _NEEDED):
            raise ProviderError("provider_failed", "the discovery document lacks an endpoint")
        if found["issuer"] != self._settings.issuer:
            raise ProviderError("provider_failed", "the discovery document is another issuer's")
        for name in _NEEDED[1:]:
            if not self._fits(found[name]):
                raise ProviderError("provider_failed", f"{name} is not as safe as the issuer")
        return found

    def _fits(self, url: str) -> bool:
        """Nothing goes over plain HTTP unless the issuer itself does (on one's own machine)."""
        scheme = urlsplit(url).scheme
        return scheme == "https" or (scheme == "http" and urlsplit(self._settings.issuer).scheme == "http")

    def _client(self, found: dict[str, Any], redirect_uri: str) -> OAuth2Client:
        return OAuth2Client(
            None,
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            token_endpoint_auth_method=_auth_method(self._settings, found),
            scope=self._settings.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    async def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """One bounded request, no redirects. Raises ProviderError."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with self._http.request(method, url, allow_redirects=False, **options) as response:
                raw = bytearray()
                async for piece in response.content.iter_chunked(16_384):
                    raw += piece
                    if len(raw) > MAX_BYTES:
                        raise ProviderError("provider_failed", "the answer is too large")
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ProviderError("provider_unreachable", type(error).__name__) from None
        try:
            found = json.loads(raw)
        except (ValueError, RecursionError):
            found = None
        if status != 200 or not isinstance(found, dict):
            said = found.get("error") if isinstance(found, dict) else None
            raise ProviderError("provider_failed", f"status {status}, {said if isinstance(said, str) else 'no JSON'}")
        return found


def token_body(client: OAuth2Client, code: str, verifier: str) -> str:
    return str(
        prepare_token_request("authorization_code", redirect_uri=client.redirect_uri, code=code, code_verifier=verifier)
    )


def _auth_method(settings: OidcSettings, found: dict[str, Any]) -> str:
    """How the client proves itself at the token endpoint: Basic is the default of the specification."""
    if not settings.client_secret:
        return "none"
    offered = found.get("token_endpoint_auth_methods_supported")
    basic = not isinstance(offered, list) or "client_secret_basic" in offered
    return "client_secret_basic" if basic else "client_secret_post"
