from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters
from shapely import box
from sqlalchemy import select, update

from conftest import TODAY
from data.commands.access import (
    LOCKED_FOR,
    NOBODY,
    WRONG_ALLOWED,
    add_account,
    choose_language,
    note_seen,
    password_fits,
    show_to_demo_office,
    sign_in,
    sign_out,
    sign_out_everywhere,
    stored_hash,
)
from data.errors import Conflict, Forbidden, InvalidInput, NotFound
from data.models import Account, Grant, SignIn, Subdistrict
from data.queries.access import (
    SessionLimits,
    account_principal,
    is_seen,
    principal_of,
    scope_name,
    system_principal,
)
from data.rules.areas import AreaLevel, Role
from places import build_street
from served import PASSWORD, hire

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LIMITS = SessionLimits()


@pytest.fixture
def street(store):
    street = build_street(store, TODAY)
    hire(store, street, "ann", 1)
    return street


def enter(store, username="ann", *, fits=True, now=NOW):
    with store.write() as session:
        return sign_in(session, username, fits=fits, now=now)


def whoever_holds(store, token, now=NOW, limits=LIMITS):
    with store.read() as session:
        found = principal_of(session, token, now, limits)
    return found[0] if found else None


def change(store, statement):
    with store.write() as session:
        session.execute(statement)


def test_a_session_gives_its_account_and_the_committees_it_sees(store, street):
    principal = whoever_holds(store, enter(store).token)
    assert principal.username == "ann"
    assert principal.committees == {street.committees[0]}
    assert principal.subdistricts == {street.subdistrict}
    assert principal.roles == {Role.SOCIAL_WORKER}
    assert principal.source == "web"


def test_only_a_hash_of_the_cookie_is_kept(store, street):
    entered = enter(store)
    with store.read() as session:
        row = session.scalars(select(SignIn)).one()
        kept = [str(getattr(row, column.key)) for column in SignIn.__table__.columns]
    assert not any(entered.token in value for value in kept)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5_000, "'; --", "\x00"])
def test_a_cookie_nobody_was_given_is_nobody(store, street, token):
    assert whoever_holds(store, token) is None


def test_a_password_is_compared_with_argon2_whoever_is_named(store, street):
    with store.read() as session:
        known, unknown = stored_hash(session, "ann"), stored_hash(session, "nobody at all")
    assert password_fits(known, PASSWORD)
    assert not password_fits(known, PASSWORD + "x")
    assert unknown == NOBODY
    assert not password_fits(unknown, PASSWORD)
    # The same work for both, so that the time tells nothing.
    assert extract_parameters(known) == extract_parameters(unknown)
    assert extract_parameters(known).memory_cost >= 46 * 1024


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(store, street):
    for _ in range(WRONG_ALLOWED):
        assert enter(store, fits=False) is None
    assert enter(store) is None
    assert enter(store, now=NOW + LOCKED_FOR - timedelta(seconds=1)) is None
    assert enter(store, now=NOW + LOCKED_FOR) is not None


def test_the_right_password_forgets_the_wrong_ones(store, street):
    for _ in range(WRONG_ALLOWED - 1):
        enter(store, fits=False)
    assert enter(store) is not None
    assert enter(store, fits=False) is None
    assert enter(store) is not None


def test_wrong_passwords_while_locked_do_not_lock_for_longer(store, street):
    for _ in range(3 * WRONG_ALLOWED):
        enter(store, fits=False)
    assert enter(store, now=NOW + LOCKED_FOR) is not None


def test_nobody_signs_in_to_an_unknown_or_disabled_account(store, street):
    change(store, update(Account).values(disabled=True))
    assert enter(store) is None
    assert enter(store, "nobody") is None


def test_a_session_ends_after_half_an_hour_without_a_request(store, street):
    token = enter(store).token
    assert whoever_holds(store, token, NOW + timedelta(minutes=30)) is not None
    assert whoever_holds(store, token, NOW + timedelta(minutes=31)) is None


def test_a_session_in_use_ends_after_ten_hours_all_the_same(store, street):
    token = enter(store).token
    principal = whoever_holds(store, token)
    late = NOW + timedelta(hours=10)
    with store.write() as session:
        note_seen(session, principal.session_hash, late)
    assert whoever_holds(store, token, late) is not None
    assert whoever_holds(store, token, late + timedelta(minutes=1)) is None


def test_a_clock_set_back_an_hour_ends_sessions_and_harms_nothing_else(store, street):
    token = enter(store).token
    assert whoever_holds(store, token, NOW - timedelta(hours=1)) is None
    assert whoever_holds(store, token, NOW) is not None


def test_signing_out_ends_this_session_and_no_other(store, street):
    here, there = enter(store).token, enter(store).token
    principal = whoever_holds(store, here)
    with store.write() as session:
        sign_out(session, principal)
    assert whoever_holds(store, here) is None
    assert whoever_holds(store, there) is not None


def test_signing_out_everywhere_ends_every_session_of_the_account(store, street):
    hire(store, street, "bob", 2)
    tokens = [enter(store).token, enter(store).token]
    other = enter(store, "bob").token
    with store.write() as session:
        sign_out_everywhere(session, principal_of(session, tokens[0], NOW, LIMITS)[0])
    assert [whoever_holds(store, token) for token in tokens] == [None, None]
    assert whoever_holds(store, other) is not None


def test_a_disabled_account_is_out_at_its_next_request(store, street):
    token = enter(store).token
    change(store, update(Account).values(disabled=True))
    assert whoever_holds(store, token) is None


def test_moving_to_another_committee_counts_from_the_next_request(store, street):
    token = enter(store).token
    change(store, update(Grant).values(area_id=street.committees[1]))
    assert whoever_holds(store, token).committees == {street.committees[1]}


@pytest.mark.parametrize(
    ("begins", "ends", "counts"),
    [(0, None, True), (1, None, False), (-9, 0, False), (-9, 1, True)],
)
def test_a_grant_counts_from_its_first_day_until_before_its_last(
    store, street, begins, ends, counts
):
    token = enter(store).token
    last = None if ends is None else TODAY + timedelta(days=ends)
    change(store, update(Grant).values(valid_from=TODAY + timedelta(days=begins), valid_to=last))
    assert bool(whoever_holds(store, token).committees) is counts


@pytest.mark.parametrize(
    ("level", "seen", "name"),
    [
        (AreaLevel.SUBDISTRICT, {0, 1, 2}, "高城街道"),
        (AreaLevel.DISTRICT, {1}, "高2"),
        (AreaLevel.COMMITTEE, {1}, "高2"),
    ],
)
def test_a_grant_over_an_area_reaches_the_committees_under_it(store, street, level, seen, name):
    area = 2 if level is not AreaLevel.SUBDISTRICT else street.subdistrict
    if level is AreaLevel.COMMITTEE:
        area = street.committees[1]
    change(store, update(Grant).values(level=level, area_id=area))
    principal = whoever_holds(store, enter(store).token)
    assert principal.committees == {street.committees[i] for i in seen}
    with store.read() as session:
        assert scope_name(session, principal) == name


def test_the_chosen_language_comes_back_with_the_next_request(store, street):
    token = enter(store).token
    with store.write() as session:
        choose_language(session, principal_of(session, token, NOW, LIMITS)[0], "en")
    assert whoever_holds(store, token).language == "en"


def test_a_worker_acts_with_the_rights_its_account_has_today(store, street):
    with store.read() as session:
        account = session.scalars(select(Account)).one().id
        assert account_principal(session, account, "worker").committees == {street.committees[0]}
        assert account_principal(session, 999, "worker") is None
        assert account_principal(session, 0, "worker").committees == set(street.committees)
    change(store, update(Account).values(disabled=True))
    with store.read() as session:
        assert account_principal(session, account, "worker") is None


def test_the_system_sees_every_committee(store, street):
    with store.read() as session:
        system = system_principal(session)
    assert system.committees == set(street.committees)
    assert system.source == "cli"


def make(store, name, role, *areas, by=None):
    with store.write() as session:
        return add_account(session, by or system_principal(session), name, role, areas)


@pytest.mark.parametrize(
    ("area", "committees"), [("310115009", {0, 1, 2}), ("D2", {1}), ("310115009003", {2})]
)
def test_a_new_account_sees_its_areas_and_signs_in_with_its_password(
    store, street, area, committees
):
    password = make(store, "zhou", Role.POPULATION_OFFICE, area)
    with store.read() as session:
        assert password_fits(stored_hash(session, "zhou"), password)
    principal = whoever_holds(store, enter(store, "zhou").token)
    assert principal.roles == {Role.POPULATION_OFFICE}
    assert principal.committees == {street.committees[index] for index in committees}


def test_two_new_accounts_have_two_passwords(store, street):
    one = make(store, "one", Role.GRID_MANAGER, "D1", "D3")
    assert one != make(store, "two", Role.GRID_MANAGER, "D1")
    assert len(one) >= 16
    found = whoever_holds(store, enter(store, "one").token)
    assert found.committees == {street.committees[0], street.committees[2]}


@pytest.mark.parametrize(
    ("name", "area", "refusal"),
    [
        ("ann", "D1", Conflict),
        ("zhou", "nowhere", NotFound),
        ("", "D1", InvalidInput),
        ("two words", "D1", InvalidInput),
        ("nul\x00", "D1", InvalidInput),
        ("x" * 61, "D1", InvalidInput),
    ],
)
def test_an_account_that_cannot_be_is_refused_and_leaves_nothing(
    store, street, name, area, refusal
):
    with pytest.raises(refusal):
        make(store, name, Role.SOCIAL_WORKER, area)
    with store.read() as session:
        assert session.scalars(select(Account.username)).all() == ["ann"]


def test_who_administers_nothing_makes_no_accounts(store, street):
    ann = whoever_holds(store, enter(store).token)
    with pytest.raises(Forbidden):
        make(store, "zhou", Role.DATA_ADMIN, "D1", by=ann)


def test_an_administrator_makes_accounts_only_within_their_own_area(store, street):
    make(store, "admin", Role.DATA_ADMIN, "D1")
    admin = whoever_holds(store, enter(store, "admin").token)
    make(store, "zhou", Role.SOCIAL_WORKER, "310115009001", by=admin)
    with pytest.raises(NotFound):
        make(store, "wu", Role.SOCIAL_WORKER, "310115009002", by=admin)


def begin_subdistrict(store):
    with store.write() as session:
        whole = Subdistrict(
            code="990100001", name="外滩", outline=box(121.4, 31.2, 121.5, 31.3), valid_from=TODAY
        )
        session.add(whole)
        session.flush()
        show_to_demo_office(session, whole.id)
        return whole.id


def test_a_subdistrict_that_joins_a_demo_is_the_demo_offices(store, street):
    make(store, "office", Role.POPULATION_OFFICE, "310115009")
    make(store, "lead1", Role.DISTRICT_LEAD, "D1")
    change(store, update(Account).where(Account.username != "ann").values(demo=True))
    joined = begin_subdistrict(store)
    with store.read() as session:
        granted = session.execute(
            select(Account.username, Grant.role)
            .join(Grant, Grant.account_id == Account.id)
            .where(Grant.level == AreaLevel.SUBDISTRICT, Grant.area_id == joined)
        ).all()
        assert granted == [("office", Role.POPULATION_OFFICE)]
        assert is_seen(session, "990100001")


def test_elsewhere_a_new_subdistrict_is_nobodys(store, street):
    make(store, "office", Role.POPULATION_OFFICE, "310115009")
    begin_subdistrict(store)
    with store.read() as session:
        assert is_seen(session, "310115009")
        assert not is_seen(session, "990100001")
