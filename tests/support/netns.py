"""Network namespaces of the tests' own: a lossy loopback that nothing else on the machine uses."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

_RULES = """
table inet loss {{
  chain in {{
    type filter hook input priority 0;
    meta l4proto udp numgen random mod 1000 < {permille} counter drop
  }}
}}
"""


class Namespace:
    """A namespace whose loopback interface is up. Needs root."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def prefix(self) -> list[str]:
        """Put before a command to run it inside."""
        return ["ip", "netns", "exec", self.name]

    def run(self, *command: str, stdin: str | None = None) -> str:
        """Run to the end inside; raises on failure."""
        done = subprocess.run(
            [*self.prefix, *command], input=stdin, capture_output=True, text=True, check=True, timeout=20
        )
        return done.stdout

    def lose(self, percent: float) -> None:
        """Drop this share of UDP datagrams at random, each way (every datagram passes the input hook once)."""
        self.run("nft", "flush", "ruleset")
        if percent:
            self.run("nft", "-f", "-", stdin=_RULES.format(permille=round(percent * 10)))

    def wrapper(self, program: str, directory: Path) -> Path:
        """An executable that starts `program` inside, for tools that want one path."""
        path = directory / f"{Path(program).name}-{self.name}"
        path.write_text(f'#!/bin/sh\nexec {" ".join(self.prefix)} {program} "$@"\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path


@contextlib.contextmanager
def namespace(label: str = "t") -> Iterator[Namespace]:
    """A fresh namespace, removed at the end."""
    made = Namespace(f"plenum-{label}-{os.getpid()}")
    subprocess.run(["ip", "netns", "add", made.name], check=True, timeout=20)
    try:
        made.run("ip", "link", "set", "lo", "up")
        yield made
    finally:
        subprocess.run(["ip", "netns", "del", made.name], check=False, timeout=20)
