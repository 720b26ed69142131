import base64
import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from dashapp.web.doors import PUBLIC, is_open
from dashapp.web.gate import Gate, GateRules
from data.errors import DatabaseUnusable
from own_loop import run
from served import CALLBACK, callback

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
ODD = (
    "/", "/_mcp", "/openapi.json", "/docs", "/redoc", "/x/y", "/assets/", "/assets/a.css",
    "/_dash-ws-callback", "/%2e%2e/x", "/_dash-component-suites/dash/deps/polyfill@7.js", "/login/",
    "/LOGIN", "/healthz/x", "/feed?since=0", "/_reload-hash", "/_alive_1", "/sign-in.css/x",
)  # fmt: skip


def server_of(house):
    return house.app.app.app


def paths_of(house) -> set[str]:
    declared = {re.sub(r"\{[^}]*\}", "x", route.path) for route in server_of(house).routes}
    return {path if path.startswith("/") else f"/{path}" for path in declared} | set(ODD)


def test_no_route_answers_without_a_session(house):
    tried = 0
    kinds = (
        {},
        {"Accept": "text/html"},
        {"Cookie": "sid=" + "x" * 43},
        {"Content-Type": "application/json", "X-CSRFToken": "x"},
    )
    with house.stranger() as client:
        for path in sorted(paths_of(house)):
            for method in METHODS:
                if (method, path) in PUBLIC:
                    continue
                for headers in kinds:
                    body = b"{}" if method == "POST" else None
                    answer = client.request(method, path, headers=headers, content=body)
                    tried += 1
                    assert answer.status_code in (401, 303), (method, path, answer.status_code)
                    if answer.status_code == 303:
                        assert answer.headers["location"].startswith("/login")
    assert tried > 500


def test_a_route_added_later_is_closed_for_everybody_until_it_is_listed(house):
    server_of(house).add_api_route("/late", lambda: "late", methods=["GET"])
    with house.stranger() as stranger, house.client() as ann:
        assert stranger.get("/late").status_code == 401
        assert ann.get("/late").status_code == 404
        assert ann.get("/docs").status_code == 404
        assert ann.get("/_mcp").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/tiles/a/b"), ("GET", "/names/"), ("GET", "/card/1/x"), ("GET", "/jobs/x/result"),
        ("POST", "/jobs/x"), ("POST", "/jobs/x/cancel/y"), ("POST", "/jobs//cancel"),
        ("GET", "/_dash-update-component"), ("POST", "/status"), ("POST", "/_dash-update-component/"),
        ("GET", "/statusx"), ("GET", "/tilesx"), ("PUT", "/language"), ("GET", "/feed/x"),
    ],
)  # fmt: skip
def test_doors_are_listed_exactly(method, path):
    assert not is_open(method, path)


@pytest.mark.parametrize("path", ["/", "/tiles/0a", "/card/7", "/jobs/x", "/assets/a/b.css"])
def test_a_listed_door_opens_for_reading(path):
    assert is_open("GET", path)
    assert is_open("HEAD", path)
    assert not is_open("DELETE", path)


@pytest.mark.parametrize("cookie", [b"", b"sid=x"])
def test_every_websocket_is_closed(house, cookie):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"h"), (b"origin", b"http://h"), (b"cookie", cookie)]
    scope = {"type": "websocket", "path": "/_dash-ws-callback", "headers": headers}
    run(house.app(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_no_websocket_is_offered_to_the_page(house):
    with house.client() as ann:
        assert '"websocket"' not in ann.get("/").text


def test_a_change_needs_the_token_of_its_own_session(house):
    with house.client() as ann, house.client("bob") as bob:
        assert ann.post(CALLBACK, json=callback()).status_code == 200
        for wrong in ("", "x", bob.headers["X-CSRFToken"]):
            headers = {"X-CSRFToken": wrong}
            assert ann.post(CALLBACK, json=callback(), headers=headers).status_code == 403
            assert ann.post("/logout", headers=headers).status_code == 403


def test_a_plain_form_carries_the_token_itself(house):
    with house.client("eve") as eve:
        token = eve.headers.pop("X-CSRFToken")
        fields = {"language": "en"}
        assert eve.post("/language", data=fields).status_code == 403
        assert eve.post("/language", data={**fields, "_csrf_token": token}).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.test"},
        {"Origin": "null"},
    ],
)
def test_another_page_changes_nothing_in_our_name(house, headers):
    with house.client() as ann, house.stranger() as stranger:
        assert ann.post(CALLBACK, json=callback(), headers=headers).status_code == 403
        assert stranger.post("/login", data={}, headers=headers).status_code == 403


def test_our_own_page_may_change_things(house):
    with house.client() as ann:
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": house.url}
        assert ann.post(CALLBACK, json=callback(), headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["//", "//x", "/a//b", "/" + "x" * 3000])
def test_paths_that_nobody_links_to_are_refused(house, path):
    with house.client() as ann:
        assert ann.get(httpx.URL(house.url).copy_with(raw_path=path.encode())).status_code == 400


def test_every_answer_carries_the_headers(house):
    with house.client() as ann, house.stranger() as stranger:
        answers = [ann.get("/"), ann.get("/status"), ann.get("/nothing"), stranger.get("/login")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in scripts
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_every_inline_script_of_the_page_is_named_by_the_policy(house):
    with house.client() as ann:
        answer = ann.get("/")
    seen = re.sub(r"<!--.*?-->", "", answer.text, flags=re.DOTALL)
    inline = re.findall(r"<script(?![^>]*(?:src|application/json))[^>]*>([^<]+)</script>", seen)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_what_may_be_kept_carries_no_cookie(house):
    with house.client() as ann:
        kept = ann.get("/early.js")
        page = ann.get("/")
    assert "immutable" in kept.headers["cache-control"]
    assert "set-cookie" not in kept.headers
    assert f"_csrf_token={ann.headers['X-CSRFToken']}" in page.headers["set-cookie"]
    assert "SameSite=Strict" in page.headers["set-cookie"]


def test_a_failure_shows_nothing_of_the_server(house, caplog):
    with house.client() as ann:
        answer = ann.post(CALLBACK, json=callback("fail.children"))
    assert (answer.status_code, answer.json()) == (500, {"error": 500})
    assert "a secret of the server" in caplog.text


def test_a_refusal_that_nobody_caught_keeps_its_status(house):
    with house.client() as ann:
        assert ann.post(CALLBACK, json=callback("missing.children")).status_code == 404


def test_without_its_database_the_server_says_so_and_tries_again(house):
    async def away(_token):
        raise DatabaseUnusable("gone")

    rules = GateRules(find=away, policy=lambda: "", is_declared=lambda body: True)

    async def ask(accept: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=Gate(house.app.app, rules))
        async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
            return await client.get("/", headers={"Accept": accept, "Cookie": "sid=x"})

    plain, page = run(ask("*/*")), run(ask("text/html"))
    assert (plain.status_code, plain.json()) == (503, {"error": 503})
    assert plain.headers["retry-after"] == "5"
    assert page.status_code == 503
    assert 'http-equiv="refresh"' in page.text


def test_the_sign_in_page_too_tries_again_when_the_database_is_away(own_house):
    own_house.store.dispose()
    with open(own_house.store.url.removeprefix("sqlite:///"), "r+b") as file:
        file.write(b"\0" * 200)
    with own_house.stranger() as client:
        page = client.get("/login", headers={"Accept": "text/html"})
        plain = client.get("/login")
    assert page.status_code == plain.status_code == 503
    assert 'http-equiv="refresh"' in page.text
    assert plain.json() == {"error": 503}
    assert page.headers["retry-after"] == "5"


def test_two_users_at_once_are_never_mixed_up(house):
    with house.client() as ann, house.client("bob") as bob:

        def ask(number: int) -> None:
            client, name = ((ann, "ann"), (bob, "bob"))[number % 2]
            if number % 3 == 0:
                assert f"user {name} " in client.get("/_dash-layout").text
                return
            answer = client.post(CALLBACK, json=callback(value=number, nap=0.001 * (number % 5)))
            assert f"{name} zh {number}" in answer.text

        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(ask, range(300)))


def test_slow_callbacks_hold_up_nobody(house):
    with house.client() as ann, ThreadPoolExecutor(8) as pool:
        begun = time.monotonic()
        slow = [pool.submit(ann.post, CALLBACK, json=callback(nap=0.5)) for _ in range(8)]
        assert ann.get("/healthz").status_code == 200
        answered = time.monotonic() - begun
        assert all(one.result().status_code == 200 for one in slow)
        assert answered < 0.5
        assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize(
    ("accepted", "cookie", "language"),
    [
        ("en-GB,en;q=0.9", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh"),
        ("fr,de;q=0.5", None, "zh"),
        ("en", "zh", "zh"),
        ("zh", "en", "en"),
    ],
)
def test_the_language_is_the_cookies_then_the_browsers(house, accepted, cookie, language):
    with house.client() as ann:
        if cookie:
            ann.cookies.set("lang", cookie)
        answer = ann.get("/_dash-layout", headers={"Accept-Language": accepted})
    assert f"language {language}" in answer.text
