/* Footprint tiles: decode the binary of geo/footprints.py, find buildings in it. Knows nothing of colours. */
(function (S) {
  const ZOOM = 14;
  const EXTENT = 16384;
  const padded = (n) => n + (4 - (n % 4)) % 4;

  class Tile {
    constructor(x, y, buffer) {
      const [n, rings, vertices] = new Uint32Array(buffer, 0, 3);
      let at = 16;
      this.x = x; this.y = y; this.n = n;
      this.ords = new Uint32Array(buffer, at, n); at += 4 * n;
      const counts = new Uint8Array(buffer, at, n); at += padded(n);
      const sizes = new Uint16Array(buffer, at, rings); at += padded(2 * rings);
      this.xy = new Int16Array(buffer, at, 2 * vertices);
      this.ring = new Uint32Array(n + 1);
      this.start = new Uint32Array(rings + 1);
      for (let r = 0; r < rings; r++) this.start[r + 1] = this.start[r] + sizes[r];
      for (let i = 0; i < n; i++) this.ring[i + 1] = this.ring[i] + counts[i];
      this.box = this.boxes();
    }

    boxes() {
      const box = new Int16Array(4 * this.n);
      for (let i = 0; i < this.n; i++) {
        let a = 32767, b = 32767, c = -32768, d = -32768;
        const end = this.start[this.ring[i + 1]];
        for (let j = this.start[this.ring[i]]; j < end; j++) {
          const x = this.xy[2 * j], y = this.xy[2 * j + 1];
          if (x < a) a = x; if (x > c) c = x; if (y < b) b = y; if (y > d) d = y;
        }
        box.set([a, b, c, d], 4 * i);
      }
      return box;
    }

    /* Even-odd over all rings, so that a courtyard is outside. */
    contains(i, u, v) {
      const { xy, start, ring, box } = this, q = 4 * i;
      if (u < box[q] || u > box[q + 2] || v < box[q + 1] || v > box[q + 3]) return false;
      let inside = false;
      for (let r = ring[i]; r < ring[i + 1]; r++) {
        for (let a = start[r], end = start[r + 1], b = end - 1; a < end; b = a++) {
          const ya = xy[2 * a + 1], yb = xy[2 * b + 1];
          if ((ya > v) !== (yb > v) && u < (xy[2 * b] - xy[2 * a]) * (v - ya) / (yb - ya) + xy[2 * a]) inside = !inside;
        }
      }
      return inside;
    }

    at(u, v) {
      for (let i = 0; i < this.n; i++) if (this.contains(i, u, v)) return i;
      return -1;
    }
  }

  class TileSource {
    constructor(manifest, early) {
      this.hashes = manifest.tiles;
      this.early = early || {};
      this.pending = new Map();
      this.ready = new Map();
      this.named = new Map();
      this.index = new Map();
      this.unindexed = [];
    }

    get(x, y) {
      const key = x + '_' + y;
      const known = this.hashes[key];
      if (!known) return Promise.resolve(null);
      if (!this.pending.has(key)) {
        const raw = this.early[known[0]] || fetch('/tiles/' + known[0]).then((answer) => answer.arrayBuffer());
        this.pending.set(key, raw.then((buffer) => this.keep(key, new Tile(x, y, buffer))));
      }
      return this.pending.get(key);
    }

    keep(key, tile) {
      tile.key = key;
      this.ready.set(key, tile);
      this.unindexed.push(tile);
      return tile;
    }

    peek(x, y) { return this.ready.get(x + '_' + y); }

    /* Codes and labels of a tile's buildings, in its order; fetched when first needed. */
    names(tile) {
      if (!this.named.has(tile.key)) {
        const hash = this.hashes[tile.key][1];
        this.named.set(tile.key, fetch('/names/' + hash).then((a) => a.json()).then((rows) => (tile.names = rows)));
      }
      return this.named.get(tile.key);
    }

    /* ord -> [tile, place in it]; built when first asked, never before the first paint. */
    where(ord) {
      for (const tile of this.unindexed.splice(0)) {
        for (let i = 0; i < tile.n; i++) {
          const found = this.index.get(tile.ords[i]);
          if (found) found.push([tile, i]); else this.index.set(tile.ords[i], [[tile, i]]);
        }
      }
      return this.index.get(ord) || [];
    }

    /* Everything, for a search by code: a link names a building that may lie outside the view. */
    all() {
      return Promise.all(Object.keys(this.hashes).map((key) => this.get(...key.split('_').map(Number))));
    }
  }

  Object.assign(S, { Tile, TileSource, TILE_ZOOM: ZOOM, TILE_EXTENT: EXTENT });
})(window.shiyou);
