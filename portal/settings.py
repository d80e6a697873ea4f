"""What the portal must know about where it runs, and how people prove who they are."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Registration = Literal["open", "employed", "invited"]
LANGUAGES = ("en", "el", "pl", "ro")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An OpenID Connect provider. `issuer` is also where its discovery document lies."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False, default="")
    name: str = ""  # on the button; the issuer's host when empty
    scopes: str = "openid profile email"

    @property
    def shown_name(self) -> str:
        return self.name or urlsplit(self.issuer).hostname or self.issuer


@dataclass(frozen=True, slots=True)
class EmploymentSettings:
    """Who works here (decision 7): asked over HTTP, or looked up in a file; neither means nobody knows."""

    url: str | None = None
    token: str | None = field(repr=False, default=None)
    list: Path | None = None


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """`behind_proxy`: the last entry of X-Forwarded-For names the caller, X-Forwarded-Proto the scheme.
    `registration`: who may make an account after signing in at the provider; whoever was invited always may."""

    public_url: str | None = None
    behind_proxy: bool = False
    secure_cookies: bool = False
    version: str = "0"
    oidc: OidcSettings | None = None
    local_accounts: bool = True
    registration: Registration = "open"
    employment: EmploymentSettings = EmploymentSettings()
    mail_delivery: Literal["smtp", "folder"] = "folder"
    sms_delivery: Literal["none", "file", "http"] = "none"
