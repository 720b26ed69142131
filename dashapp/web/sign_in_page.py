"""The sign-in page: made on the server, works without scripts, both languages."""

from html import escape
from typing import Final

from dashapp.text.words import Words, words_for
from dashapp.web.identity import LANGUAGES
from data.seed.accounts import DemoAccount

REFUSED: Final = "Not signed in: name or password does not fit."
TOO_MANY: Final = "Not signed in: too many attempts, try again in a minute."
STYLE: Final = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#F5F6F8;color:#1B1F24;
font:14px/20px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif}
main{width:min(400px,calc(100vw - 32px));margin:16px 0;padding:24px;background:#fff;
border:1px solid #DDE1E6;border-radius:6px}
h1{margin:0 0 4px;font-size:22px;line-height:28px}p{margin:0 0 16px;color:#5F6771}
label{display:block;margin:12px 0 4px;color:#4A525C}
input{width:100%;height:40px;padding:0 10px;border:1px solid #CBD1D8;border-radius:4px;font:inherit}
button{width:100%;height:40px;margin-top:16px;border:0;border-radius:4px;background:#1864AB;color:#fff;
font:inherit;font-weight:600;cursor:pointer}
button:hover{background:#145490}
:focus-visible{outline:2px solid #1C7ED6;outline-offset:2px}
.wrong{margin:12px 0 0;color:#A50026}
.demo{margin-top:20px;border-top:1px solid #ECEFF2;padding-top:12px}.demo p{margin:0 0 8px}
table{width:100%;border-collapse:collapse;font-size:12px}td{padding:3px 8px 3px 0}
td+td{font-family:ui-monospace,monospace}
.languages{margin:16px 0 0;font-size:12px}.languages a{color:#1864AB}
"""


def sign_in_page(
    language: str, demo: list[DemoAccount], *, go_to: str = "/", refusal: str | None = None
) -> str:
    """Return the page; `refusal` is one line that never says which of the two was wrong."""
    w = words_for(language)
    title = escape(w("Shiyou"))
    return (
        f'<!doctype html><html lang="{w.tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="/sign-in.css"></head><body><main>'
        f"<h1>{title}</h1><p>{escape(w('Actual population, actual housing'))}</p>"
        f"{_form(w, go_to, refusal)}{_demo(demo, w)}{_languages(w)}</main></body></html>"
    )


def _form(w: Words, go_to: str, refusal: str | None) -> str:
    wrong = f'<p class="wrong" role="alert">{escape(w(refusal))}</p>' if refusal else ""
    return (
        '<form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{escape(go_to)}">'
        f'<label for="u">{escape(w("User name"))}</label>'
        '<input id="u" name="username" autocomplete="username" autocapitalize="none" autofocus required>'
        f'<label for="p">{escape(w("Password"))}</label>'
        '<input id="p" name="password" type="password" autocomplete="current-password" required>'
        f"{wrong}<button>{escape(w('Sign in'))}</button></form>"
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


def _languages(w: Words) -> str:
    other = next(language for language in LANGUAGES if language != w.language)
    tag = words_for(other).tag
    label = escape(w("other language"))
    return f'<p class="languages"><a href="/login?language={other}" lang="{tag}">{label}</a></p>'


def came_from_elsewhere(go_to: str) -> str:
    """Return a page that opens the link once more.

    The session's cookie is SameSite=Strict, so a browser does not send it with a link followed from
    another site; with this page's own request it does.
    """
    address = escape(go_to)
    return (
        '<!doctype html><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">…</a>'
    )
