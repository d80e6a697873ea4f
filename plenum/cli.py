"""The `plenum` command: serve, user, audit, bench, health, version. Errors: one sentence, exit code 1 or 2."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from plenum import __version__, announcement, logs
from plenum.health import alive
from plenum.settings import Settings, SettingsError, known_url, load

if TYPE_CHECKING:
    from plenum.server import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Plenum: conferences on your own server.")
users = typer.Typer(no_args_is_help=True, help="Organisers and their sign-in links.")
bench = typer.Typer(no_args_is_help=True, help="Measure this installation.")
app.add_typer(users, name="user")
app.add_typer(bench, name="bench")
audit = typer.Typer(no_args_is_help=True, help="The audit log.")
app.add_typer(audit, name="audit")

err = Console(stderr=True)
out = Console()

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where everything is kept.")]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).")]


class Role(StrEnum):
    """Roles that an account can be given at the command line."""

    USER = "user"
    UNIT_COORDINATOR = "unit_coordinator"
    BODY_COORDINATOR = "body_coordinator"
    ADMINISTRATOR = "administrator"


_HEAD = re.compile(r"[0-9]{1,18}:(?:[0-9a-f]{64})?")
_ADDRESS = re.compile(r"[^\s@\x00-\x1f]{1,64}@[^\s@\x00-\x1f]{1,190}")


def main() -> None:
    """Entry point."""
    app()


def fail(message: str, code: int = 1) -> NoReturn:
    """One sentence, then out."""
    err.print(f"[red]plenum:[/red] {escape(message)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def read_settings(config: Path | None = None, **given: Any) -> Settings:
    """Settings from all sources; a wrong one ends the command."""
    try:
        return load(given, config=config)
    except SettingsError as error:
        fail(str(error), 2)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port of pages and signaling (default 8080).")] = None,
    data_dir: DataDir = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    public_address: Annotated[
        list[str] | None,
        typer.Option(help="Address that media is reachable at from outside (NAT 1:1). Repeatable."),
    ] = None,
    public_url: Annotated[str | None, typer.Option(help="What people type, behind a reverse proxy.")] = None,
    media_port: Annotated[int | None, typer.Option(help="UDP port of the media server (default 10000).")] = None,
    config: Config = None,
) -> None:
    """Serve conferences: pages, signaling, media server and recorder in one process tree."""
    settings = read_settings(
        config,
        host=host,
        port=port,
        data_dir=data_dir,
        tls_cert=tls_cert,
        tls_key=tls_key,
        public_address=tuple(public_address) if public_address else None,
        public_url=public_url,
        media_port=media_port,
    )
    logs.configure(settings.log_level, settings.log_format)
    import uvloop

    from plenum.server import StartError
    from plenum.server import serve as run

    def announce(running: Running) -> None:
        where = "" if data_dir is None else f" --data-dir {shlex.quote(str(data_dir))}"
        announcement.announce(out, running, settings, f"{_own_command()} user link{where}")
        sys.stdout.flush()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings, announce))
    except StartError as error:
        fail(str(error))


@users.command("link")
def user_link(
    name: Annotated[str | None, typer.Option(help="Which organiser; the first one otherwise.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Print a new one-time sign-in link."""
    settings = read_settings(config, data_dir=data_dir)

    async def make() -> str | None:
        async with _storage(settings) as storage:
            token: str | None = await storage.users.new_sign_in_link(name)
            return token

    token = asyncio.run(make())
    if token is None:
        fail(f"not exactly one account is called {name!r}: see `plenum user list`" if name else "there is nobody yet")
    out.print(f"{known_url(settings)}/sign-in#{token}", highlight=False, soft_wrap=True)


@users.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="The organiser's name.")],
    email: Annotated[str | None, typer.Option(help="E-mail address, for notices and for signing in.")] = None,
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.BODY_COORDINATOR,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Add an organiser and print the one-time sign-in link."""
    settings = read_settings(config, data_dir=data_dir)

    if not name.strip():
        fail("give the organiser a name")
    if email is not None and not _ADDRESS.fullmatch(email):
        fail(f"{email!r} is no e-mail address")

    async def make() -> str | None:
        async with _storage(settings) as storage:
            if any(user.name == name.strip() for user in await storage.users.all()):
                return None
            body = await storage.users.only_body()
            added = await storage.users.add(name, role=role.value, email=email, body=body)
            now_ms = int(time.time() * 1000)
            act = Act(OPERATOR, "account_made", "user", added.id, {"role": role.value})
            await storage.audit.record(act, at_ms=now_ms)
            token: str = await storage.sign_in_links.create(added.id, now_ms=now_ms)
            return token

    from storage.audit import OPERATOR, Act
    from storage.errors import EmailTaken

    try:
        added = asyncio.run(make())
    except EmailTaken:
        fail(f"another account has the address {email}")
    if added is None:
        known = name.strip()
        fail(f"there is an organiser called {known!r} already; a new link: plenum user link --name {known!r}")
    out.print(f"{known_url(settings)}/sign-in#{added}", highlight=False, soft_wrap=True)


@users.command("set")
def user_set(
    name: Annotated[str, typer.Argument(help="Whose account: its name or address, as `plenum user list` shows it.")],
    new_name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address, taken as confirmed.")] = None,
    role: Annotated[Role | None, typer.Option(help="What the account may do.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Change what people cannot change themselves: name, address, role."""
    from storage.errors import EmailTaken

    settings = read_settings(config, data_dir=data_dir)
    if new_name is None and email is None and role is None:
        fail("nothing to change: give --name, --email or --role", 2)
    if email is not None and not _ADDRESS.fullmatch(email):
        fail(f"{email!r} is no e-mail address")
    if new_name is not None and not new_name.strip():
        fail("give the account a name")

    async def change() -> bool:
        async with _storage(settings) as storage:
            changed: bool = await storage.users.set_by_operator(
                name, new_name=new_name, email=email, role=None if role is None else role.value
            )
            return changed

    try:
        if not asyncio.run(change()):
            fail(f"there is not exactly one account called {name!r}: see `plenum user list`")
    except EmailTaken:
        fail(f"another account has the address {email}")


@users.command("list")
def user_list(data_dir: DataDir = None, config: Config = None) -> None:
    """List the organisers."""
    settings = read_settings(config, data_dir=data_dir)

    async def read() -> list[tuple[str, str, str, str, int]]:
        async with _storage(settings) as storage:
            found = await storage.users.all()
            return [(user.name, user.email or "", user.role, user.state, user.created_at) for user in found]

    table = Table("name", "e-mail", "role", "state", "since")
    for *words, created in asyncio.run(read()):
        shown = [escape(str(word)) for word in words]
        table.add_row(*shown, time.strftime("%Y-%m-%d", time.gmtime(created / 1000)))
    out.print(table)


@audit.command("verify")
def audit_verify(
    since: Annotated[str | None, typer.Option(help="A head that was printed before, NUMBER:HASH.")] = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Check the whole audit log: an edited, removed, added or moved row ends with exit code 1. Note the head that is
    printed somewhere else: with it, an old database put back shows too."""
    settings = read_settings(config, data_dir=data_dir)
    if since is not None and not _HEAD.fullmatch(since):
        fail(f"{since!r} is no head: give it as it was printed, NUMBER:HASH", 2)

    async def read() -> tuple[str, int, tuple[str, ...]]:
        async with _storage(settings) as storage:
            found = await storage.audit.verify(since)
            return found.head.text, found.head.seq, found.faults

    head, rows, faults = asyncio.run(read())
    for fault in faults:
        err.print(f"[red]plenum:[/red] audit log: {escape(fault)}", highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)
    out.print(f"{rows} rows, none edited, removed, added or moved. Head: {head}", highlight=False, soft_wrap=True)


@bench.command("load")
def bench_load(
    participants: Annotated[int, typer.Option(min=1, max=1000, help="How many join.")] = 100,
    speakers: Annotated[int, typer.Option(min=0, help="How many of them speak.")] = 3,
    videos: Annotated[int, typer.Option(min=0, help="How many of them send video.")] = 2,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How long to measure.")] = 60,
) -> None:
    """A meeting of many through the real signaling and media path, on a server of its own."""
    import uvloop

    from plenum.bench_load import Plan, report, run

    plan = Plan(participants=participants, speakers=speakers, videos=videos, seconds=seconds)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(run(plan, out))
    report(plan, result, out)
    if result.joined < participants or result.loss >= 0.001:
        fail("not everybody joined, or too much was lost")


@bench.command("seed", hidden=True)
def bench_seed(
    users: Annotated[int, typer.Option(min=100, help="Accounts.")] = 10_000,
    conferences: Annotated[int, typer.Option(min=1, max=900_000, help="Conferences.")] = 50_000,
    participations: Annotated[int, typer.Option(min=1, help="Stays in meetings.")] = 1_000_000,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Fill a new data directory (and database_url) with an invented installation, to measure with."""
    from storage.errors import StorageError
    from storage.seed import Plan, seed
    from storage.service import Storage, StorageConfig

    settings = read_settings(config, data_dir=data_dir)

    def say(table: str, rows: int, seconds: float) -> None:
        out.print(f"{table:20} {rows:9,} rows {seconds:7.1f} s", highlight=False)

    async def fill() -> None:
        storage = await Storage.open(StorageConfig(settings.data_dir, settings.database_url))
        try:
            await storage.users.ensure_first_organiser()
            await seed(storage, Plan(users, conferences, participations), now_ms=int(time.time() * 1000), say=say)
        finally:
            await storage.close()

    began = time.monotonic()
    try:
        asyncio.run(fill())
    except StorageError as error:
        fail(str(error))
    out.print(f"done in {time.monotonic() - began:.0f} s; a way in: plenum user link", highlight=False)


@app.command()
def health(config: Config = None) -> None:
    """Ask the server of these settings on this machine whether it is alive: exit code 0 or 1, for supervisors."""
    settings = read_settings(config)
    if not alive(settings):
        fail(f"nothing healthy answers on port {settings.port}")


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__, highlight=False)


def _own_command() -> str:
    """How this very command was called, for sentences that name another one."""
    return "python -m plenum" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


def _storage(settings: Settings) -> Any:
    """What a server has kept. Nothing is made in a folder where none has run: that is a command in the wrong place."""
    import contextlib

    from storage.errors import StorageError
    from storage.service import Storage, StorageConfig

    config = StorageConfig(settings.data_dir, settings.database_url)

    @contextlib.asynccontextmanager
    async def opened() -> Any:
        try:
            if not await Storage.there(config):
                with_database = "" if settings.database_url is None else " and this database_url"
                fail(
                    f"no server has run with the data directory {settings.data_dir.absolute()}{with_database}: "
                    "start one first, or name the right one with --data-dir"
                )
            storage = await Storage.open(config)
        except StorageError as error:
            fail(f"cannot use the database: {error}")
        try:
            yield storage
        finally:
            await storage.close()

    return opened()
