"""Sign in and out, and the language: the only pages made without Dash."""

from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashapp.web.answers import csrf_cookie
from dashapp.web.attempts import Attempts
from dashapp.web.identity import (
    LANGUAGES,
    current_language,
    current_principal,
    required_principal,
)
from dashapp.web.sign_in_page import (
    REFUSED,
    STYLE,
    TOO_MANY,
    came_from_elsewhere,
    sign_in_page,
)
from dashapp.web.threads import in_thread
from data.clock import read_clock, utc_now
from data.commands.access import (
    Entered,
    choose_language,
    password_fits,
    sign_in,
    sign_out,
    stored_hash,
)
from data.principal import Principal
from data.seed.accounts import DemoAccount, demo_accounts
from data.session import Store

SEE_OTHER: Final = 303
LONGEST_FORM: Final = 8_000
LONGEST_NEXT: Final = 2_000
# A comparison takes 46 MiB: two at a time, the others wait without holding a worker thread.
COMPARED_AT_ONCE: Final = 2
A_YEAR_S: Final = 365 * 86_400


class SignInDesk:
    """Answers /login, /logout and /language; `on_leave` is told whose session has ended."""

    def __init__(
        self, store: Store, cookie: str, *, secure: bool, on_leave: Callable[[Principal], None]
    ) -> None:
        self.store, self.cookie, self.secure, self.on_leave = store, cookie, secure, on_leave
        self.attempts = Attempts()
        self._comparing: CapacityLimiter | None = None

    def mount(self, server: FastAPI) -> None:
        """Add the routes."""
        server.get("/sign-in.css")(self.style)
        server.get("/login")(self.show)
        server.post("/login")(self.enter)
        server.post("/logout")(self.leave)
        server.post("/language")(self.language)

    async def style(self) -> Response:
        """Return the page's style sheet."""
        kept = {"Cache-Control": "public, max-age=3600"}
        return Response(STYLE, media_type="text/css", headers=kept)

    async def show(self, request: Request) -> Response:
        """Return the page, or go on for somebody who is signed in already."""
        go_to = own_page(request.query_params.get("next", "/"))
        chosen = request.query_params.get("language")
        if chosen in LANGUAGES:
            return self._with_language(RedirectResponse("/login", SEE_OTHER), str(chosen))
        if current_principal() is not None:
            return RedirectResponse(go_to, SEE_OTHER)
        if request.headers.get("sec-fetch-site") == "cross-site":
            query = urlencode({"next": go_to})
            return HTMLResponse(came_from_elsewhere(f"/login?{query}"))
        return await self._page(go_to)

    async def enter(self, request: Request) -> Response:
        """Begin a session and go to the map, or say that it did not work."""
        fields = await _fields(request)
        username, password = _username(fields), fields.get("password", "")
        go_to = own_page(fields.get("next", "/"))
        if self.attempts.too_many(username):
            return await self._page(go_to, TOO_MANY, 429)
        entered = await self._entered(username, password)
        if entered is None:
            self.attempts.refused(username)
            return await self._page(go_to, REFUSED, 401)
        self.attempts.accepted(username)
        await self._end_session()
        return self._with_session(RedirectResponse(go_to, SEE_OTHER), entered)

    async def leave(self) -> Response:
        """End the session; what the browser kept of the pages goes too, a phone's unsent work stays."""
        await self._end_session()
        answer = RedirectResponse("/login", SEE_OTHER)
        answer.delete_cookie(
            self.cookie, path="/", secure=self.secure, httponly=True, samesite="strict"
        )
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    async def language(self, request: Request) -> Response:
        """Keep the chosen language and come back to the same view."""
        fields = await _fields(request)
        chosen = fields.get("language", "")
        answer = RedirectResponse(own_page(fields.get("back", "/")), SEE_OTHER)
        if chosen not in LANGUAGES:
            return answer
        await in_thread(_choose, self.store, required_principal(), chosen)
        return self._with_language(answer, chosen)

    async def _page(self, go_to: str, refusal: str | None = None, status: int = 200) -> Response:
        demo = await in_thread(_demo_accounts, self.store)
        page = sign_in_page(current_language(), demo, go_to=go_to, refusal=refusal)
        return HTMLResponse(page, status)

    async def _entered(self, username: str, password: str) -> Entered | None:
        hashed = await in_thread(_stored_hash, self.store, username)
        fits = await to_thread.run_sync(
            partial(password_fits, hashed, password), limiter=self._limiter()
        )
        return await in_thread(_enter, self.store, username, fits)

    def _limiter(self) -> CapacityLimiter:
        # Made on first use: it belongs to the running event loop.
        self._comparing = self._comparing or CapacityLimiter(COMPARED_AT_ONCE)
        return self._comparing

    async def _end_session(self) -> None:
        principal = current_principal()
        if principal is not None:
            await in_thread(_leave, self.store, principal)
            self.on_leave(principal)

    def _with_session(self, answer: Response, entered: Entered) -> Response:
        answer.set_cookie(
            self.cookie,
            entered.token,
            httponly=True,
            samesite="strict",
            secure=self.secure,
            path="/",
        )
        answer.headers.append("set-cookie", csrf_cookie(entered.csrf, secure=self.secure))
        return answer

    def _with_language(self, answer: Response, language: str) -> Response:
        answer.set_cookie(
            "lang",
            language,
            max_age=A_YEAR_S,
            samesite="strict",
            secure=self.secure,
            path="/",
        )
        return answer


def own_page(wanted: str) -> str:
    """Return the map's own address with its query, and nothing else: never another site's."""
    fits = wanted.startswith("/?") and len(wanted) <= LONGEST_NEXT and wanted.isprintable()
    return wanted if fits and "\\" not in wanted else "/"


async def _fields(request: Request) -> dict[str, str]:
    body = (await request.body())[:LONGEST_FORM].decode("utf8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def _username(fields: dict[str, str]) -> str:
    """Return the name as typed; one that cannot be printed is nobody's, and PostgreSQL takes no NUL."""
    name = fields.get("username", "").strip()
    return name if name.isprintable() else ""


def _stored_hash(store: Store, username: str) -> str:
    with store.read() as session:
        return stored_hash(session, username)


def _enter(store: Store, username: str, fits: bool) -> Entered | None:
    with store.write() as session:
        return sign_in(session, username, fits=fits, now=utc_now())


def _leave(store: Store, principal: Principal) -> None:
    with store.write() as session:
        sign_out(session, principal)


def _choose(store: Store, principal: Principal, language: str) -> None:
    with store.write() as session:
        choose_language(session, principal, language)


def _demo_accounts(store: Store) -> list[DemoAccount]:
    with store.read() as session:
        return demo_accounts(session) if read_clock(session).demo else []
