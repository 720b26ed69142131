import re
from datetime import date
from pathlib import Path

import pytest

from dashapp.text.check import ROOT, missing
from dashapp.text.formats import NOTHING, count, day_in_year, due, interval, percent
from dashapp.text.palette import COVERAGE, DWELLING, LETTER, map_palette
from dashapp.text.words import words_for
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.map_bytes import FILL
from data.rules.rates import Rate

TODAY = date(2026, 11, 20)
CHINESE = re.compile(r"[一-鿿]")


def test_both_catalogues_are_complete_and_hold_nothing_unused():
    assert missing() == []


def test_every_status_has_a_label_a_colour_and_a_print_hatch():
    for language in ("zh", "en"):
        w = words_for(language)
        assert all(f"status {status.value}" in w for status in CoverageStatus)
        assert all(f"dwelling {status.value}" in w for status in DwellingStatus)
    assert set(COVERAGE) == set(CoverageStatus) == set(FILL)
    assert set(DWELLING) == set(DwellingStatus) == set(LETTER)
    assert all(shade.print_hatch for shade in [*COVERAGE.values(), *DWELLING.values()])


def test_refused_and_not_met_differ_by_hatch_and_not_by_colour_alone():
    refused, not_met = DWELLING[DwellingStatus.REFUSED], DWELLING[DwellingStatus.NO_CONTACT]
    assert refused.fill == not_met.fill
    assert refused.hatch != not_met.hatch


def test_the_scripts_get_a_colour_for_every_byte_and_letter():
    palette = map_palette()
    assert set(palette["fill"]) == {str(byte) for byte in [0, *FILL.values()]}
    assert set(palette["cells"]) == {*LETTER.values(), "y"}


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("layout/*.py"), *ROOT.glob("assets/*.js"), *ROOT.parent.glob("callbacks/*.py")],
    ids=lambda p: p.name,
)
def test_no_chinese_stands_outside_the_catalogues(path):
    code = re.sub(
        r'"""[\s\S]*?"""|/\*[\s\S]*?\*/|#.*|//.*', "", Path(path).read_text(encoding="utf8")
    )
    assert CHINESE.findall(code) == []


def test_numbers_and_days_are_written_as_the_field_writes_them():
    w = words_for("zh")
    assert count(4126) == "4,126"
    assert percent(Rate(863, 1000)) == "86.3%"
    assert percent(Rate(0, 0)) == NOTHING
    assert interval(Rate(76, 80).interval) == "[87.8, 98.0]"
    assert day_in_year(date(2026, 11, 18), TODAY, w) == "11-18"
    assert day_in_year(date(2025, 11, 18), TODAY, w) == "2025-11-18"
    assert day_in_year(date(2026, 11, 8), TODAY, words_for("en")) == "8 Nov"
    assert day_in_year(date(2025, 11, 8), TODAY, words_for("en")) == "8 Nov 2025"
    assert due(date(2026, 11, 14), TODAY, w) == "逾期 6天"
    assert due(TODAY, TODAY, w) == "今日 23:59"
    assert due(date(2026, 11, 22), TODAY, words_for("en")) == "2d left"
