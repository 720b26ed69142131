/* The tip beside the building under the pointer, and what a screen reader hears under the cross. */
(function (S) {
  const ASIDE_PX = 26;
  const WAIT_MS = 90;
  let layer = null;
  let tip = null;
  let timer = null;
  const cards = new Map();

  /* Out of scope there is nothing to ask for: such a building's byte is 0. */
  async function card(ord) {
    if (!layer.fills[ord]) return null;
    if (!cards.has(ord)) cards.set(ord, fetch('/card/' + ord).then((a) => (a.ok ? a.json() : null)));
    return cards.get(ord);
  }

  function line(text, name) {
    const row = document.createElement('div');
    if (name) row.className = name;
    row.textContent = text;
    return row;
  }

  function fill(found) {
    tip.replaceChildren();
    if (!found) { tip.append(line(S.word('Outside your area'))); return; }
    tip.append(line(`${found.compound} ${found.name}`.trim(), 'title'));
    const status = line(''), look = S.told().palette, swatch = document.createElement('span');
    swatch.className = 'swatch';
    swatch.style.backgroundColor = look.fill[found.fill] || 'transparent';
    const share = found.n ? ` ${(100 * found.resolved / found.n).toFixed(1)}%` : '';
    status.append(swatch, `${S.word('status ' + look.codes[found.fill])}${share} · n = ${found.n}`);
    tip.append(status);
    if (found.overdue) {
      const since = found.oldest_due_on ? ' · ' + S.word('earliest {day}', { day: found.oldest_due_on.slice(5) }) : '';
      tip.append(line(S.word('Late {n}', { n: found.overdue }) + since, 'late'));
    }
  }

  function placeTip(ord) {
    const bounds = layer.bounds(ord);
    if (!bounds) return;
    const frame = S.map.getSize(), east = S.map.latLngToContainerPoint(bounds.getNorthEast());
    const west = S.map.latLngToContainerPoint(bounds.getSouthWest());
    const left = east.x + ASIDE_PX + tip.offsetWidth < frame.x ? east.x + ASIDE_PX : west.x - ASIDE_PX - tip.offsetWidth;
    const top = Math.min(Math.max(8, east.y - 12), frame.y - tip.offsetHeight - 8);
    tip.style.transform = `translate(${Math.max(8, left)}px, ${top}px)`;
  }

  async function show(ord) {
    const found = await card(ord);
    if (layer.hovered !== ord) return;
    fill(found);
    tip.hidden = false;
    placeTip(ord);
  }

  function move(event) {
    const ord = layer.hit(event.latlng);
    S.map.getContainer().style.cursor = ord === null ? '' : 'pointer';
    if (ord === layer.hovered) return;
    layer.setHovered(ord);
    clearTimeout(timer);
    tip.hidden = true;
    if (ord !== null) timer = setTimeout(() => show(ord), WAIT_MS);
  }

  async function readUnderCross() {
    if (document.activeElement !== S.map.getContainer()) return;
    const ord = layer.hit(S.map.getCenter()), voice = document.getElementById('map-voice');
    if (ord === null) { voice.textContent = S.word('No building here'); return; }
    const found = await card(ord), look = S.told().palette;
    voice.textContent = found ? `${found.compound} ${found.name}, ${S.word('status ' + look.codes[found.fill])}` : S.word('Outside your area');
  }

  S.hover = {
    begin(buildings) {
      layer = buildings;
      tip = document.createElement('div');
      tip.className = 'tip';
      tip.hidden = true;
      const voice = document.createElement('div');
      voice.id = 'map-voice';
      voice.className = 'unseen';
      voice.setAttribute('aria-live', 'polite');
      const cross = document.createElement('div');
      cross.className = 'cross';
      S.map.getContainer().parentElement.append(tip, voice, cross);
      S.map.on('mousemove', move);
      S.map.on('mouseout movestart', () => { layer.setHovered(null); tip.hidden = true; clearTimeout(timer); });
      S.map.on('moveend', readUnderCross);
      S.map.getContainer().addEventListener('focus', readUnderCross);
    },
    forget() { cards.clear(); },
    hide() { if (tip) tip.hidden = true; },
  };
})(window.shiyou);
