"""Recordings and what belongs to them."""

from storage.base import Database


class Recordings:
    def __init__(self, db: Database) -> None:
        self._db = db
