"""`plenum bench load`: a meeting of many through the real signaling and the real media path, on this machine.

Starts a server of its own on loopback, lets everybody join, a few speak and
send video, and prints what arrived, what was lost and what each participant cost.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.cookiejar
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from plenum.announcement import announced
from sfu.dtls import HandshakeError
from sfu.load import LoadMedia, LoadPeer
from signaling.client import ClientError, SignalingClient

JOIN_CONCURRENCY = 10
START_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """The meeting. `seconds` is the measured time after everybody has joined."""

    participants: int = 100
    speakers: int = 3
    videos: int = 2
    seconds: float = 60
    video_bps: int = 600_000


@dataclass(slots=True)
class Result:
    """What came of it. Memory is proportional set size of the server's processes, in bytes."""

    joined: int = 0
    join_s: list[float] = field(default_factory=list)
    received: int = 0
    lost: int = 0
    silent: int = 0
    failed: list[str] = field(default_factory=list)
    memory_before: int = 0
    memory_after: int = 0
    server_cpu_s: float = 0.0
    seconds: float = 0.0

    @property
    def loss(self) -> float:
        """Share of packets that never arrived, 0..1."""
        expected = self.received + self.lost
        return self.lost / expected if expected else 1.0

    @property
    def bytes_per_participant(self) -> float:
        """Growth of the server's memory per participant who joined."""
        return (self.memory_after - self.memory_before) / max(1, self.joined)


@dataclass
class _Participant:
    index: int
    client: SignalingClient
    peer: LoadPeer
    number: int = 0


async def run(plan: Plan, console: Console) -> Result:
    """The whole run on a server of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="plenum-bench-") as folder,
        _own_server(Path(folder)) as (url, sign_in, pid),
    ):
        link = await _conference(url, sign_in, plan)
        return await _measure(url, link, pid, plan, console)


async def _measure(url: str, link: str, pid: int, plan: Plan, console: Console) -> Result:
    result = Result(memory_before=_memory(pid))
    media = LoadMedia()
    people: list[_Participant] = []
    try:
        gate = asyncio.Semaphore(JOIN_CONCURRENCY)
        console.print(f"joining {plan.participants} participants …")
        made = [_Participant(i, SignalingClient(url), media.peer()) for i in range(plan.participants)]
        people = [p for p in await asyncio.gather(*(_join(p, link, gate, plan, result) for p in made)) if p]
        result.joined = len(people)
        await _show_videos(people, plan)
        await asyncio.sleep(2)
        before = {p.index: dict(p.peer.stats()) for p in people}
        cpu = _cpu_seconds(pid)
        console.print(f"measuring for {plan.seconds:.0f} s …")
        began = time.monotonic()
        await asyncio.sleep(plan.seconds)
        result.seconds = time.monotonic() - began
        result.server_cpu_s = _cpu_seconds(pid) - cpu
        result.memory_after = _memory(pid)
        for person in people:
            now, then = person.peer.stats(), before[person.index]
            result.received += now["received"] - then["received"]
            result.lost += max(0, now["lost"] - then["lost"])
            result.silent += now["received"] == then["received"]
    finally:
        media.close()
        await asyncio.gather(*(person.client.close() for person in people), return_exceptions=True)
    return result


async def _join(
    person: _Participant, link: str, gate: asyncio.Semaphore, plan: Plan, result: Result
) -> _Participant | None:
    async with gate:
        began = time.monotonic()
        try:
            token = await person.client.get_token(link=link, name=f"Participant {person.index + 1}")
            await person.client.open({"token": token})
            speaks, shows = person.index < plan.speakers, person.index < plan.videos
            wish = {"consent": None, "mode": "speak", "mic": speaks, "camera": shows, "since": None}
            person.number = (await person.client.call("join", wish, timeout_s=30))["number"]
            sdp, lines = person.peer.offer()
            answer = await person.client.call("offer", {"connection": 1, "sdp": sdp, "lines": lines}, timeout_s=30)
            await person.peer.connect(answer["sdp"])
        except (ClientError, HandshakeError, OSError, TimeoutError, ValueError) as error:
            result.failed.append(f"{type(error).__name__}: {error}")
            await person.client.close()
            return None
        result.join_s.append(time.monotonic() - began)
        if speaks:
            person.peer.speak(level=20 + person.index)
        if shows:
            person.peer.show(plan.video_bps)
        return person


async def _show_videos(people: list[_Participant], plan: Plan) -> None:
    sources = [p.number for p in people if p.index < plan.videos]
    for person in people:
        tiles = [{"source": f"{number}/camera", "height": 360} for number in sources if number != person.number]
        await person.client.call("view", {"tiles": tiles})


async def _conference(url: str, sign_in: str, plan: Plan) -> str:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def post(path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def make() -> str:
        post("/api/sign-in", {"token": sign_in.split("#", 1)[1]})
        fields = {"title": "Load", "description": "", "record": False, "start_as": "speaker"}
        fields |= {"who_presents": "everyone", "max_participants": max(2, plan.participants)}
        return str(post("/api/conferences", fields)["participant_url"]).rsplit("/", 1)[1]

    return await asyncio.to_thread(make)


@contextlib.contextmanager
def _own_server(folder: Path) -> Iterator[tuple[str, str, int]]:
    log = (folder / "server.log").open("w+b")
    command = [sys.executable, "-m", "plenum", "serve", "--port", "0", "--media-port", "0", "--data-dir", str(folder)]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield *_wait_until_ready(process, folder / "server.log"), process.pid
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        ready = announced(log.read_text(errors="replace"))
        if ready is not None and ready.sign_in_url is not None:
            return ready.url, ready.sign_in_url
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [pid]
    with contextlib.suppress(OSError):
        for child in children.read_text().split():
            found += _tree(int(child))
    return found


def _memory(pid: int) -> int:
    total = 0
    for one in _tree(pid):
        with contextlib.suppress(OSError):
            match = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(match.group(1)) * 1024 if match else 0
    return total


def _cpu_seconds(pid: int) -> float:
    total = 0
    for one in _tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def report(plan: Plan, result: Result, console: Console) -> None:
    """Print the result as a table."""
    table = Table(title=f"{plan.participants} participants, {plan.speakers} speaking, {plan.videos} with video")
    table.add_column("figure")
    table.add_column("value", justify="right")
    rows = {
        "joined": f"{result.joined} of {plan.participants}",
        "join, median / slowest": f"{statistics.median(result.join_s):.2f} s / {max(result.join_s):.2f} s"
        if result.join_s
        else "-",
        "packets received": f"{result.received:,}",
        "packets lost": f"{result.lost:,} ({result.loss:.4%})",
        "participants without media": str(result.silent),
        "server CPU": f"{100 * result.server_cpu_s / max(result.seconds, 0.001):.0f} % of one core",
        "memory per participant": f"{result.bytes_per_participant / 1024:.0f} KiB",
        "server memory": f"{result.memory_after / 2**20:.0f} MiB",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)
    for line in sorted(set(result.failed))[:5]:
        console.print(f"failed: {line}", highlight=False)
