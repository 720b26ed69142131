/* Owns the address bar, what is chosen, and the building layer's life on its dl.LayerGroup. The server sees
   only the store "selection"; the view never moves but by the user's own wish. */
(function (S) {
  const L = window.L;
  const early = window.shiyouEarly;
  const KEPT = ['mode', 'building', 'area', 'tab', 'view', 'grid', 'period', 'status'];
  const TICK_MS = 2000;
  const TOUCH_MS = 200;
  const OUTSIDE = 'outside';
  const PANEL_FIRST_MS = 500;
  let layer = null;
  let place = { epoch: -1, rev: -1 };
  let version = null;
  let chosenOrd = null;
  const changes = { tick: 0, touched: 0, 'sizes-due': 0 };
  const due = {};

  const url = () => new URL(location.href);
  const chosen = () => Object.fromEntries(KEPT.map((key) => [key, url().searchParams.get(key)]));

  // -- the address
  function write(change, push) {
    const next = url();
    for (const key in change) {
      if (change[key]) next.searchParams.set(key, change[key]); else next.searchParams.delete(key);
    }
    if (next.href === location.href) return false;
    if (push) history.pushState({}, '', next); else history.replaceState(history.state, '', next);
    return true;
  }

  /* Browsers count address changes: one when the map rests, not one a frame. */
  let resting = null;
  function writeViewSoon() { clearTimeout(resting); resting = setTimeout(writeView, 150); }

  function writeView() {
    const centre = S.map.getCenter();
    write({ z: String(S.map.getZoom()), lat: centre.lat.toFixed(6), lon: centre.lng.toFixed(6) }, false);
  }

  function readView() {
    const query = url().searchParams, z = +query.get('z'), lat = +query.get('lat'), lon = +query.get('lon');
    if (!z || !isFinite(lat) || !isFinite(lon)) return false;
    S.map.setView([lat, lon], z, { animate: false });
    return true;
  }

  // -- what is chosen
  let roomOf = null;
  async function tellServer() {
    const now = chosen();
    S.sizes.enter(now.mode);
    await S.viewReady(now.view);
    dash_clientside.set_props('selection', { data: now });
    tellModule(now);
    if (now.building !== roomOf) S.closeRoom();
    roomOf = now.building;
    document.body.classList.toggle('has-building', Boolean(now.building));
    if (now.building) await panelShown(now);
    if (same(now, chosen())) dash_clientside.set_props('place', { data: now });
  }

  /* The modules beside the map hear of their own place only: a click on a building is none of their business. */
  let within = 'null';
  function tellModule({ mode, area }) {
    const place = mode ? { mode, area } : null, told = JSON.stringify(place);
    if (told !== within) dash_clientside.set_props('module-place', { data: place });
    within = told;
  }

  const same = (one, other) => KEPT.every((key) => one[key] === other[key]);

  /* Resolves when the panel of what is chosen stands, or has taken too long for the tree to wait for it. */
  let watcher = null;
  function panelShown(now) {
    const panel = document.querySelector('[data-testid=building-panel]'), from = performance.now();
    if (watcher) watcher.disconnect();
    return new Promise((done) => {
      setTimeout(done, PANEL_FIRST_MS);
      watcher = new MutationObserver(() => {
        const shown = panel.querySelector('[data-code]');
        if (!shown || (shown.dataset.code !== now.building && shown.dataset.code !== 'none')) return;
        if (shown.dataset.tabOpen && shown.dataset.tabOpen !== (now.tab || 'households')) return;
        watcher.disconnect();
        S.mark('panel-shown', { code: shown.dataset.code, from }, done);
      });
      watcher.observe(panel, { childList: true, subtree: true, attributes: true });
    });
  }

  function choose(change) {
    if (write(change, true)) { tellServer(); showChosen(); }
  }

  async function chooseOrd(ord) {
    if (ord === null || ord === undefined) return;
    const code = await codeOf(ord);
    // Outside the reader's area a building has no code here: the panel says so.
    if (code !== null) choose({ building: code || OUTSIDE, tab: null, grid: null });
  }

  async function codeOf(ord) {
    const [found] = layer.source.where(ord);
    if (!found) return null;
    const names = await layer.source.names(found[0]);
    return names[found[1]][0];
  }

  /* Find the building a link names: in the tiles at hand first, then in all of them. */
  async function ordOf(code) {
    for (const search of [() => [...layer.source.ready.values()], () => layer.source.all()]) {
      for (const tile of await search()) {
        if (!tile) continue;
        const names = await layer.source.names(tile), i = names.findIndex((row) => row[0] === code);
        if (i >= 0) return tile.ords[i];
      }
    }
    return null;
  }

  async function showChosen() {
    const code = chosen().building;
    if (!layer) return;
    chosenOrd = code ? await ordOf(code) : null;
    if (code === chosen().building) layer.setSelected(chosenOrd);
    S.legend.show(chosen().status);
  }

  // -- statuses
  async function fetchStatus() {
    const status = await early.readStatus();
    place = { epoch: status.epoch, rev: status.rev };
    return status;
  }

  let fetching = null;
  function refetch() {
    fetching = fetching || Promise.all([fetchStatus(), early.readManifest()]).then(([status, manifest]) => {
      // Another map, from an import: the address holds what is on the screen.
      if (manifest.version !== version) { location.reload(); return; }
      layer.setStatus(status);
      S.sizes.refresh();
      changed([chosenOrd]);
      S.mark('refetched', place);
    }).finally(() => { fetching = null; });
    return fetching;
  }

  function onFeed(message) {
    if (message.kind === 'state') { S.showFeedState(message); return; }
    if (!layer) return;
    if (message.kind === 'reset' || message.epoch !== place.epoch) { refetch(); return; }
    if (message.kind === 'hello') { if (message.rev > place.rev) refetch(); return; }
    if (message.prev > place.rev) { refetch(); return; }
    if (message.rev <= place.rev) return;
    if (!layer.patch(message.pairs)) { location.reload(); return; }
    place.rev = message.rev;
    const ords = message.pairs.map((pair) => pair[0]);
    if (ords.length) changed(ords);
    S.mark('delta-painted', { rev: message.rev, ords });
  }

  /* After a change: legend at once, the open building's panel soon, areas and tree at most every two seconds. */
  function changed(ords) {
    S.legend.count();
    S.areas.refresh();
    S.hover.forget();
    soon('tick', TICK_MS);
    if (chosen().mode === 'grids') soon('sizes-due', TICK_MS);
    if (ords.includes(chosenOrd)) soon('touched', TOUCH_MS);
  }

  function soon(store, wait) {
    if (due[store]) return;
    due[store] = setTimeout(async () => {
      await visible();
      due[store] = null;
      dash_clientside.set_props(store, { data: ++changes[store] });
    }, wait);
  }

  /* A tab nobody looks at asks for nothing until somebody does. */
  function visible() {
    if (!document.hidden) return Promise.resolve();
    return new Promise((done) => document.addEventListener('visibilitychange', done, { once: true }));
  }

  // -- the layer's life
  async function attach(event) {
    const group = event.target;
    if (layer) { group.addLayer(layer); return; }
    S.map = group._map;
    S.map.getContainer().setAttribute('tabindex', '0');
    S.areas.begin();
    S.feed.listen(onFeed);
    const [manifest, status] = await Promise.all([early.manifest, early.status]);
    version = manifest.version;
    const linked = readView();
    if (!linked) firstView(manifest);
    place = { epoch: status.epoch, rev: status.rev };
    layer = S.layer = new S.BuildingLayer(new S.TileSource(manifest, early.tiles), status, { pane: 'buildings' });
    const painted = () => S.mark('map-painted', { zoom: S.map.getZoom() }, giveAreas);
    if (S.map.getZoom() < layer.options.minZoom) painted(); else layer.once('load', painted);
    group.addLayer(layer);
    S.legend.begin(layer);
    S.hover.begin(layer);
    S.feed.hello();
    S.map.on('click', (click) => chooseOrd(layer.hit(click.latlng)));
    S.map.on('moveend', writeViewSoon);
    window.addEventListener('popstate', () => { readView(); tellServer(); showChosen(); });
    showChosen();
    if (chosen().building || chosen().area || chosen().mode) tellServer();
    if (!linked && chosen().building) goToBuilding(chosen().building);
  }

  /* The areas come after the buildings, one layer a frame: together they would hold the page up. */
  async function giveAreas() {
    const layers = S.told().layers;
    for (const id in layers) {
      dash_clientside.set_props(id, { url: layers[id] });
      await new Promise(S.afterFrame);
    }
  }

  function firstView(manifest) {
    const bounds = S.told().bounds || manifest.bounds;
    if (!bounds) return;
    const [west, south, east, north] = bounds;
    S.map.fitBounds([[south, west], [north, east]], { animate: false, paddingTopLeft: [S.legend.room(), 0] });
    if (S.map.getZoom() < 14 && Object.keys(manifest.tiles).length) S.map.setZoom(Math.max(S.map.getZoom(), 13), { animate: false });
  }

  // -- going somewhere: tree, breadcrumb, search
  async function go(target, fit) {
    const [kind, code] = [target.slice(0, target.indexOf(':')), target.slice(target.indexOf(':') + 1)];
    if (kind === 'building') {
      choose({ building: code, area: null, tab: null, grid: null });
      if (fit) await goToBuilding(code);
      return;
    }
    choose({ area: code, building: null, tab: null, grid: null });
    const bounds = S.areas.bounds(code);
    if (bounds) S.map.fitBounds(bounds, { animate: false, maxZoom: 17 });
  }

  /* A link that names a building and no view opens there. */
  async function goToBuilding(code) {
    const ord = await ordOf(code);
    if (ord !== null) S.map.setView(layer.centre(ord), Math.max(S.map.getZoom(), 17), { animate: false });
  }

  async function nextOverdue(step) {
    const late = [];
    layer.flags.forEach((flags, ord) => { if (flags & 1) late.push(ord); });
    if (!late.length) return;
    const at = late.indexOf(chosenOrd);
    const ord = late[(at + step + late.length) % late.length];
    if (!layer.centre(ord)) await layer.source.all();
    S.map.panTo(layer.centre(ord), { animate: false });
    chooseOrd(ord);
  }

  Object.assign(S, {
    choose, go, chosen, nextOverdue,
    /* Another module on the same map: what was chosen in the one before is left there. */
    enter: (mode) => choose({ mode: mode === 'map' ? null : mode, building: null, area: null, tab: null, grid: null }),
    writeFilter: (status) => write({ status }, true),
    chooseUnderCross: () => chooseOrd(layer.hit(S.map.getCenter())),
    home() { const [w, s, e, n] = S.told().bounds; S.map.fitBounds([[s, w], [n, e]], { animate: false, paddingTopLeft: [S.legend.room(), 0] }); },
    state: () => ({ ...place, selected: chosenOrd }),
  });
  window.dashExtensions = Object.assign(window.dashExtensions || {}, {
    shiyou: Object.assign((window.dashExtensions || {}).shiyou || {}, { attach }),
  });
})(window.shiyou);
