"""Keys of the installation and what is sealed with them."""

import asyncio
from pathlib import Path

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from storage.secrets import Secrets


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return Secrets(tmp_path_factory.mktemp("keys") / "s")


async def test_signing_key_signs_tokens(tmp_path: Path) -> None:
    key = await Secrets(tmp_path / "s").signing_key()
    private = jwt.algorithms.OKPAlgorithm().prepare_key(key)
    token = jwt.encode({"a": 1}, private, algorithm="EdDSA")
    assert jwt.decode(token, private.public_key(), algorithms=["EdDSA"]) == {"a": 1}  # type: ignore[union-attr]


def test_two_makers_at_once_agree(tmp_path: Path) -> None:
    async def both() -> list[bytes]:
        made = await asyncio.gather(*(asyncio.to_thread(Secrets, tmp_path / "s") for _ in range(8)))
        return [each.keyed_hash("p", "t") for each in made]

    assert len(set(asyncio.run(both()))) == 1
    assert not list((tmp_path / "s").glob(".*"))


def test_hash_is_bound_to_its_purpose(tmp_path: Path) -> None:
    keys = Secrets(tmp_path / "s")
    assert keys.keyed_hash("link", "x") != keys.keyed_hash("session", "x")
    assert keys.keyed_hash("link", "x") != Secrets(tmp_path / "other").keyed_hash("link", "x")


def test_sealed_text_opens_only_in_its_place(tmp_path: Path) -> None:
    keys = Secrets(tmp_path / "s")
    sealed = keys.seal("c1/pin", "123456789")
    assert b"123456789" not in sealed
    assert keys.seal("c1/pin", "123456789") != sealed
    assert keys.unseal("c1/pin", sealed) == "123456789"
    for context, data in (("c2/pin", sealed), ("c1/pin", sealed[:-1] + bytes([sealed[-1] ^ 1]))):
        with pytest.raises(InvalidTag):
            keys.unseal(context, data)


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_text_comes_back(keys: Secrets, context: str, text: str) -> None:
    assert keys.unseal(context, keys.seal(context, text)) == text
