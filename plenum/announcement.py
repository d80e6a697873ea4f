"""What `plenum serve` prints when it is ready, and reading it back: for whoever starts a server as a process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from plenum import __version__

if TYPE_CHECKING:
    from plenum.server import Running
    from plenum.settings import Settings

_URL = re.compile(r"serves (\S+)")
_SIGN_IN = re.compile(r"(\S+/sign-in#\S+)")
_MEDIA_PORT = re.compile(r"Media: UDP port (\d+)")


@dataclass(frozen=True, slots=True)
class Announced:
    """`sign_in_url`: the one-time link of a first start, None later."""

    url: str
    sign_in_url: str | None
    media_port: int


def announce(out: Console, running: Running, settings: Settings, another: str) -> None:
    """Tells an operator what to know of a server that is ready. `another`: the command that prints one more link."""

    def say(text: str, *, markup: bool = True) -> None:
        out.print(text, highlight=False, soft_wrap=True, markup=markup)

    say(f"\n[bold]Plenum {__version__}[/bold] serves [bold cyan]{running.url}[/bold cyan]")
    if running.fingerprint:
        say(f"  Self-signed certificate; your browser will ask once. SHA-256 fingerprint:\n  {running.fingerprint}")
    if running.sign_in_url:
        say(f"  Sign in as organiser, once: [bold]{running.sign_in_url}[/bold]")
    say(f"  Another sign-in link: {another}", markup=False)
    if settings.smtp_url is None:
        say(f"  Mails: written to the folder {settings.data_dir / 'mail'}; smtp_url is not set.", markup=False)
    elif settings.public_url is None:
        say(f"  Mails: their links begin with {running.url}; set public_url to what others open.", markup=False)
    say(f"  Media: UDP port {running.media_port}. Stop with Ctrl-C.\n")


def announced(text: str) -> Announced | None:
    """What a server has said in its output so far; None before it is ready."""
    url, sign_in, media_port = _URL.search(text), _SIGN_IN.search(text), _MEDIA_PORT.search(text)
    if url is None or media_port is None:
        return None
    return Announced(url.group(1), None if sign_in is None else sign_in.group(1), int(media_port.group(1)))
