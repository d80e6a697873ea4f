"""Keys of this installation: made once, each in a file of the data folder that only its owner may read.

signing: Ed25519, signs join tokens. link: HMAC of playback links. hash: keyed hashes of secrets in the tables.
seal: AES-GCM over links and PINs in the tables. Losing the folder makes the tables unreadable, by intent.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Secrets:
    """Reads (or makes) every key when it is opened; afterwards nothing touches the disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._signing = _made_once(folder / "signing.key", _new_signing_key)
        self._link = _made_once(folder / "link.key", _random_key)
        self._hash = _made_once(folder / "hash.key", _random_key)
        self._seal = AESGCM(_made_once(folder / "seal.key", _random_key))

    async def signing_key(self) -> bytes:
        """Ed25519 private key, PKCS8 PEM."""
        return self._signing

    async def link_key(self) -> bytes:
        """32 bytes for HMAC over playback links."""
        return self._link

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """HMAC-SHA256, bound to its purpose; what tables hold instead of a token."""
        return hmac.digest(self._hash, f"{purpose}\0{text}".encode(), hashlib.sha256)

    def seal(self, context: str, text: str) -> bytes:
        """Encrypts; opens only under the same context (such as conference and kind)."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, text.encode(), context.encode())

    def unseal(self, context: str, sealed: bytes) -> str:
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return self._seal.decrypt(nonce, body, context.encode()).decode()


def _random_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content; a new one appears whole or not at all, and the first of two makers wins."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
