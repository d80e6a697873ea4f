"""Run as a program before a command: `later.py SECONDS python -m plenum …` is that very process, its clock moved.

`Server(prefix=later(...))` is then a real server at another time of day: nobody waits hours for an end or a reminder.
"""

from __future__ import annotations

import runpy
import sys
import time


def later(seconds: float) -> list[str]:
    """The `prefix` of a Server whose clock is ahead by so much."""
    return [sys.executable, __file__, str(seconds)]


if __name__ == "__main__":
    ahead, real = float(sys.argv[1]), time.time
    time.time = lambda: real() + ahead  # before anything of the product is imported
    sys.argv = sys.argv[4:]  # behind: this file, seconds, python, -m
    sys.path[0] = ""  # as `python -m` has it
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
