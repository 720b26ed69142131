"""The product's own server with one thing changed, for comparisons side by side.

`python -m benchmarks.server VARIANT`: `street` is the product itself, `off` the same signed-in shell without
the building layer, `geojson` the shell with dl.GeoJSON on canvas instead, `bare` an empty Dash page with a
dl.Map. `street` also takes POST /bench/record, a writer inside the server's own process.
"""

import gzip
import json
import sys
import time
from typing import Any

import dash_leaflet as dl
import shapely
import uvicorn
from dash import Dash
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select
from starlette.middleware.gzip import GZipMiddleware

from dashapp import main
from dashapp.layout import coverage_map, shell
from dashapp.settings import read_settings
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.models import Building, BuildingCoverage
from data.queries.access import system_principal
from data.session import Store, open_store

FILLS = [
    "#D7DADD",
    "#A50026",
    "#F46D43",
    "#FEE08B",
    "#ABD9E9",
    "#4393C3",
    "#08306B",
    "#8A8A8A",
    "#FFFFFF",
]


def bare() -> Any:
    """Return the floor: an empty Dash page with a map, packed as Dash serves it."""
    server = FastAPI()
    app = Dash("bare", server=server, assets_folder="/nonexistent")
    app.layout = lambda: dl.Map(
        id="map", center=(31.17, 121.49), zoom=15, style={"height": "100vh"}
    )
    server.add_middleware(GZipMiddleware, minimum_size=1000)
    return server


def variant(name: str, store: Store, settings: Any) -> Any:
    """Return the product's server, its map layer replaced as the variant says."""
    original = coverage_map.coverage_map

    def changed(context: Any, w: Any) -> Any:
        the_map = original(context, w)
        kept = [
            child
            for child in the_map.children
            if "buildings" not in str(getattr(child, "name", ""))
        ]
        if name == "geojson":
            style = {"variable": "dashExtensions.shiyou.benchStyle"}
            kept.append(dl.GeoJSON(id="bench", url="/bench/geojson", style=style))
        the_map.children = kept
        return the_map

    if name in ("off", "geojson"):
        shell.coverage_map = changed
    return main.build(settings, store).gate


def with_bench_routes(server: Any, store: Store) -> Any:
    """Put the yardstick's data and an in-process writer beside the gated server."""
    beside = FastAPI()
    kept: list[bytes] = []

    @beside.get("/bench/geojson")
    def geojson() -> Response:
        if not kept:
            kept.append(_collection(store))
        return Response(
            kept[0], media_type="application/json", headers={"Content-Encoding": "gzip"}
        )

    @beside.post("/bench/record")
    def record(code: str, room: str, result: str) -> Response:
        with store.write() as session:
            record_door(session, system_principal(session), Door(code, room), DoorResult(result))
        return JSONResponse({"at": time.time()})

    async def either(scope: Any, receive: Any, send: Any) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith("/bench/")
        await (beside if ours else server)(scope, receive, send)

    return either


def _collection(store: Store) -> bytes:
    with store.read() as session:
        rows = session.execute(
            select(Building.ord, Building.outline, BuildingCoverage.fill)
            .join(BuildingCoverage, BuildingCoverage.building_id == Building.id)
            .where(Building.valid_to.is_(None))
        ).all()
    features = [
        {"type": "Feature", "properties": {"id": row.ord, "s": row.fill},
         "geometry": json.loads(shapely.to_geojson(shapely.set_precision(row.outline, 1e-6)))}
        for row in rows
    ]  # fmt: skip
    body = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    return gzip.compress(body.encode(), 6)


def run(name: str) -> None:
    """Serve a variant at SHIYOU_PORT."""
    settings = read_settings()
    if name == "bare":
        server = bare()
    else:
        store = open_store(settings.database_url)
        server = with_bench_routes(variant(name, store, settings), store)
    uvicorn.run(
        server,
        host="127.0.0.1",
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    run(sys.argv[1])
