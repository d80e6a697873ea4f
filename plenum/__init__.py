"""Plenum, the composition root: settings, command line, logging and the wiring of the packages."""

__version__ = "0.1.0"
