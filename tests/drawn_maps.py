"""Small maps for the import's tests, drawn on the street of places.py, and the import itself."""

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import shapely
from sqlalchemy import func, select

from data.commands.import_map import ImportRequest, commit_import, prepare_import
from data.queries.access import system_principal
from places import SOUTH, STEP, WEST

MAPS = Path(__file__).parent / "fixtures" / "maps"
STREET = "310115009"
SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]


def ring(x=0.002, y=0.005, size=0.0002):
    """Return a square of the street as a closed ring: about 20 m wide."""
    return [[WEST + x + px * size, SOUTH + y + py * size] for px, py in SQUARE]


def feature(coordinates=None, kind="Polygon", **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": [ring()] if coordinates is None else coordinates},
    }


def row_of(n, first=1, **properties):
    """Return squares in a row, 50 m apart, coded from `first` on."""
    return [feature([ring(x=0.0005 * (1 + i))], osm_id=first + i, **properties) for i in range(n)]


def districts(*spans):
    """Return the districts 第1片区 ... of the street between these longitudes from its west."""
    return [
        feature([[[WEST + a, SOUTH], [WEST + b, SOUTH], [WEST + b, SOUTH + STEP],
                  [WEST + a, SOUTH + STEP], [WEST + a, SOUTH]]], name=f"第{i}片区")
        for i, (a, b) in enumerate(spans, start=1)
    ]  # fmt: skip


def geojson(path, *features, **members):
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf8"
    )
    return path


def blob(shape, srs_id=4326):
    """Return a shape as a GeoPackage keeps it."""
    return struct.pack("<2sBBi", b"GP", 0, 1, srs_id) + shapely.to_wkb(shape, flavor="iso")


def geopackage(path, *rows, layer="buildings", column="geom", srs_id=4326, more=()):
    """Write shapes or raw blobs with codes as a small GeoPackage; `more` is SQL to spoil it with."""
    with closing(sqlite3.connect(path)) as file:
        file.executescript(
            f"""
            CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY,
                organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
            CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, srs_id INTEGER);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
            INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined');
            INSERT INTO gpkg_contents VALUES ('{layer}', 'features', {srs_id});
            INSERT INTO gpkg_geometry_columns VALUES ('{layer}', '{column}', {srs_id});
            CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, "{column}" BLOB, code TEXT, name TEXT);
            """
        )
        for code, shape in enumerate(rows, start=1):
            raw = blob(shape, srs_id) if hasattr(shape, "geom_type") else shape
            file.execute(
                f'INSERT INTO "{layer}" ("{column}", code) VALUES (?, ?)', (raw, f"g{code}")
            )
        for statement in more:
            file.execute(statement)
        file.commit()
    return path


def prepared(store, path, **asked):
    with store.read() as session:
        principal = system_principal(session)
    request = {"kind": "buildings", "into": STREET} | asked
    return prepare_import(store, principal, ImportRequest(str(path), **request))


def report_of(store, path, **asked):
    return prepared(store, path, **asked).report


def imported(store, path, **asked):
    plan = prepared(store, path, **asked)
    with store.read() as session:
        principal = system_principal(session)
    return commit_import(store, principal, plan)


def count(store, model, *conditions):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))
