import pytest

from data.errors import DatabaseUnusable
from data.sealing import KeyRing, demo_ring, read_ring

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_sealed_field_opens_with_its_own_key_only():
    ring = demo_ring()
    key, wrapped = ring.new_data_key("p1")
    sealed = key.seal("name", "王小明")
    assert "王小明".encode() not in sealed
    assert ring.open_data_key("p1", ring.current, wrapped).open("name", sealed) == "王小明"


def test_a_cipher_text_moved_to_another_person_or_field_does_not_open():
    ring = demo_ring()
    one, wrapped = ring.new_data_key("p1")
    other, _ = ring.new_data_key("p2")
    sealed = one.seal("name", "王小明")
    with pytest.raises(DatabaseUnusable, match="does not open"):
        other.open("name", sealed)
    with pytest.raises(DatabaseUnusable, match="does not open"):
        one.open("phone", sealed)
    with pytest.raises(DatabaseUnusable, match="does not open"):
        ring.open_data_key("p2", ring.current, wrapped)


def test_sealing_the_same_name_twice_gives_two_cipher_texts_and_one_blind_index():
    ring = demo_ring()
    key, _ = ring.new_data_key("p1")
    assert key.seal("name", "王") != key.seal("name", "王")
    assert (
        ring.blind_index("id", "1") == ring.blind_index("id", "1") != ring.blind_index("name", "1")
    )


def test_an_older_key_still_opens_what_it_sealed_after_a_new_one_came():
    _, wrapped = KeyRing("old", {"old": OLD}).new_data_key("p1")
    ring = KeyRing("new", {"old": OLD, "new": NEW})
    assert ring.open_data_key("p1", "old", wrapped).uid == "p1"
    with pytest.raises(DatabaseUnusable, match="not on the ring"):
        KeyRing("new", {"new": NEW}).open_data_key("p1", "old", wrapped)


@pytest.mark.parametrize("content", ["", "a = zz", "a = 00"])
def test_a_key_ring_that_cannot_seal_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "ring"
    path.write_text(content)
    with pytest.raises(DatabaseUnusable):
        read_ring(path)


def test_the_last_key_of_the_ring_seals(tmp_path):
    path = tmp_path / "ring"
    path.write_text(f"2025 = {OLD.hex()}\n2026 = {NEW.hex()}\n")
    assert read_ring(path).current == "2026"
    with pytest.raises(DatabaseUnusable, match="cannot read"):
        read_ring(tmp_path / "missing")


def test_a_key_never_shows_in_a_printed_ring():
    assert OLD.hex() not in repr(KeyRing("old", {"old": OLD}))
    assert "raw" not in repr(demo_ring().new_data_key("p1")[0])
