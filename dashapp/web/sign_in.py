"""Sign in and out, and the language: the only pages made without Dash."""

from html import escape
from typing import Final
from urllib.parse import parse_qsl

from data.seed.accounts import DemoAccount, demo_accounts
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashapp.settings import Settings
from dashapp.text.words import Words, words_for
from dashapp.web.identity import LANGUAGES, current_language, required_principal
from dashapp.web.threads import in_thread
from data.clock import read_clock, utc_now
from data.commands.access import Entered, choose_language, sign_in, sign_out
from data.session import Store

SEE_OTHER: Final = 303
STYLE: Final = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#F5F6F8;color:#1B1F24;
font:14px/20px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif}
main{width:min(380px,calc(100vw - 32px));padding:24px;background:#fff;border:1px solid #DDE1E6;
border-radius:6px}
h1{margin:0 0 4px;font-size:22px;line-height:28px}p{margin:0 0 16px;color:#5F6771}
label{display:block;margin:12px 0 4px;color:#4A525C}
input{width:100%;height:40px;padding:0 10px;border:1px solid #CBD1D8;border-radius:4px;font:inherit}
button{height:40px;border:0;border-radius:4px;font:inherit;cursor:pointer}
button.go{width:100%;margin-top:16px;background:#1864AB;color:#fff;font-weight:600}
:focus-visible{outline:2px solid #1C7ED6;outline-offset:2px}
.wrong{margin:12px 0 0;color:#A50026}.demo{margin-top:20px;border-top:1px solid #ECEFF2;padding-top:12px}
table{width:100%;border-collapse:collapse;font-size:12px}td{padding:3px 8px 3px 0}
td:nth-child(2),td:nth-child(3){font-family:ui-monospace,monospace}
"""


def add_sign_in(server: FastAPI, store: Store, settings: Settings, cookie: str) -> None:
    """Mount /login, /logout, /language and the page's style sheet."""

    @server.get("/sign-in.css")
    async def style() -> Response:
        return Response(
            STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"}
        )

    @server.get("/login")
    async def page() -> HTMLResponse:
        return HTMLResponse(await in_thread(_page, store, current_language(), False))

    @server.post("/login")
    async def enter(request: Request) -> Response:
        fields = await _fields(request)
        username, password = fields.get("username", ""), fields.get("password", "")
        entered = await in_thread(_enter, store, username, password)
        if entered is None:
            return HTMLResponse(await in_thread(_page, store, current_language(), True), 401)
        answer = RedirectResponse("/", SEE_OTHER)
        answer.set_cookie(
            cookie,
            entered.token,
            httponly=True,
            samesite="strict",
            secure=settings.production,
            path="/",
        )
        return answer

    @server.post("/logout")
    async def leave() -> Response:
        await in_thread(_leave, store)
        answer = RedirectResponse("/login", SEE_OTHER)
        answer.delete_cookie(cookie, path="/", secure=settings.production)
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    @server.post("/language")
    async def language(request: Request) -> Response:
        chosen = (await _fields(request)).get("language", "")
        if chosen in LANGUAGES:
            await in_thread(_choose, store, chosen)
        answer = RedirectResponse(_back(request), SEE_OTHER)
        answer.set_cookie(
            "lang", chosen if chosen in LANGUAGES else "zh", samesite="strict", path="/"
        )
        return answer


async def _fields(request: Request) -> dict[str, str]:
    body = (await request.body())[:4_000].decode("utf8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def _back(request: Request) -> str:
    """Return the page's own address, path and query only: never another site's."""
    wanted = request.query_params.get("back", "/")
    return wanted if wanted.startswith("/?") and "\\" not in wanted else "/"


def _enter(store: Store, username: str, password: str) -> Entered | None:
    with store.write() as session:
        return sign_in(session, username, password, utc_now())


def _leave(store: Store) -> None:
    with store.write() as session:
        sign_out(session, required_principal())


def _choose(store: Store, language: str) -> None:
    with store.write() as session:
        choose_language(session, required_principal(), language)


def _page(store: Store, language: str, wrong: bool) -> str:
    with store.read() as session:
        demo = demo_accounts(session) if read_clock(session).demo else []
    w = words_for(language)
    refusal = escape(w("Not signed in: name or password does not fit."))
    message = f'<p class="wrong" role="alert">{refusal}</p>'
    return (
        f'<!doctype html><html lang="{w.tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(w("Shiyou"))}</title><link rel="stylesheet" href="/sign-in.css"></head><body><main>'
        f"<h1>{escape(w('Shiyou'))}</h1><p>{escape(w('Actual population, actual housing'))}</p>"
        '<form method="post" action="/login">'
        f'<label for="u">{escape(w("User name"))}</label>'
        '<input id="u" name="username" autocomplete="username" autofocus required>'
        f'<label for="p">{escape(w("Password"))}</label>'
        '<input id="p" name="password" type="password" autocomplete="current-password" required>'
        f'{message if wrong else ""}<button class="go">{escape(w("Sign in"))}</button></form>'
        f"{_demo(demo, w)}</main></body></html>"
    )


def _demo(accounts: list[DemoAccount], w: Words) -> str:
    if not accounts:
        return ""
    rows = "".join(
        f"<tr><td>{escape(w(f'role {account.role}'))}</td><td>{escape(account.username)}</td>"
        f"<td>{escape(account.password)}</td></tr>"
        for account in accounts
    )
    title = escape(w("Invented data. Sign-ins of the demo:"))
    return f'<div class="demo"><p>{title}</p><table>{rows}</table></div>'
