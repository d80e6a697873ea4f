"""What the portal must know about where it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """`behind_proxy`: the last entry of X-Forwarded-For names the caller, X-Forwarded-Proto the scheme."""

    public_url: str | None = None
    behind_proxy: bool = False
    secure_cookies: bool = False
    version: str = "0"
