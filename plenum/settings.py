"""Every setting of the product, in one place: command line > `PLENUM_*` environment > settings file > default.

An unknown or wrong setting is an error at start, a sentence for each that names it. The settings file is TOML with
the field names below; it is `plenum.toml` in the data directory, or the file that `PLENUM_CONFIG` or `--config` names.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from portal.mail.smtp import relay
from storage import database_url

ENV_PREFIX = "PLENUM_"
URL_FILE = "url"
"""In the data directory: where the server was last reached, for commands that print links."""


class SettingsError(Exception):
    """A setting is unknown or has a wrong value; the message says which and why, a line for each."""

    code = "bad_settings"


class Settings(BaseModel):
    """What an operator may set. Times end in `_s`, lengths are characters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    """Address that HTTP and Socket.IO listen on."""
    port: int = Field(default=8080, ge=0, le=65535)
    """TCP port of the pages and the signaling; 0 lets the system choose."""
    data_dir: Path = Path("data")
    """Everything that is kept: database, recordings, keys, certificate."""
    database_url: str | None = Field(default=None, repr=False)
    """postgresql://user:password@host/name: the tables are there. None: in a SQLite file of the data directory."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    """PEM files. Without them and with a host other than loopback, a self-signed pair is made and kept."""
    tls: bool | None = None
    """False: never TLS here (a reverse proxy does it). None: TLS exactly when the host is not loopback."""
    public_url: str | None = None
    """What people type, such as https://meet.example.org; needed behind a reverse proxy."""
    behind_proxy: bool = False
    """Take the caller for rate limits from the last X-Forwarded-For entry. Only behind a proxy of your own."""
    public_address: tuple[str, ...] = ()
    """Addresses announced for media besides the local ones (NAT 1:1)."""
    media_port: int = Field(default=10000, ge=0, le=65535)
    """UDP port of the media server; further workers take the next ones."""
    media_host: str = "::"
    """Address the media sockets bind; `::` is every IPv4 and IPv6 address."""
    media_workers: int = Field(default=1, ge=1, le=64)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    language: Literal["en", "el", "pl", "ro"] = "en"
    """For messages to people whose language nobody knows."""
    smtp_url: str | None = Field(default=None, repr=False)
    """Where mails go: smtp://user:password@host:port (STARTTLS where offered), smtp+starttls:// (insists), smtps://.
    Without it they are written to the folder `mail` of the data directory."""
    smtp_ca: Path | None = None
    """PEM file of the authority that signed the mail server's certificate, if the system does not know it."""
    mail_from: str = ""
    """The address that mails come from and that nobody reads; no-reply@ the public URL's host when empty."""
    mail_name: str = Field(default="Plenum", min_length=1, max_length=60)
    """The service's name: sender of all messages and beginning of their subjects."""
    sms_driver: Literal["none", "file", "http"] = "none"
    """http: a gateway at `sms_url`; file: the folder `sms` of the data directory."""
    sms_url: str | None = None
    sms_token: str | None = Field(default=None, repr=False)
    """POST {from, to, text, id} as JSON, with this bearer token."""
    sms_from: str = Field(default="", max_length=20)
    """The name that an SMS comes from; `mail_name` when empty."""
    telephone_number: str | None = None
    """The number that people dial to take part by telephone, once there is one; without it an SMS has the link."""
    metrics_token: str | None = None
    """Bearer token for /metrics; without it only loopback may read them."""
    grace_s: float = Field(default=30, ge=1, le=600)
    """How long a participant who lost the network keeps the seat."""
    empty_after_s: float = Field(default=120, ge=1, le=86400)
    """A session ends after the room has stood empty this long."""
    oidc_issuer: str | None = None
    """An OpenID Connect provider that people sign in at; its discovery document lies below this URL."""
    oidc_client_id: str | None = None
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_name: str = ""
    """What the button says; the provider's host otherwise."""
    oidc_scopes: str = "openid profile email"
    local_accounts: bool = True
    """May people sign in with e-mail and password?"""
    registration: Literal["open", "employed", "invited"] = "open"
    """Who may make an account after signing in at the provider: anybody, whom the employment check knows, or nobody;
    whoever was invited personally always may."""
    employment_url: str | None = None
    """A registry that says who works here (portal/API.md)."""
    employment_token: str | None = Field(default=None, repr=False)
    employment_list: Path | None = None
    """Instead: a CSV file, e-mail or subject and the body's name."""

    @field_validator("public_address", mode="before")
    @classmethod
    def _split_addresses(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("public_address")
    @classmethod
    def _check_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            ipaddress.ip_address(address)
        return value

    @field_validator("public_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str | None) -> str | None:
        return database_url.checked(value) if value else None

    @field_validator("smtp_url")
    @classmethod
    def _check_relay(cls, value: str | None) -> str | None:
        if value is not None:
            relay(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        local, _, domain = value.rpartition("@")
        if value and not (local and domain and value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("must be an e-mail address")
        return value

    @model_validator(mode="after")
    def _check_sms(self) -> Settings:
        if self.sms_driver == "http" and not (self.sms_url or "").startswith(("http://", "https://")):
            raise ValueError("sms_driver http needs sms_url")
        return self

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        if self.mail_from:
            return self.mail_from
        host = urlsplit(self.public_url or "").hostname or "localhost"
        return f"no-reply@{host}"

    @field_validator("oidc_issuer", "employment_url")
    @classmethod
    def _check_outside(cls, value: str | None) -> str | None:
        """What is asked over the network must be told apart from what somebody on the way says."""
        if value is None:
            return None
        url = urlsplit(value)
        here = url.hostname in ("localhost", "127.0.0.1", "::1")
        if url.scheme != "https" and not (url.scheme == "http" and here):
            raise ValueError("must begin with https://")
        return value

    @field_validator("employment_list")
    @classmethod
    def _check_list(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"{value} is no file")
        return value

    @model_validator(mode="after")
    def _check_sign_in(self) -> Settings:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("oidc_issuer and oidc_client_id go together")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("oidc_scopes must contain openid")
        if self.employment_url is not None and self.employment_list is not None:
            raise ValueError("employment_url or employment_list, not both")
        if self.registration == "employed" and self.employment_url is None and self.employment_list is None:
            raise ValueError("registration = employed needs employment_url or employment_list")
        return self

    @model_validator(mode="after")
    def _check_tls(self) -> Settings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        return self

    @property
    def loopback(self) -> bool:
        """Does HTTP listen on loopback only?"""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def use_tls(self) -> bool:
        """Own certificate, or any host that browsers would refuse camera and microphone on."""
        if self.tls is not None:
            return self.tls
        return self.tls_cert is not None or not self.loopback


def load(
    overrides: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Settings:
    """Read all sources. Raises SettingsError."""
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    env = _from_environment(os.environ if environ is None else environ)
    config = config or (Path(env.pop("config")) if "config" in env else None)
    data_dir = Path(given.get("data_dir") or env.get("data_dir") or Settings.model_fields["data_dir"].default)
    merged = {**_from_file(config, data_dir), **env, **given}
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise SettingsError(_sentences(error)) from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    known = set(Settings.model_fields) | {"config"}
    given = {name: name.removeprefix(ENV_PREFIX).lower() for name in environ if name.startswith(ENV_PREFIX)}
    _refuse_unknown(given, known)
    return {field: environ[name] for name, field in given.items()}


def _from_file(path: Path | None, data_dir: Path) -> dict[str, Any]:
    chosen = path or data_dir / "plenum.toml"
    if path is None and not chosen.exists():
        return {}
    try:
        values = tomllib.loads(chosen.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{chosen}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{chosen}: {error}") from None
    _refuse_unknown({f"{chosen}: {key}": key for key in values}, Settings.model_fields)
    return values


def _refuse_unknown(given: Mapping[str, str], known: Collection[str]) -> None:
    """`given`: place -> field. Every unknown one is named."""
    wrong = [
        f"{place}: unknown setting{_nearest(field, known)}" for place, field in given.items() if field not in known
    ]
    if wrong:
        raise SettingsError("\n".join(wrong))


def _nearest(field: str, known: Any) -> str:
    import difflib

    close = difflib.get_close_matches(field, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _sentences(error: ValidationError) -> str:
    """A line for each setting that is wrong."""
    return "\n".join(
        f"{'.'.join(str(part) for part in one['loc']) or 'settings'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors()
    )


def own_url(settings: Settings, port: int, *, tls_on: bool) -> str:
    """What to type into a browser on this machine or beside it, when no public URL is set."""
    scheme = "https" if tls_on else "http"
    host = "localhost" if settings.loopback else settings.host
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    if ":" in host:
        host = f"[{host}]"
    default = 443 if tls_on else 80
    return f"{scheme}://{host}" if port == default else f"{scheme}://{host}:{port}"


def known_url(settings: Settings) -> str:
    """Where this installation is reached: as set, else as last served, else as it would be served."""
    kept = settings.data_dir / URL_FILE
    if settings.public_url is None and kept.exists():
        return kept.read_text(encoding="utf-8").strip()
    return settings.public_url or own_url(settings, settings.port, tls_on=settings.use_tls)
