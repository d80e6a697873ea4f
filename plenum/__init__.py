"""Plenum: the composition root. Settings, command line, logging and the wiring of the packages; no policy of its own."""

__version__ = "0.1.0"
