/* Areas and ground on the map: how dl.GeoJSON layers look at each zoom, their names, their statuses. */
(function (S) {
  const L = window.L;
  const DISTRICT = {
    1: { color: '#1B9E77', dashArray: null, ink: '#0F6B50' },
    2: { color: '#7570B3', dashArray: '9 5', ink: '#544F91' },
    3: { color: '#D95F02', dashArray: '2 4', ink: '#9A4400' },
  };
  const GROUND = {
    park: { fill: true, fillColor: '#E6EFE1', fillOpacity: 1, stroke: false },
    water: { fill: true, fillColor: '#D9E6EE', fillOpacity: 1, stroke: false },
    other: { fill: true, fillColor: '#EEEEEB', fillOpacity: 1, stroke: false },
    street: { color: '#FFFFFF', weight: 5, opacity: 1 },
    footpath: { color: '#DADAD2', weight: 1.2 },
    station: { stroke: false, fill: false },
  };
  const PATHS_FROM = 16;
  const layers = {};
  let statuses = {};
  let theme = null; // other classes than coverage: code -> colour

  const zoom = () => (S.map ? S.map.getZoom() : 14);
  const fillOf = (code) => {
    const status = statuses[code];
    return status ? S.told().palette.fill[status[0]] : null;
  };

  const styles = {
    ground(feature) {
      const style = GROUND[feature.properties.kind] || { stroke: false, fill: false };
      return style === GROUND.footpath ? { ...style, opacity: zoom() >= PATHS_FROM ? 1 : 0 } : style;
    },
    compounds(feature) {
      const code = feature.properties.code, coloured = theme ? theme[code] : zoom() <= 15 && fillOf(code);
      return {
        color: '#A7ADA9', weight: 1, opacity: zoom() >= 14 ? 1 : 0, fill: zoom() >= 14,
        fillColor: coloured || '#F4F4F1', fillOpacity: coloured ? 0.35 : 1,
      };
    },
    committees(feature) {
      const coloured = !theme && zoom() < 14 && fillOf(feature.properties.code);
      return {
        color: '#5E6770', weight: 1.2, dashArray: '2 4', opacity: 1,
        fill: Boolean(coloured), fillColor: coloured || null, fillOpacity: 0.8,
      };
    },
    districts(feature) {
      const line = DISTRICT[feature.properties.number] || DISTRICT[1];
      return { color: line.color, weight: 3, dashArray: line.dashArray, opacity: 1, fill: false };
    },
  };

  function restyle() {
    for (const kind in layers) layers[kind].setStyle(styles[kind]);
    nameAreas();
  }

  /* Names: districts and committees far out, compounds near; never two on the same spot. */
  let names = null;
  function nameAreas() {
    if (!names) names = L.layerGroup().addTo(S.map);
    names.clearLayers();
    const taken = [];
    const z = zoom();
    const wanted = [['districts', z <= 15], ['committees', z >= 13 && z <= 15], ['compounds', z >= 16], ['ground', z >= 15]];
    for (const [kind, shown] of wanted) {
      if (shown && layers[kind]) layers[kind].eachLayer((layer) => nameOne(kind, layer, taken));
    }
  }

  const LAND_NAMES_FROM = 17;
  function nameOne(kind, layer, taken) {
    const { properties, geometry } = layer.feature;
    if (!properties.name) return;
    if (['park', 'other'].includes(properties.kind) && zoom() < LAND_NAMES_FROM) return;
    const [lon, lat] = properties.at;
    const at = L.latLng(kind === 'compounds' ? northOf(geometry, lon, lat) : lat, lon);
    if (!S.map.getBounds().pad(0.3).contains(at)) return;
    const p = S.map.latLngToLayerPoint(at), half = properties.name.length * 7 + 4;
    if (taken.some((t) => Math.abs(t.x - p.x) < half + t.half && Math.abs(t.y - p.y) < 18)) return;
    taken.push({ x: p.x, y: p.y, half });
    const ink = kind === 'districts' ? `color:${(DISTRICT[properties.number] || DISTRICT[1]).ink}` : '';
    const icon = document.createElement('span');
    icon.textContent = properties.name;
    icon.style.cssText = ink;
    names.addLayer(L.marker(at, {
      interactive: false, keyboard: false, pane: 'names',
      icon: L.divIcon({ className: 'area-name ' + kind + ' ' + properties.kind, html: icon, iconSize: [0, 0] }),
    }));
  }

  /* Where an outline's northern edge crosses a meridian: a compound's name stands there, off its buildings. */
  function northOf(geometry, lon, lat) {
    const parts = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    let north = lat;
    for (const [ring] of parts) {
      for (let i = 1; i < ring.length; i++) {
        const [[x0, y0], [x1, y1]] = [ring[i - 1], ring[i]];
        if ((x0 > lon) !== (x1 > lon)) north = Math.max(north, y0 + (y1 - y0) * (lon - x0) / (x1 - x0));
      }
    }
    return north;
  }

  async function fetchStatuses() {
    const answer = await fetch('/areas');
    if (!answer.ok) return;
    statuses = (await answer.json()).areas;
    restyle();
  }

  let soon = null;
  let restyling = null;
  let naming = null;
  S.areas = {
    /* Told by dl.GeoJSON when its layer stands on the map. */
    added(kind, layer) {
      layers[kind] = layer;
      if (!S.map || restyling) return;
      restyling = requestAnimationFrame(() => { restyling = null; restyle(); });
    },
    begin() {
      if (!S.map.getPane('names')) { S.map.createPane('names').style.zIndex = 620; S.map.getPane('names').style.pointerEvents = 'none'; }
      S.map.on('zoomend', restyle);
      S.map.on('moveend', () => { clearTimeout(naming); naming = setTimeout(nameAreas, 120); });
      fetchStatuses();
    },
    setTheme(colours) { theme = colours; if (S.map) restyle(); },
    refresh() { clearTimeout(soon); soon = setTimeout(fetchStatuses, 1000); },
    bounds(code) {
      for (const kind of ['compounds', 'committees', 'districts']) {
        let found = null;
        if (layers[kind]) layers[kind].eachLayer((layer) => { if (layer.feature.properties.code === code) found = layer.getBounds(); });
        if (found) return found;
      }
      return null;
    },
  };

  const given = {
    // A station is a name on the ground, no pin.
    point: (feature, at) => L.circleMarker(at, { radius: 0, stroke: false, fill: false, interactive: false }),
  };
  for (const kind in styles) {
    given['style_' + kind] = styles[kind];
    given['added_' + kind] = (event) => S.areas.added(kind, event.target);
  }
  window.dashExtensions = Object.assign(window.dashExtensions || {}, {
    shiyou: Object.assign((window.dashExtensions || {}).shiyou || {}, given),
  });
})(window.shiyou);
