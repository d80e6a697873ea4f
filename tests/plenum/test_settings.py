"""plenum.settings: one place, clear errors at start."""

from pathlib import Path

import pytest

from plenum.settings import SettingsError, load


def test_defaults_listen_on_loopback_without_tls(tmp_path: Path) -> None:
    settings = load({"data_dir": tmp_path}, environ={})
    assert settings.host == "127.0.0.1"
    assert settings.loopback
    assert not settings.use_tls


def test_command_line_wins_over_environment_wins_over_file(tmp_path: Path) -> None:
    (tmp_path / "plenum.toml").write_text("port = 1\nmedia_port = 2\nlog_level = 'debug'\n")
    environ = {"PLENUM_PORT": "3", "PLENUM_MEDIA_PORT": "4", "PLENUM_DATA_DIR": str(tmp_path)}
    settings = load({"port": 5}, environ=environ)
    assert (settings.port, settings.media_port, settings.log_level) == (5, 4, "debug")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PLENUM_PROT": "1"}, "PLENUM_PROT: unknown setting (did you mean port?)"),
        ({"PLENUM_PORT": "http"}, "port:"),
        ({"PLENUM_PUBLIC_ADDRESS": "300.1.1.1"}, "public_address:"),
        ({"PLENUM_PUBLIC_URL": "meet.example.org"}, "public_url: must begin with http:// or https://"),
        ({"PLENUM_DATABASE_URL": "mysql://u:p@h/n"}, "database_url: must begin with postgresql://"),
        ({"PLENUM_DATABASE_URL": "postgresql://u:p@h"}, "database_url: must name the database"),
        ({"PLENUM_TLS_CERT": "a.pem"}, "tls_cert and tls_key go together"),
    ],
)
def test_a_wrong_setting_is_one_clear_sentence(tmp_path: Path, environ: dict[str, str], expected: str) -> None:
    with pytest.raises(SettingsError) as error:
        load({"data_dir": tmp_path}, environ=environ)
    assert expected in str(error.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load({"data_dir": tmp_path}, environ={"PLENUM_PORT": "http", "PLENUM_PUBLIC_URL": "meet.example.org"})
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == ["port", "public_url"]
    (tmp_path / "plenum.toml").write_text("media_prot = 2\nhots = 'a'\n")
    with pytest.raises(SettingsError) as error:
        load({"data_dir": tmp_path}, environ={})
    assert [line.rpartition(" mean ")[2] for line in str(error.value).splitlines()] == ["media_port?)", "host?)"]


def test_an_unknown_key_in_the_file_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "plenum.toml").write_text("media_prot = 2\n")
    with pytest.raises(SettingsError, match=r"media_prot: unknown setting .did you mean media_port"):
        load({"data_dir": tmp_path}, environ={})


def test_another_host_means_tls(tmp_path: Path) -> None:
    assert load({"data_dir": tmp_path, "host": "0.0.0.0"}, environ={}).use_tls
    assert not load({"data_dir": tmp_path, "host": "0.0.0.0", "tls": False}, environ={}).use_tls


def test_the_passwords_of_a_url_are_not_shown_with_the_settings(tmp_path: Path) -> None:
    settings = load({"data_dir": tmp_path}, environ={"PLENUM_DATABASE_URL": "postgresql://u:s3cret@h/n"})
    assert settings.database_url == "postgresql://u:s3cret@h/n"
    assert "s3cret" not in repr(settings)
    assert load({"data_dir": tmp_path}, environ={"PLENUM_DATABASE_URL": ""}).database_url is None
