import re

from data.dictionary import PAGE, data_dictionary
from data.models import Base, Person

FORBIDDEN = re.compile(
    r"ethnic|nation|religio|party|politic|health|disease|petition|risk|score|tag|watch|suspect|faith"
)


def test_the_data_dictionary_is_the_one_of_the_models():
    assert PAGE.read_text(encoding="utf8") == data_dictionary(), "run: python -m data.dictionary"


def test_no_column_profiles_a_person():
    tables = Base.metadata.tables.values()
    names = [f"{table.name}.{column.name}" for table in tables for column in table.columns]
    assert [name for name in names if FORBIDDEN.search(name)] == []


def test_names_numbers_and_phones_exist_only_sealed_or_as_blind_index():
    columns = set(Person.__table__.columns.keys())
    personal = {c for c in columns if any(word in c for word in ("name", "id_number", "phone"))}
    assert personal == {"name_sealed", "id_number_sealed", "phone_sealed", "name_index"}


def test_every_table_of_places_and_people_can_be_scoped_by_its_committee():
    scoped = {
        "compound", "building", "entrance", "dwelling", "household", "residence", "person", "task",
        "visit", "verification_round", "verification_record", "discrepancy", "vacancy_evidence",
        "grid", "grid_membership", "area_flag", "building_coverage", "status_change", "gate",
    }  # fmt: skip
    without = {name for name in scoped if "committee_id" not in Base.metadata.tables[name].columns}
    assert without == set()
