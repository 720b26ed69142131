"""The map's own addresses: manifest, tiles, statuses, outlines, cards, the feed, jobs."""

import gzip
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from dashapp.text.palette import SIZE_BYTE
from dashapp.web.feed import Feed
from dashapp.web.identity import required_principal
from dashapp.web.map_files import MapShelf
from dashapp.web.threads import in_thread
from data.commands.jobs import ask_to_cancel, job_of
from data.errors import NotFound
from data.principal import Principal
from data.queries.cards import building_card
from data.queries.changes import feed_position
from data.queries.grid_sizes import map_sizes
from data.queries.map_status import area_statuses, map_status
from data.session import Store, answers

IMMUTABLE: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
# What depends on who asks is kept by their own browser alone, never by a proxy between.
OWN: Final = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
NO_STORE: Final = {"Cache-Control": "no-store"}
HEAD_SCRIPTS: Final = Path(__file__).parent.parent / "assets_head"
LONGEST_ORD: Final = 9


def add_map_files(server: FastAPI, shelf: MapShelf) -> None:
    """Mount the immutable files of the map and the manifest that names them."""

    @server.get("/manifest")
    async def manifest() -> Response:
        files = await shelf.present(required_principal())
        return Response(files.manifest, media_type="application/json", headers=NO_STORE)

    @server.get("/tiles/{name}")
    async def tile(request: Request, name: str) -> Response:
        files = await shelf.held(required_principal())
        return _packed(request, files.tiles.get(name), "application/octet-stream")

    @server.get("/names/{name}")
    async def names(request: Request, name: str) -> Response:
        files = await shelf.held(required_principal())
        return _packed(request, files.names.get(name), "application/json")

    @server.get("/layers/{name}")
    async def layer(request: Request, name: str) -> Response:
        files = await shelf.held(required_principal())
        return _packed(request, files.layers.get(name), "application/geo+json")


def add_map_states(server: FastAPI, store: Store, feed: Feed) -> None:
    """Mount what changes: statuses in scope, and the stream of their changes."""

    @server.get("/status")
    async def status() -> Response:
        return await in_thread(_status, store, required_principal())

    @server.get("/areas")
    async def areas() -> Response:
        return await in_thread(_areas, store, required_principal())

    @server.get("/grid-sizes")
    async def sizes() -> Response:
        return await in_thread(_grid_sizes, store, required_principal())

    @server.get("/card/{number}")
    async def card(number: str) -> Response:
        return await in_thread(_card, store, required_principal(), number)

    @server.get("/feed")
    async def live(request: Request) -> Response:
        return feed.response(request, required_principal())


def add_health(server: FastAPI, store: Store) -> None:
    """Mount /healthz: 200 while the database answers, 503 when it does not."""

    @server.get("/healthz")
    async def healthz() -> Response:
        alive = await in_thread(answers, store)
        return Response("ok" if alive else "database away", 200 if alive else 503)


def add_head_scripts(server: FastAPI) -> None:
    """Mount the scripts that must run before or beside Dash's bundles."""
    for path in sorted(HEAD_SCRIPTS.glob("*.js")):
        server.get(f"/{path.name}")(_script(path.read_bytes()))


def add_jobs(server: FastAPI, store: Store) -> None:
    """Mount a job's progress and its cancel button; another account's job does not exist."""

    @server.get("/jobs/{uid}")
    async def job(uid: str) -> Response:
        return JSONResponse(await in_thread(_job, store, required_principal(), uid))

    @server.post("/jobs/{uid}/cancel")
    async def cancel(uid: str) -> Response:
        return JSONResponse(await in_thread(_cancel, store, required_principal(), uid))


def _script(body: bytes) -> Any:
    async def script() -> Response:
        return Response(body, media_type="text/javascript", headers=IMMUTABLE)

    return script


def _packed(request: Request, body: bytes | None, kind: str) -> Response:
    if body is None:
        raise NotFound("no file of this name")
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(body), media_type=kind, headers=OWN)
    return Response(body, media_type=kind, headers={**OWN, "Content-Encoding": "gzip"})


def _status(store: Store, principal: Principal) -> Response:
    with store.read() as session:
        now = map_status(session, principal)
    place = {"X-Epoch": str(now.epoch), "X-Rev": str(now.revision)}
    return Response(
        now.fills + now.flags, media_type="application/octet-stream", headers=NO_STORE | place
    )


def _areas(store: Store, principal: Principal) -> Response:
    with store.read() as session:
        rev, found = feed_position(session), area_statuses(session, principal)
    areas = {area.code: [area.fill, area.overdue, area.n, area.resolved] for area in found}
    return JSONResponse({"rev": rev, "areas": areas}, headers=NO_STORE)


def _grid_sizes(store: Store, principal: Principal) -> Response:
    with store.read() as session:
        sizes = map_sizes(session, principal)
    buildings: dict[int, list[int]] = {}
    for ord_, size in sizes.buildings.items():
        buildings.setdefault(SIZE_BYTE[size], []).append(ord_)
    compounds = {code: SIZE_BYTE[size] for code, size in sizes.compounds.items()}
    return JSONResponse({"buildings": buildings, "compounds": compounds}, headers=NO_STORE)


def _card(store: Store, principal: Principal, number: str) -> Response:
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_ORD):
        raise NotFound("no such building within your area")
    with store.read() as session:
        card = building_card(session, principal, int(number))
    body = json.dumps(asdict(card), default=str, ensure_ascii=False)
    return Response(body, media_type="application/json", headers=NO_STORE)


def _job(store: Store, principal: Principal, uid: str) -> dict[str, Any]:
    with store.read() as session:
        return asdict(job_of(session, principal, uid))


def _cancel(store: Store, principal: Principal, uid: str) -> dict[str, Any]:
    with store.write() as session:
        return asdict(ask_to_cancel(session, principal, uid))
