"""Structured logs: one line of JSON (or colours on a terminal) per event, and never a network address.

Everything passes one formatter, the standard library's loggers of other packages included, and that formatter blanks
whatever looks like an IPv4 or IPv6 address (decision 10: addresses are never logged).
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from aiohttp.http_exceptions import HttpProcessingError

_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_H = "[0-9a-fA-F]{1,4}"
_IPV6 = re.compile(
    rf"(?<![\w:.])(?:{_H}:){{2,7}}[0-9a-fA-F]{{0,4}}(?![\w:])"
    rf"|(?<![\w:])::(?:{_H}:){{0,6}}{_H}"
    rf"|(?<![\w:])(?:{_H}:){{1,6}}:[0-9a-fA-F:]*"
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}")
BLANK = "[address]"


def without_addresses(value: Any) -> Any:
    """The same value with everything that looks like a network address blanked, at any depth."""
    if isinstance(value, str):
        return _IPV6.sub(_blank_unless_clock, _IPV4.sub(BLANK, value))
    if isinstance(value, Mapping):
        return {key: without_addresses(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_addresses(item) for item in value]
    return value


def _blank_unless_clock(match: re.Match[str]) -> str:
    return match.group() if _CLOCK.fullmatch(match.group()) else BLANK


def _scrub(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in list(event):
        if key not in ("timestamp", "level") and not key.startswith("_"):
            event[key] = without_addresses(event[key])
    return event


def _no_quotes(record: logging.LogRecord) -> bool:
    """Requests that are no HTTP are the caller's fault, and their errors quote them: paths, cookies and all."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def configure(level: str, style: str) -> None:
    """Route structlog and stdlib logging to stderr. `style`: "json" or "console"."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _scrub, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in (
        "aiortc",
        "aioice",
        "engineio",
        "socketio",
        "aiohttp.access",
        "apscheduler",
        "sqlalchemy",
        "alembic",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("aiohttp.server").addFilter(_no_quotes)
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)  # jobs log their own failures
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
