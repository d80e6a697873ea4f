"""`plenum serve`: opens every part in order, wires them, and closes them in the opposite order.

Order of opening: the data directory's lock, storage, media server, recorder, signaling, portal, HTTP. What is closed
when something fails half-way is exactly what was opened (one AsyncExitStack).
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import resource
import signal
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from plenum import __version__, tls
from plenum.health import Health
from plenum.sending import sender_of, sending
from plenum.settings import URL_FILE, Settings, own_url
from portal.app import Portal
from portal.settings import EmploymentSettings, OidcSettings, PortalSettings
from portal.standing import still_holds
from recorder.retention import sweep
from recorder.supervisor import RecorderService, RecorderSettings
from sfu.service import MediaConfig, MediaServer
from signaling.app import Signaling, SignalingSettings
from signaling.auth import TokenMint
from storage.errors import StorageError
from storage.lock_file import take
from storage.service import Storage, StorageConfig

log = structlog.get_logger()

STATIC_DIR = Path(__file__).resolve().parent.parent / "static_client" / "dist"
RETENTION_EVERY_MINUTES = 10
PREDECESSOR_S = 10.0
# A connection without a whole request for so long is closed: one that never sent anything, half a head, or an idle one.
# Longer than proxies keep theirs (nginx: 60 s), so that no request of theirs meets a closing connection.
IDLE_S = 75


class StartError(Exception):
    """The server cannot start; the message says why and what to do."""

    code = "cannot_start"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that serves: where, and the one-time sign-in link of a first start (or None)."""

    url: str
    sign_in_url: str | None
    fingerprint: str | None
    media_port: int


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Running]:
    """Everything up inside the block. Raises StartError."""
    if not (STATIC_DIR / "index.html").exists():
        raise StartError("the browser client is not built: run `make setup`")
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(_alone(settings.data_dir))
        certificate = _tls(settings)
        storage = await _storage(settings)
        stack.push_async_callback(storage.close)
        media = await _media(settings)
        stack.push_async_callback(media.close)
        recorder = RecorderService(
            storage=storage,
            media=media,
            data_dir=settings.data_dir,
            settings=RecorderSettings(),
            clock=time.time,
        )
        await recorder.start()
        stack.push_async_callback(recorder.close)
        mint = TokenMint(await storage.secrets.signing_key())
        signaling = Signaling(
            storage=storage,
            media=media,
            recorder=recorder.port,
            mint=mint,
            settings=SignalingSettings(
                grace_s=settings.grace_s, empty_after_s=settings.empty_after_s, public_url=settings.public_url
            ),
            holds=still_holds(storage),
            clock=time.time,
        )
        await signaling.start()
        stack.push_async_callback(signaling.close, restarting=True)
        app = web.Application()
        signaling.attach(app)
        Portal(
            storage=storage,
            mint=mint.mint,
            rooms=signaling,
            settings=portal_settings(settings),
            static_dir=STATIC_DIR,
            clock=time.time,
        ).attach(app)
        sender = sender_of(storage, settings, time.time)
        Health(
            checks={"storage": storage.healthy, "media": media.healthy, "recorder": recorder.healthy},
            parts={
                "media": media.stats,
                "signaling": signaling.stats,
                "recorder": recorder.stats,
                "sender": sender.numbers,
            },
            token=settings.metrics_token,
        ).attach(app)
        running = await _listen(stack, app, storage, media, settings, certificate)
        await stack.enter_async_context(sending(sender, storage, settings, running.url))
        _schedule(stack, storage, settings)
        yield running
        log.info("server.stopping")


def portal_settings(settings: Settings) -> PortalSettings:
    """What the portal is told of the settings."""
    oidc = None
    if settings.oidc_issuer is not None and settings.oidc_client_id is not None:
        oidc = OidcSettings(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            settings.oidc_name,
            settings.oidc_scopes,
        )
    return PortalSettings(
        public_url=settings.public_url,
        behind_proxy=settings.behind_proxy,
        secure_cookies=settings.use_tls or (settings.public_url or "").startswith("https://"),
        version=__version__,
        mail_delivery="folder" if settings.smtp_url is None else "smtp",
        sms_delivery=settings.sms_driver,
        oidc=oidc,
        local_accounts=settings.local_accounts,
        registration=settings.registration,
        employment=EmploymentSettings(settings.employment_url, settings.employment_token, settings.employment_list),
    )


async def serve(settings: Settings, announce: Callable[[Running], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. `announce(running)` is called once when ready. Raises StartError."""
    _allow_files()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings) as running:
        if announce is not None:
            announce(running)
        log.info("server.ready", version=__version__, media_port=running.media_port)
        await stop.wait()
    log.info("server.stopped")


def _allow_files() -> None:
    """Every socket is an open file; the usual soft limit of 1024 would let few people stop all others."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.asynccontextmanager
async def _alone(data_dir: Path) -> AsyncIterator[None]:
    """A data directory is one server's: two would each hold the rooms. The one before may still be stopping."""
    deadline = time.monotonic() + PREDECESSOR_S
    try:
        await asyncio.to_thread(data_dir.mkdir, mode=0o700, parents=True, exist_ok=True)
        while (handle := take(data_dir / "server.lock")) is None:
            if time.monotonic() > deadline:
                raise StartError(
                    f"another server runs with the data directory {data_dir}: choose another with --data-dir"
                )
            await asyncio.sleep(0.05)
    except OSError as error:
        raise StartError(f"cannot use the data directory {data_dir} ({_reason(error)})") from None
    try:
        yield
    finally:
        os.close(handle)


async def _storage(settings: Settings) -> Storage:
    try:
        return await Storage.open(StorageConfig(settings.data_dir, settings.database_url))
    except StorageError as error:
        raise StartError(f"cannot use the database: {error}") from None


async def _media(settings: Settings) -> MediaServer:
    config = MediaConfig(
        host=settings.media_host,
        port=settings.media_port,
        workers=settings.media_workers,
        loopback=settings.loopback,
        public_addresses=settings.public_address,
    )
    try:
        return await MediaServer.start(config)
    except OSError as error:
        raise StartError(
            f"cannot use UDP port {settings.media_port} for media ({_reason(error)}): choose another with --media-port"
        ) from None


def _reason(error: OSError) -> str:
    """The system's words alone: some libraries wrap them, and some give none."""
    return os.strerror(error.errno) if error.errno else str(error)


def _schedule(stack: contextlib.AsyncExitStack, storage: Storage, settings: Settings) -> None:
    scheduler = AsyncIOScheduler(timezone=datetime.UTC)

    async def retention() -> None:
        try:
            await sweep(storage, settings.data_dir, int(time.time() * 1000))
            await storage.outbox.sweep(int(time.time() * 1000))
            await storage.entries.sweep(int(time.time() * 1000))
        except Exception:
            log.exception("retention.failed")

    scheduler.add_job(
        retention,
        "interval",
        minutes=RETENTION_EVERY_MINUTES,
        next_run_time=datetime.datetime.now(datetime.UTC),
    )
    scheduler.start()
    stack.callback(scheduler.shutdown, wait=False)


async def _listen(
    stack: contextlib.AsyncExitStack,
    app: web.Application,
    storage: Storage,
    media: MediaServer,
    settings: Settings,
    certificate: tuple[ssl.SSLContext | None, str | None],
) -> Running:
    context, print_of_cert = certificate
    # auto_decompress: bodies of requests are small JSON; unpacking them would only help those who send bombs
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=2,
        auto_decompress=False,
        keepalive_timeout=IDLE_S,
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        site = web.TCPSite(runner, settings.host, settings.port, ssl_context=context, reuse_address=True)
        await site.start()
    except OSError as error:
        raise StartError(
            f"cannot listen on {settings.host} port {settings.port} ({_reason(error)}): choose another with --port"
        ) from None
    url = settings.public_url or own_url(settings, runner.addresses[0][1], tls_on=context is not None)
    (settings.data_dir / URL_FILE).write_text(url + "\n", encoding="utf-8")
    token = await storage.users.ensure_first_organiser()
    return Running(
        url=url,
        sign_in_url=f"{url}/sign-in#{token}" if token else None,
        fingerprint=print_of_cert,
        media_port=media.port,
    )


def _tls(settings: Settings) -> tuple[ssl.SSLContext | None, str | None]:
    if not settings.use_tls:
        return None, None
    now = datetime.datetime.now(datetime.UTC)
    if settings.tls_cert is not None and settings.tls_key is not None:
        cert, key, own = settings.tls_cert, settings.tls_key, False
    else:
        cert, key = tls.self_signed(settings.data_dir / "tls", settings.host, now)
        own = True
    try:
        return tls.server_context(cert, key), tls.fingerprint(cert) if own else None
    except (OSError, ssl.SSLError) as error:
        raise StartError(f"cannot use the certificate {cert} with the key {key}: {error}") from None
