/* The buildings: a canvas GridLayer over footprint tiles, coloured by one fill and one flag byte an ord.
   Owns what is painted; selection, filter and hover are set from outside. */
(function (S) {
  const L = window.L;
  const FADED = 0.13;
  const OUTLINES_FROM = 15;
  const BADGES_FROM = 15;
  const LABELS_FROM = 17;
  const SMALL_PX = 1.6;

  const BuildingLayer = L.GridLayer.extend({
    options: { tileSize: 256, updateWhenZooming: false, keepBuffer: 1, minZoom: 14, maxZoom: 20 },

    initialize(source, status, options) {
      L.GridLayer.prototype.initialize.call(this, options);
      this.source = source;
      this.fills = status.fills;
      this.flags = status.flags;
      this.look = S.told().palette;
      this.selected = null;
      this.hovered = null;
      this.shown = null; // predicate of ord, null shows all
      this.theme = null; // other classes than coverage: a fill byte an ord and how each looks
    },

    setStatus(status) { this.fills = status.fills; this.flags = status.flags; this.repaint(); },
    setFilter(shown) { this.shown = shown; this.repaint(); },
    setTheme(theme) { this.theme = theme; this.repaint(); },
    fillOf(ord) { return (this.theme || this).fills[ord] || 0; },
    looks() { return this.theme ? this.theme.look : this.look; },
    setSelected(ord) { const before = this.selected; this.selected = ord; this.repaintOf([before, ord]); },
    setHovered(ord) {
      if (ord === this.hovered) return;
      const before = this.hovered;
      this.hovered = ord;
      this.repaintOf([before, ord]);
    },

    /* Take a delta; false when it names a building the tiles do not know. */
    patch(pairs) {
      if (pairs.some(([ord]) => ord >= this.fills.length)) return false;
      for (const [ord, fill, flags] of pairs) { this.fills[ord] = fill; this.flags[ord] = flags; }
      this.repaintOf(pairs.map(([ord]) => ord));
      return true;
    },

    repaint() { for (const key in this._tiles) this.paintTile(this._tiles[key]); },

    repaintOf(ords) {
      const touched = [];
      for (const ord of ords) if (ord !== null && ord !== undefined) touched.push(...this.source.where(ord));
      for (const key in this._tiles) {
        const shown = this._tiles[key];
        if (shown.el.tile !== undefined && touched.some(([tile, i]) => this.overlaps(shown, tile, i))) this.paintTile(shown);
      }
    },

    /* Whether a building's box, with room for halo and badge, reaches into a canvas. */
    overlaps(shown, tile, i) {
      if (shown.el.tile !== tile) return false;
      const view = frame(shown.coords, tile, 256), { box } = tile, room = 24 / view.k;
      return box[4 * i] - room < view.x1 && box[4 * i + 2] + room > view.x0 &&
        box[4 * i + 1] - room < view.y1 && box[4 * i + 3] + room > view.y0;
    },

    createTile(coords, done) {
      const el = document.createElement('canvas');
      const ratio = window.devicePixelRatio || 1;
      el.width = el.height = 256 * ratio;
      el.style.width = el.style.height = '256px';
      const shift = coords.z - S.TILE_ZOOM;
      this.source.get(coords.x >> shift, coords.y >> shift).then((tile) => {
        el.tile = tile;
        this.paint(el, coords);
        done(null, el);
        if (tile && coords.z >= LABELS_FROM && !tile.names) {
          this.source.names(tile).then(() => this.paint(el, coords));
        }
      }, (error) => done(error, el));
      return el;
    },

    paintTile(shown) { if (shown.el.tile !== undefined) this.paint(shown.el, shown.coords); },

    paint(el, coords) {
      const ctx = el.getContext('2d');
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, el.width, el.height);
      if (!el.tile) return;
      const ratio = window.devicePixelRatio || 1;
      const view = frame(coords, el.tile, el.width);
      const seen = this.classes(el.tile, view, ratio);
      this.paintClasses(ctx, seen, coords.z, ratio);
      this.paintRings(ctx, el.tile, view, ratio);
      if (coords.z >= LABELS_FROM && el.tile.names) this.paintLabels(ctx, el.tile, view, seen.rows, ratio);
      if (coords.z >= BADGES_FROM && !this.theme) this.paintBadges(ctx, el.tile, view, seen.rows, ratio);
    },

    /* One path a fill and a side of the filter: a giant single path costs six times as much. */
    classes(tile, view, ratio) {
      const lit = {}, dim = {}, rows = [];
      const { selected } = this, shown = this.theme ? null : this.shown, { box, ords } = tile, small = SMALL_PX * ratio;
      const room = 8 * ratio / view.k; // a badge reaches over the edge of its building
      for (let i = 0; i < tile.n; i++) {
        const q = 4 * i, a = box[q], b = box[q + 1], c = box[q + 2], d = box[q + 3];
        if (c < view.x0 - room || a > view.x1 + room || d < view.y0 - room || b > view.y1 + room) continue;
        const ord = ords[i], fill = this.fillOf(ord);
        const side = shown === null || ord === selected || shown(ord) ? lit : dim;
        const path = side[fill] || (side[fill] = new Path2D());
        const w = (c - a) * view.k, h = (d - b) * view.k;
        if (w < small && h < small) path.rect(a * view.k + view.dx, b * view.k + view.dy, Math.max(w, 1), Math.max(h, 1));
        else trace(path, tile, i, view);
        if (side === lit) rows.push(i);
      }
      return { lit, dim, rows };
    },

    paintClasses(ctx, seen, zoom, ratio) {
      for (const [paths, alpha] of [[seen.dim, FADED], [seen.lit, 1]]) {
        ctx.globalAlpha = alpha;
        for (const fill in paths) this.paintClass(ctx, paths[fill], fill, zoom, ratio, alpha);
      }
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
    },

    paintClass(ctx, path, fill, zoom, ratio, alpha) {
      const colour = this.colourOf(fill);
      if (colour) { ctx.fillStyle = colour; ctx.fill(path, 'evenodd'); }
      this.fillHatch(ctx, path, fill, ratio);
      if (zoom < OUTLINES_FROM && colour && !S.printing) return;
      ctx.setLineDash(colour ? [] : [3 * ratio, 2 * ratio]);
      ctx.globalAlpha = alpha * 0.75;
      this.outline(ctx, path, this.look.outline, this.isDouble(fill) ? 3 * ratio : ratio);
      if (this.isDouble(fill)) this.outline(ctx, path, '#FFFFFF', ratio);
      ctx.globalAlpha = alpha;
    },

    outline(ctx, path, colour, width) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.stroke(path);
    },

    /* On paper classes are told without colour: by hatch, the verified by a double outline. */
    colourOf(fill) { const { fill: fills } = this.looks(); return S.printing && fills[fill] ? '#FFFFFF' : fills[fill]; },
    isDouble(fill) { return S.printing && this.looks().print[fill] === 'double'; },

    fillHatch(ctx, path, fill, ratio) {
      const pattern = S.hatch(ctx, S.printing ? this.looks().print[fill] : this.looks().hatch[fill], ratio);
      if (pattern) { ctx.fillStyle = pattern; ctx.fill(path, 'evenodd'); }
    },

    paintLabels(ctx, tile, view, rows, ratio) {
      ctx.font = `600 ${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      for (const i of rows) {
        const label = tile.names[i][1], q = 4 * i;
        const w = (tile.box[q + 2] - tile.box[q]) * view.k;
        if (!label || ctx.measureText(label).width + 4 * ratio > w) continue;
        const fill = this.fillOf(tile.ords[i]);
        ctx.fillStyle = S.printing ? '#111111' : this.looks().text[fill] || '#111111';
        ctx.fillText(label, (tile.box[q] + tile.box[q + 2]) / 2 * view.k + view.dx, (tile.box[q + 1] + tile.box[q + 3]) / 2 * view.k + view.dy);
      }
    },

    paintRings(ctx, tile, view, ratio) {
      for (const [ord, styles] of [[this.hovered, [['#0D1117', 1.6]]], [this.selected, [['#0D1117', 6], ['#FFFFFF', 3]]]]) {
        if (ord === null) continue;
        for (const [where, i] of this.source.where(ord)) {
          if (where !== tile) continue;
          const path = new Path2D();
          trace(path, tile, i, view);
          ctx.lineJoin = 'round';
          for (const [colour, width] of styles) { ctx.strokeStyle = colour; ctx.lineWidth = width * ratio; ctx.stroke(path); }
          if (ord === this.selected) this.fillAgain(ctx, path, ord, ratio);
        }
      }
    },

    /* The halo is drawn over the edge: put the fill back so that the class stays readable. */
    fillAgain(ctx, path, ord, ratio) {
      const fill = this.fillOf(ord), colour = this.colourOf(fill);
      if (colour) { ctx.fillStyle = colour; ctx.fill(path, 'evenodd'); }
      this.fillHatch(ctx, path, fill, ratio);
    },

    paintBadges(ctx, tile, view, rows, ratio) {
      for (const i of rows) {
        const flags = this.flags[tile.ords[i]] || 0;
        const badge = flags && this.look.badges.find((bit) => flags & bit);
        if (!badge) continue;
        const q = 4 * i;
        S.drawBadge(ctx, badge, tile.box[q + 2] * view.k + view.dx, tile.box[q + 1] * view.k + view.dy, ratio);
      }
    },

    hit(latlng) {
      const p = this._map.project(latlng, S.TILE_ZOOM).divideBy(256);
      const x = Math.floor(p.x), y = Math.floor(p.y), tile = this.source.peek(x, y);
      if (!tile || this._map.getZoom() < this.options.minZoom) return null;
      const i = tile.at((p.x - x) * S.TILE_EXTENT, (p.y - y) * S.TILE_EXTENT);
      return i < 0 ? null : tile.ords[i];
    },

    bounds(ord) {
      const found = this.source.where(ord)[0];
      if (!found) return null;
      const [tile, i] = found, q = 4 * i;
      const corner = (u, v) => this._map.unproject([(tile.x + u / S.TILE_EXTENT) * 256, (tile.y + v / S.TILE_EXTENT) * 256], S.TILE_ZOOM);
      return L.latLngBounds(corner(tile.box[q], tile.box[q + 1]), corner(tile.box[q + 2], tile.box[q + 3]));
    },

    /* The buildings whose box reaches into the view, of the tiles at hand. */
    * inView() {
      const at = (latlng) => this._map.project(latlng, S.TILE_ZOOM).divideBy(256), bounds = this._map.getBounds();
      const low = at(bounds.getNorthWest()), high = at(bounds.getSouthEast());
      for (const { x, y, n, ords, box } of this.source.ready.values()) {
        for (let i = 0, q = 0; i < n; i++, q += 4) {
          const inside = x + box[q + 2] / S.TILE_EXTENT > low.x && x + box[q] / S.TILE_EXTENT < high.x &&
            y + box[q + 3] / S.TILE_EXTENT > low.y && y + box[q + 1] / S.TILE_EXTENT < high.y;
          if (inside) yield ords[i];
        }
      }
    },

    centre(ord) { const bounds = this.bounds(ord); return bounds && bounds.getCenter(); },
  });

  /* Where a tile lies on a canvas: scale k and offset, and the part of the tile that the canvas shows. */
  function frame(coords, tile, width) {
    const scale = Math.pow(2, coords.z - S.TILE_ZOOM), k = scale * width / S.TILE_EXTENT;
    const dx = (tile.x * scale - coords.x) * width, dy = (tile.y * scale - coords.y) * width;
    return { k, dx, dy, x0: -dx / k, x1: (width - dx) / k, y0: -dy / k, y1: (width - dy) / k };
  }

  function trace(path, tile, i, view) {
    const { xy, start, ring } = tile, { k, dx, dy } = view;
    for (let r = ring[i]; r < ring[i + 1]; r++) {
      let j = start[r];
      const end = start[r + 1];
      path.moveTo(xy[2 * j] * k + dx, xy[2 * j + 1] * k + dy);
      for (j++; j < end; j++) path.lineTo(xy[2 * j] * k + dx, xy[2 * j + 1] * k + dy);
      path.closePath();
    }
  }

  S.BuildingLayer = BuildingLayer;
})(window.shiyou);
