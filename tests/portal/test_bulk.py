"""Pasted participants: lists and CSV as people have them (H-10, H-11, E2-87, S-10)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bulk import MAX_LINES, Row, TooManyLines, email_or_none, read, telephone_or_none


def people(text: str) -> list[tuple[str, str | None, str | None, bool]]:
    rows = read(text)
    assert [row.error for row in rows] == [None] * len(rows)
    return [(row.name, row.email, row.telephone, row.moderator) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "Anna Nowak <anna@example.org>",
        '"Anna Nowak" <anna@example.org>',
        "Anna Nowak;anna@example.org",
        "Anna Nowak, anna@example.org",
        "Anna Nowak\tanna@example.org",
        "anna@example.org;Anna Nowak",
        "\ufeffname,email\r\nAnna Nowak,anna@example.org\r\n",
        "E-mail;Imię i nazwisko\nanna@example.org;Anna Nowak",
        "Ονοματεπώνυμο;email\nAnna Nowak;anna@example.org",
        "Nume,Adresa de e-mail\nAnna Nowak,anna@example.org",
    ],
)
def test_the_ways_people_write_one_person(text: str) -> None:
    assert people(text) == [("Anna Nowak", "anna@example.org", None, False)]


def test_a_whole_list_with_telephones_and_moderators() -> None:
    """S-7: a tick makes a moderator."""
    text = "Anna;anna@example.org;+48 600 100 200;x\n\nBen;ben@example.org;;\nCora;;0030 210 1234567;"
    assert people(text) == [
        ("Anna", "anna@example.org", "+48600100200", True),
        ("Ben", "ben@example.org", None, False),
        ("Cora", None, "+302101234567", False),
    ]


def test_addresses_alone_are_named_by_their_local_part() -> None:
    assert people("anna@example.org\nben@example.org")[0][:2] == ("anna", "anna@example.org")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("Anna;anna@", "bad_email"),
        ("Anna;anna@example", "bad_email"),
        ("Anna;a..b@example.org", "bad_email"),
        ("Anna;+12", "nobody"),
        ("Anna;0000000000000000000", "bad_telephone"),
        ("Anna", "nobody"),
        ('"\u202e";anna@example.org', "bad_name"),
    ],
)
def test_each_fault_has_its_code_and_line(line: str, error: str) -> None:
    (good, bad) = read(f"Ok <ok@example.org>\n{line}")
    assert (good.error, bad.error, bad.line) == (None, error, 2)


def test_the_second_of_two_alike_is_said_to_be_double() -> None:
    assert [row.error for row in read("a@example.org\nA@Example.org")] == [None, "double"]


def test_more_than_a_thousand_lines_are_refused() -> None:
    assert len(read("a@example.org\n" * MAX_LINES)) == MAX_LINES
    with pytest.raises(TooManyLines):
        read("a@example.org\n" * (MAX_LINES + 1))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("o'neil+x@example.co.uk", True),
        ("ελένη@example.gr", False),
        ("elena@παράδειγμα.gr", True),
        ("a@b", False),
        ("a b@example.org", False),
        ("a@example.org\nBcc: b@example.org", False),
        ("a@-example.org", False),
        (f"{'a' * 65}@example.org", False),
    ],
)
def test_addresses(text: str, good: bool) -> None:
    assert (email_or_none(text) is not None) is good


@pytest.mark.parametrize(
    ("text", "number"), [("+30 (210) 123-4567", "+302101234567"), ("123", None), ("+0123456", None)]
)
def test_telephones(text: str, number: str | None) -> None:
    assert telephone_or_none(text) == number


@given(st.text(max_size=300))
def test_any_text_gives_rows_and_nothing_else(text: str) -> None:
    for row in read(text):
        assert isinstance(row, Row)
        assert row.error is not None or ((row.email or row.telephone) and row.name)
        assert row.email is None or ("\n" not in row.email and "\r" not in row.email)


@pytest.mark.parametrize(
    "line",
    [
        " " * 999 + "x",
        "a" + " " * 990 + "<",
        '"' + " " * 990 + "x",
        "<" * 999,
        "a@" + "b." * 490,
        "1 " * 499,
        '"' * 999,
        "1 " * 499,
    ],
)
def test_a_list_of_the_worst_lines_takes_no_time(line: str) -> None:
    """It is read on the loop that meetings run on."""
    text = "\n".join([line] * 1000)
    before = time.process_time()
    assert all(row.error for row in read(text))
    assert time.process_time() - before < 2


def test_a_line_that_never_ends_is_nobody() -> None:
    before = time.process_time()
    [row] = read(" " * 1_000_000 + "x")
    assert row.error == "bad_name" and time.process_time() - before < 1


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Anna <a@example.org>", "Anna"),
        ('  "Kowalska, Anna"  <a@example.org> ', "Kowalska, Anna"),
        ("<a@example.org>", "a"),
        ("Anna<a@example.org>", "Anna"),
    ],
)
def test_name_and_address_in_angle_brackets(line: str, name: str) -> None:
    [row] = read(line)
    assert (row.name, row.email, row.error) == (name, "a@example.org", None)
