"""The URL of a Postgres database as an operator gives it: checked early, and shown without its password."""

from urllib.parse import urlsplit


def checked(url: str) -> str:
    """The same URL. Raises ValueError with a sentence that quotes nothing of it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("must be postgresql://user:password@host/name, special characters written as %xx") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("must begin with postgresql://")
    if parts.fragment or parts.netloc.count("@") > 1:
        raise ValueError("special characters of the password must be written as %xx")
    if not parts.path.strip("/"):
        raise ValueError("must name the database: postgresql://user:password@host/name")
    return url


def shown(url: str) -> str:
    """As it may stand in a log or an error: without the password and without options."""
    try:
        parts = urlsplit(url)
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
        return f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}"
    except ValueError:
        return "postgresql://..."
