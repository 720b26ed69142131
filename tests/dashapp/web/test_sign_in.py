import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from dashapp.app import create_app
from dashapp.settings import Settings
from dashapp.web.attempts import A_MINUTE, NAMES_KEPT, Attempts
from dashapp.web.sign_in import own_page
from dashapp.web.sign_in_page import came_from_elsewhere, sign_in_page
from data.models import Account, Clock, SignIn
from data.seed.accounts import DemoAccount
from own_loop import run
from served import CALLBACK, PASSWORD, callback, page, wire


def login(client, username="ann", password=PASSWORD, **more):
    return client.post("/login", data={"username": username, "password": password, **more})


def text(answer):
    return re.sub(r"<[^>]+>", " ", answer.text)


def test_a_plain_client_signs_in_and_reaches_the_map(house):
    with house.stranger() as client:
        answer = login(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert client.get("/status").status_code == 200
        token = client.cookies["_csrf_token"]
        assert client.post(CALLBACK, json=callback()).status_code == 403
        ok = client.post(CALLBACK, json=callback(), headers={"X-CSRFToken": token})
        assert ok.status_code == 200


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(house):
    with house.stranger() as client:
        cookie = next(
            value
            for value in login(client).headers.get_list("set-cookie")
            if value.startswith("sid=")
        )
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie


def test_in_production_the_cookie_is_bound_to_tls_and_to_this_host(own_house, tmp_path):
    ring = tmp_path / "ring"
    ring.write_text("k1 = " + "ab" * 32)
    settings = Settings(database_url=own_house.store.url, production=True, key_ring=ring)
    gate = create_app(settings, own_house.store, page, wire).gate
    assert gate.rules.cookie == "__Host-sid"
    sent = run(posted(gate, f"username=ann&password={PASSWORD}".replace(" ", "+").encode()))
    cookies = [value.decode() for name, value in sent if name == b"set-cookie"]
    assert any(c.startswith("__Host-sid=") and "Secure" in c for c in cookies)
    assert all("Secure" in c and "Domain" not in c for c in cookies)


async def posted(gate, body: bytes):
    kind = (b"content-type", b"application/x-www-form-urlencoded")
    scope = {
        "type": "http", "method": "POST", "path": "/login", "raw_path": b"/login", "scheme": "https",
        "query_string": b"", "headers": [(b"host", b"h"), kind], "http_version": "1.1",
        "server": ("h", 443), "client": ("127.0.0.1", 1), "root_path": "", "state": {},
    }  # fmt: skip
    given, sent = [{"type": "http.request", "body": body}], []

    async def receive():
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await gate(scope, receive, send)
    assert sent[0]["status"] == 303
    return sent[0]["headers"]


def test_a_refusal_does_not_say_whether_the_name_exists(house):
    with house.stranger() as client:
        wrong = login(client, "bob", "wrong")
        unknown = login(client, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text == unknown.text
    assert 'role="alert"' in wrong.text
    assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize("password", ["", "x" * 5_000, "密码", "\x00", "' OR 1=1 --"])
def test_a_strange_password_is_only_a_wrong_one(own_house, password):
    with own_house.stranger() as client:
        assert login(client, password=password).status_code == 401


@pytest.mark.parametrize("name", ["\x00", "ann\x00", "\ud800", "x" * 5_000, "𬍛", "' OR 1=1 --"])
def test_a_strange_name_is_only_an_unknown_one(live_house, name):
    with live_house.stranger() as client:
        body = urlencode({"username": name, "password": PASSWORD}, errors="surrogatepass")
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert client.post("/login", content=body.encode(), headers=kind).status_code == 401


def test_five_wrong_passwords_lock_out_the_right_one(own_house):
    with own_house.stranger() as client:
        for _ in range(5):
            assert login(client, password="wrong").status_code == 401
        assert login(client).status_code == 401
        assert login(client, "bob").status_code == 303


def test_a_name_refused_ten_times_a_minute_is_not_even_looked_at(own_house):
    with own_house.stranger() as client:
        answers = [login(client, "nobody", "wrong").status_code for _ in range(A_MINUTE + 1)]
        again = login(client, " NOBODY ", "wrong").status_code
        assert (answers[:A_MINUTE], answers[-1], again) == ([401] * A_MINUTE, 429, 429)
        assert login(client).status_code == 303


def test_attempts_are_forgotten_with_success_and_with_crowding():
    attempts = Attempts()
    for _ in range(A_MINUTE):
        attempts.refused("ann")
    assert attempts.too_many("Ann ")
    attempts.accepted("ann")
    assert not attempts.too_many("ann")
    for _ in range(A_MINUTE):
        attempts.refused("ann")
    for number in range(NAMES_KEPT):
        attempts.refused(str(number))
    assert not attempts.too_many("ann")


def test_signing_in_again_ends_the_session_before(house):
    with house.stranger() as client:
        login(client)
        first = client.cookies["sid"]
        assert login(client).status_code == 303
        assert client.cookies["sid"] != first
    with house.stranger(cookies={"sid": first}) as thief:
        assert thief.get("/status").status_code == 401


def test_a_cookie_given_by_somebody_else_is_never_taken_over(house):
    with house.stranger(cookies={"sid": "f" * 43}) as client:
        cookie = login(client).headers["set-cookie"]
    assert "f" * 43 not in cookie


def test_a_copied_cookie_is_worth_nothing_after_signing_out(house):
    with house.client() as ann:
        copied = ann.cookies["sid"]
        answer = ann.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert answer.headers["clear-site-data"] == '"cache"'
        assert re.search(r'sid="?"?; .*Max-Age=0', answer.headers["set-cookie"])
    with house.stranger(cookies={"sid": copied}) as thief:
        assert thief.get("/status").status_code == 401


def test_a_session_out_of_use_or_too_old_is_over(own_house):
    with own_house.client() as ann:
        own_house.age_sessions(seen=timedelta(minutes=29))
        assert ann.get("/status").status_code == 200
        own_house.age_sessions(seen=timedelta(minutes=31))
        assert ann.get("/status").status_code == 401
        own_house.age_sessions(created=timedelta(hours=10, minutes=1))
        assert ann.get("/status").status_code == 401


def test_a_request_keeps_the_session_in_use(own_house):
    with own_house.client() as ann:
        own_house.age_sessions(seen=timedelta(minutes=20))
        ann.get("/status")
        with own_house.store.read() as session:
            row = session.scalars(select(SignIn)).one()
            assert row.seen_at - row.created_at < timedelta(minutes=1)


def test_a_revoked_session_and_a_disabled_account_are_out_at_once(own_house):
    with own_house.client() as ann, own_house.client("bob") as bob:
        with own_house.store.write() as session:
            bobs = select(Account.id).where(Account.username == "bob").scalar_subquery()
            session.execute(update(SignIn).where(SignIn.account_id == bobs).values(revoked=True))
        assert bob.get("/status").status_code == 401
        with own_house.store.write() as session:
            session.execute(update(Account).values(disabled=True))
        assert ann.get("/status").status_code == 401


def test_a_link_to_the_map_is_kept_through_signing_in(house):
    with house.stranger() as client:
        answer = client.get("/?building=C1-001&tab=tasks", headers={"Accept": "text/html"})
        assert answer.status_code == 303
        form = client.get(answer.headers["location"])
        assert 'value="/?building=C1-001&amp;tab=tasks"' in form.text
        answer = login(client, next="/?building=C1-001&tab=tasks")
        assert answer.headers["location"] == "/?building=C1-001&tab=tasks"


def test_a_link_from_another_site_finds_who_is_signed_in(house):
    with house.client() as ann:
        answer = ann.get("/login?next=/?building=C1-001")
        assert (answer.status_code, answer.headers["location"]) == (303, "/?building=C1-001")
    with house.stranger(headers={"Sec-Fetch-Site": "cross-site"}) as client:
        answer = client.get("/login?next=/?building=C1-001")
        assert 'http-equiv="refresh"' in answer.text
        assert "next=%2F%3Fbuilding%3DC1-001" in answer.text
    assert "<script" not in came_from_elsewhere('/login?next="><script>')


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.test", "//elsewhere.test", "/\\elsewhere.test", "/?a\r\nSet-Cookie: x=1",
        "/logout", "javascript:alert(1)", "", "/?" + "x" * 3_000,
    ],
)  # fmt: skip
def test_after_signing_in_nobody_is_sent_elsewhere(house, wanted):
    assert own_page(wanted) == "/"
    with house.stranger() as client:
        assert login(client, next=wanted).headers["location"] == "/"


def test_the_page_speaks_the_language_asked_for(house):
    with house.stranger() as client:
        chinese, english = (
            text(client.get("/login", headers={"Accept-Language": tag})) for tag in ("zh-CN", "en")
        )
        answer = client.get("/login?language=en")
        assert answer.headers["location"] == "/login"
        assert text(client.get("/login", headers={"Accept-Language": "zh-CN"})) == english
    assert "登录" in chinese
    assert "Sign in" in english


def test_the_language_is_kept_with_the_account_and_leads_back_to_the_view(own_house):
    with own_house.client() as ann:
        fields = {"language": "en", "back": "/?building=C1-001"}
        answer = ann.post("/language", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/?building=C1-001")
    with own_house.client() as again:
        assert "language en" in again.get("/_dash-layout").text
        assert again.post("/language", data={"language": "<b>"}).status_code == 303
        assert "language en" in again.get("/_dash-layout").text


def test_the_demos_sign_ins_are_shown_only_by_a_demo(own_house):
    with own_house.store.write() as session:
        session.execute(update(Account).where(Account.username == "ann").values(username="office"))
        session.execute(update(Account).values(demo=True))
    with own_house.stranger() as client:
        assert "office" in text(client.get("/login"))
        with own_house.store.write() as session:
            session.execute(update(Clock).values(demo=False))
        assert "office" not in text(client.get("/login"))


def test_what_comes_from_the_database_or_the_address_is_only_text():
    account = DemoAccount("social_worker", "<script>x</script>", '"&')
    made = sign_in_page("zh", [account], go_to='/?"><script>y</script>')
    assert "<script" not in made
