"""A file that one process at a time holds. The system frees it however its holder ends."""

import fcntl
import os
from pathlib import Path


def take(path: Path) -> int | None:
    """The descriptor to close when done, or None while another process holds it. Raises OSError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return handle
