import stat

import pytest

from dashapp import settings as settings_module
from dashapp.settings import PREFIX, Settings, SettingsRefused, read_settings
from data.errors import DatabaseUnusable
from data.sealing import demo_ring


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_without_a_word_the_demo_runs_on_this_machine_alone():
    settings = read_settings()
    assert settings.database_url.endswith("/var/shiyou.db")
    assert (settings.host, settings.port) == ("127.0.0.1", 8050)
    assert (settings.idle_minutes, settings.absolute_hours) == (30, 10)
    assert not settings.production
    assert settings.ring() == demo_ring()


def test_the_environment_decides(monkeypatch):
    monkeypatch.setenv("SHIYOU_PORT", "9000")
    monkeypatch.setenv("SHIYOU_LANGUAGE", "en")
    monkeypatch.setenv("SHIYOU_DATABASE_URL", "postgresql://h/d")
    settings = read_settings()
    assert (settings.port, settings.language) == (9000, "en")
    assert settings.database_url == "postgresql://h/d"


def test_an_unknown_setting_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("SHIYOU_PROT", "9000")
    with pytest.raises(SettingsRefused, match="unknown setting SHIYOU_PROT"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHIYOU_PORT", "many"), ("SHIYOU_PORT", "0"), ("SHIYOU_PORT", "70000"),
        ("SHIYOU_LANGUAGE", "fr"), ("SHIYOU_PRODUCTION", "perhaps"), ("SHIYOU_IDLE_MINUTES", "0"),
        ("SHIYOU_FEED_POLL_MS", "-5"),
    ],
)  # fmt: skip
def test_a_malformed_setting_is_refused_in_one_line_that_names_it(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused) as refusal:
        read_settings()
    assert str(refusal.value).startswith(f"{name}: ")
    assert "\n" not in str(refusal.value)


def test_production_needs_keys_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("SHIYOU_PRODUCTION", "true")
    with pytest.raises(SettingsRefused, match="SHIYOU_KEY_RING"):
        read_settings().ring()
    ring = tmp_path / "ring"
    ring.write_text("2026 = " + "0f" * 32 + "\n")
    monkeypatch.setenv("SHIYOU_KEY_RING", str(ring))
    assert read_settings().ring().current == "2026"


def test_production_does_not_take_the_demos_key_from_a_file_either(tmp_path):
    ring = tmp_path / "ring"
    ring.write_text(f"own = {demo_ring().keys['demo'].hex()}\n")
    with pytest.raises(SettingsRefused, match="demo"):
        Settings(production=True, key_ring=ring).ring()


@pytest.mark.parametrize("words", [None, "", "k = xyz\n", "k = 00ff\n"])
def test_a_key_ring_that_cannot_be_read_is_refused(tmp_path, words):
    ring = tmp_path / "ring"
    if words is not None:
        ring.write_text(words)
    with pytest.raises(DatabaseUnusable):
        Settings(key_ring=ring).ring()


def test_the_folder_of_the_default_database_is_made(monkeypatch, tmp_path):
    monkeypatch.setattr(settings_module, "ROOT", tmp_path)
    Settings(database_url=f"sqlite:///{tmp_path}/var/shiyou.db").prepare_folder()
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    Settings(database_url=f"sqlite:///{tmp_path}/elsewhere/x.db").prepare_folder()
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_refused_in_one_line(monkeypatch, tmp_path):
    (tmp_path / "var").write_text("a file in its place")
    monkeypatch.setattr(settings_module, "ROOT", tmp_path)
    with pytest.raises(DatabaseUnusable, match="cannot make the folder"):
        Settings(database_url=f"sqlite:///{tmp_path}/var/shiyou.db").prepare_folder()


def test_every_setting_stands_in_the_table():
    table = settings_module.__doc__
    assert all(f"| {PREFIX}{name.upper()} |" in table for name in Settings.model_fields)
