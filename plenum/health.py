"""What an operator's monitoring reads: /healthz (the process answers), /readyz (every part works), /metrics."""

from __future__ import annotations

import http.client
import ipaddress
import secrets
import ssl
import urllib.request
from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from plenum.settings import Settings

Check = Callable[[], Awaitable[bool]]
Numbers = Callable[[], Mapping[str, float]]

# Everything else that the parts report is a counter.
_GAUGES = {
    "transports",
    "tracks",
    "slots",
    "taps",
    "rooms",
    "participants",
    "sockets",
    "overdue",
    "latency_p50_us",
    "latency_p99_us",
}


def alive(settings: Settings) -> bool:
    """Does the server of these settings answer on this machine? Its certificate may be in any name."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host = settings.host if settings.host not in ("0.0.0.0", "::") else "localhost"
    url = f"{'https' if settings.use_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{settings.port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=4, context=context) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


class _Parts:
    """A prometheus collector over the numbers that the parts report themselves."""

    def __init__(self, parts: Mapping[str, Numbers]) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        for part, numbers in self._parts.items():
            for name, value in numbers().items():
                family = GaugeMetricFamily if name in _GAUGES else CounterMetricFamily
                metric = family(f"plenum_{part}_{name}", f"{name.replace('_', ' ')} of {part}")
                metric.add_metric([], float(value))
                yield metric


class Health:
    """Mounts the three routes. `checks`: name -> is it well; `parts`: name -> its numbers."""

    def __init__(self, checks: Mapping[str, Check], parts: Mapping[str, Numbers], token: str | None) -> None:
        self._checks = checks
        self._token = token
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._registry.register(_Parts(parts))

    def attach(self, app: web.Application) -> None:
        """Add the routes to the application."""
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _request: web.Request) -> web.Response:
        states = {name: await self._well(check) for name, check in self._checks.items()}
        status = 200 if all(states.values()) else 503
        return web.json_response({"status": "ok" if status == 200 else "not ready", "checks": states}, status=status)

    async def _well(self, check: Check) -> bool:
        try:
            return await check()
        except Exception:  # a broken part is the answer here, not an error of ours
            return False

    async def _metrics(self, request: web.Request) -> web.Response:
        if not self._may_read(request):
            return web.json_response(
                {"error": {"code": "forbidden", "message": "Metrics need the operator's token."}}, status=403
            )
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _may_read(self, request: web.Request) -> bool:
        if self._token is not None:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            return secrets.compare_digest(given.encode(), self._token.encode())
        if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers or not request.remote:
            return False
        return ipaddress.ip_address(request.remote).is_loopback
