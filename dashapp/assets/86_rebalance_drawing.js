/* The drawing of a cut: cells tinted by part, buildings with number and households, in metres with y downwards on
   the screen. Drags, boxes and keys become wishes (`hands`); it knows no plan but the parts it is told to paint. */
(function (S) {
  const { node } = S, { tint, letter } = S.parts;
  const DRAG_FROM_PX = 4, LABEL_PX = 12, WIDE_LABEL_PX = 14, WIDE_PX = 900, ZOOM_MOST = 12, ROOM_M = 12, SMALL_HOUSES = 150;
  const LOCK = 'M-3 -1V-3a3 3 0 0 1 6 0v2h1v6h-8v-6zM-1.7 -1h3.4V-3a1.7 1.7 0 0 0 -3.4 0z';
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let drawings = 0;

  const path = (rings) => rings.map((ring) => 'M' + ring.map(([x, y]) => `${x} ${-y}`).join('L') + 'z').join('');

  function boundsOf(rings) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      for (const [x, y] of ring) {
        box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], -y);
        box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], -y);
      }
    }
    return box;
  }

  function extent(cut) {
    const [a, b, c, d] = boundsOf([...cut.units.map((unit) => unit.cell), ...cut.buildings.flatMap((one) => one.rings), ...cut.compounds.flatMap((one) => one.rings)]);
    return [a - ROOM_M, b - ROOM_M, c - a + 2 * ROOM_M, d - b + 2 * ROOM_M];
  }

  const shortName = (label) => (label.match(/(\d+[A-Za-z]?)\D*$/) || [null, label])[1];
  S.shortName = shortName;

  /* A small picture of a whole cut with a letter on each part, for the proposals' cards. */
  S.thumbnail = function (model, assign, parts) {
    const { cut } = model, box = extent(cut), unit = Math.max(box[2] / 150, box[3] / 100);
    const svg = node('svg:svg', { viewBox: box.join(' '), class: 'rb-thumb', 'aria-hidden': 'true' });
    const cells = Array.from({ length: parts }, () => []), houses = Array.from({ length: parts }, () => []);
    cut.units.forEach((one, i) => cells[assign[i]].push(one.cell));
    // Many buildings in a small picture are but a grey.
    if (cut.buildings.length <= SMALL_HOUSES) cut.buildings.forEach((one, b) => { if (model.ofBuilding[b].length) houses[assign[model.ofBuilding[b][0]]].push(...one.rings); });
    const ground = node('svg:g', { opacity: 0.5 });
    cells.forEach((rings, part) => ground.append(node('svg:path', { d: path(rings), fill: tint(part)[0], stroke: tint(part)[0], 'stroke-width': unit })));
    svg.append(ground, ...houses.map((rings, part) => node('svg:path', { d: path(rings), fill: tint(part)[0], stroke: tint(part)[1], 'stroke-width': 0.7 * unit })));
    svg.append(...cut.compounds.map((one) => node('svg:path', { d: path(one.rings), fill: 'none', stroke: '#14181E', 'stroke-width': unit })));
    for (let part = 0; part < parts; part++) {
      const members = cut.units.filter((_, i) => assign[i] === part), all = S.parts.sum(members.map((one) => one.hh)) || 1;
      if (!members.length) continue;
      const x = S.parts.sum(members.map((one) => one.at[0] * one.hh)) / all, y = -S.parts.sum(members.map((one) => one.at[1] * one.hh)) / all;
      svg.append(
        node('svg:circle', { cx: x, cy: y, r: 8.5 * unit, fill: tint(part)[1], stroke: '#fff', 'stroke-width': 1.2 * unit }),
        node('svg:text', { x, y: y + 3.4 * unit, 'font-size': 9.5 * unit, 'text-anchor': 'middle', fill: '#fff', 'font-weight': 600 }, letter(part)),
      );
    }
    return svg;
  };

  /* hands: { part(unit), editable(), byEntrance(), moveable(b), try(units, part, at), drop(units, part), choose(bs, add),
     lock(b), assign(part), parts(), tell(text) } */
  S.cutDrawing = function (model, hands) {
    const { cut, ofBuilding } = model, own = ++drawings, home = extent(cut);
    let view = [...home], focused = null, chosen = new Set(), locked = new Set(), drag = null, scale = 1;
    const cells = cut.units.map((unit, i) => node('svg:path', { d: path([unit.cell]), 'data-unit': i, 'stroke-width': 1.2 }));
    const clips = node('svg:defs');
    const shapes = cut.buildings.map((one, b) => node('svg:g', { 'data-building': b, class: 'rb-house' }));
    const texts = cut.buildings.map(() => node('svg:text', { class: 'rb-label', 'text-anchor': 'middle' }));
    const middles = cut.buildings.map((one) => { const [a, b, c, d] = boundsOf(one.rings); return [(a + c) / 2, (b + d) / 2, c - a, d - b]; });
    // How thick a building is whichever way it lies: what a line of text needs.
    const depths = cut.buildings.map((one, b) => (one.rings.length ? S.parts.area(one.rings[0]) / Math.hypot(middles[b][2], middles[b][3]) : 0));
    const ghosts = node('svg:g', { class: 'rb-ghost' }), marks = node('svg:g', { class: 'rb-marks' });
    const doors = node('svg:g', { class: 'rb-doors' });
    const box = node('svg:rect', { class: 'rb-box', hidden: true });
    const svg = node(
      'svg:svg', { class: 'rb-canvas', tabindex: 0, role: 'application', 'aria-label': S.word('Drawing of the cut'), preserveAspectRatio: 'xMidYMid meet' },
      clips, node('svg:g', { class: 'rb-cells' }, cells),
      node('svg:g', { class: 'rb-streets' }, cut.paths.map((line) => node('svg:polyline', { points: line.map(([x, y]) => `${x},${-y}`).join(' ') }))),
      node('svg:g', { class: 'rb-compounds' }, cut.compounds.map((one) => node('svg:path', { d: path(one.rings) }))),
      node('svg:g', {}, shapes), node('svg:g', {}, texts), doors, marks, ghosts, box,
    );

    cut.buildings.forEach((one, b) => {
      shapes[b].append(...pieces(b).map(({ unit, clip }) => node('svg:path', { d: path(one.rings), 'data-of': unit, ...(clip ? { 'clip-path': `url(#${clip})` } : {}) })));
      shapes[b].append(node('svg:path', { d: path(one.rings), class: 'rb-outline' }), node('svg:title'));
    });

    /* A building is painted by its first entrance, then by each further one within that one's cell. */
    function pieces(b) {
      return ofBuilding[b].map((unit, i) => {
        if (!i) return { unit };
        const clip = `rb-${own}-${unit}`;
        clips.append(node('svg:clipPath', { id: clip }, node('svg:path', { d: path([cut.units[unit].cell]) })));
        return { unit, clip };
      });
    }

    const fill = (element, colour) => { if (element.getAttribute('fill') !== colour) element.setAttribute('fill', colour); };

    function paint() {
      cells.forEach((cell, i) => { const [pale] = tint(hands.part(i)); fill(cell, pale); if (cell.getAttribute('stroke') !== pale) cell.setAttribute('stroke', pale); });
      shapes.forEach((shape, b) => {
        for (const piece of shape.querySelectorAll('[data-of]')) fill(piece, tint(hands.part(+piece.dataset.of))[0]);
        shape.classList.toggle('chosen', chosen.has(b));
        shape.lastChild.textContent = say(b);
      });
      paintMarks();
      paintLabels();
    }

    function say(b) {
      const letters = [...new Set(ofBuilding[b].map((i) => letter(hands.part(i))))].sort().join(' ');
      return `${S.word('No. {number}', { number: shortName(cut.buildings[b].label) })} · ${S.word('{n} hh', { n: model.households(ofBuilding[b]) })} · ${letters}${locked.has(b) ? ' · ' + S.word('locked') : ''}`;
    }

    function paintMarks() {
      const unit = 1 / scale, parts = [];
      for (const b of locked) {
        const [x, y, w, h] = middles[b];
        parts.push(node('svg:g', { transform: `translate(${x + w / 2} ${y - h / 2}) scale(${unit * 1.15})` }, node('svg:circle', { r: 8, class: 'rb-disc' }), node('svg:path', { d: LOCK })));
      }
      if (focused !== null && document.activeElement === svg) {
        const [x, y, w, h] = middles[focused], room = 5 * unit;
        parts.push(node('svg:rect', { class: 'rb-focus', x: x - w / 2 - room, y: y - h / 2 - room, width: w + 2 * room, height: h + 2 * room }));
      }
      marks.replaceChildren(...parts);
      doors.replaceChildren(...(hands.byEntrance() ? cut.units.flatMap((one, i) => (ofBuilding[one.b].length < 2 ? [] : [
        node('svg:circle', { cx: one.at[0], cy: -one.at[1], r: 8 * unit, fill: tint(hands.part(i))[1], 'data-unit': i, class: 'rb-door' }),
        node('svg:text', { x: one.at[0], y: -one.at[1] + 3.6 * unit, 'font-size': 10 * unit, 'text-anchor': 'middle', fill: '#fff' }, shortName(String(one.no))),
      ])) : []));
    }

    /* Number and households where they fit, the number alone where only that fits, nothing where neither does. */
    function paintLabels() {
      const size = (svg.clientWidth > WIDE_PX ? WIDE_LABEL_PX : LABEL_PX) / scale, wide = (text) => text.length * 0.6 * size;
      texts.forEach((text, b) => {
        const [x, y, w] = middles[b], name = shortName(cut.buildings[b].label), hh = String(model.households(ofBuilding[b]));
        const letters = [...new Set(ofBuilding[b].map((i) => letter(hands.part(i))))].sort().join('');
        const shown = depths[b] < 0.72 * size || w < wide(name) ? 0 : w < wide(name + hh) + 0.8 * size ? 1 : 2, key = `${shown}${size}${letters}`;
        if (text.dataset.key === key) return;
        text.dataset.key = key;
        text.setAttribute('x', x); text.setAttribute('y', y + 0.36 * size); text.setAttribute('font-size', size);
        text.replaceChildren(...(shown ? [name, ...(shown === 2 ? [node('svg:tspan', { class: 'rb-hh' }, ` ${hh}`)] : []), node('svg:tspan', { class: 'rb-paper' }, ` ${letters}`)] : []));
      });
    }

    // -- the view
    function look() {
      svg.setAttribute('viewBox', view.join(' '));
      const { width, height } = svg.getBoundingClientRect();
      scale = Math.min(width / view[2], height / view[3]) || 1;
    }
    function zoom(factor, at) {
      const wide = Math.min(home[2], Math.max(home[2] / ZOOM_MOST, view[2] / factor)), by = wide / view[2];
      const [x, y] = at || [view[0] + view[2] / 2, view[1] + view[3] / 2];
      view = [x - (x - view[0]) * by, y - (y - view[1]) * by, view[2] * by, view[3] * by];
      again();
    }
    function again() { look(); paintMarks(); paintLabels(); }
    const sizes = new ResizeObserver(() => { if (svg.isConnected) again(); });
    sizes.observe(svg);

    function place(event) {
      const matrix = svg.getScreenCTM().inverse();
      return [matrix.a * event.clientX + matrix.e, matrix.d * event.clientY + matrix.f];
    }

    function under(event) {
      const hit = document.elementsFromPoint(event.clientX, event.clientY).filter((one) => svg.contains(one));
      const house = hit.map((one) => one.closest('[data-building]')).find(Boolean), unit = hit.find((one) => one.dataset.unit);
      return { building: house ? +house.dataset.building : null, unit: unit ? +unit.dataset.unit : null };
    }

    // -- the pointer
    svg.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      const { building, unit } = under(event), from = [event.clientX, event.clientY], at = place(event);
      const grab = building === null ? null : hands.byEntrance() && unit !== null && cut.units[unit].b === building ? [unit] : ofBuilding[building];
      const kind = event.shiftKey ? 'box' : grab ? 'move' : 'pan';
      drag = { kind, from, at, building, grab, view: [...view], begun: false, shift: event.shiftKey, id: event.pointerId };
      if (building !== null) focused = building;
    });

    svg.addEventListener('pointermove', (event) => {
      if (!drag) return;
      if (!drag.begun && Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) < DRAG_FROM_PX) return;
      if (!drag.begun) begin();
      steps[drag.kind](event);
    });

    function begin() {
      drag.begun = true;
      svg.setPointerCapture(drag.id);
      if (drag.kind !== 'move') return;
      // A building that belongs to a selection takes the selection along.
      if (chosen.has(drag.building) && !hands.byEntrance()) drag.grab = [...chosen].flatMap((b) => ofBuilding[b]);
      if (!hands.editable() || drag.grab.some((i) => locked.has(cut.units[i].b))) { drag.kind = 'pan'; return; }
      const buildings = [...new Set(drag.grab.map((i) => cut.units[i].b))];
      drag.lifted = buildings;
      for (const b of buildings) shapes[b].classList.add('lifted');
      ghosts.replaceChildren(...buildings.map((b) => node('svg:path', { d: path(cut.buildings[b].rings) })), ...buildings.map((b) => texts[b].cloneNode(true)));
    }

    const steps = {
      move(event) {
        const [x, y] = place(event), target = under(event).unit;
        ghosts.setAttribute('transform', `translate(${x - drag.at[0]} ${y - drag.at[1]})`);
        drag.part = target === null ? null : hands.part(target);
        const colour = drag.part === null ? '#fff' : tint(drag.part)[0];
        for (const ghost of ghosts.querySelectorAll('path')) fill(ghost, colour);
        hands.try(drag.grab, drag.part, [event.clientX, event.clientY]);
      },
      box(event) {
        const [x, y] = place(event), [a, b] = drag.at;
        drag.rect = [Math.min(a, x), Math.min(b, y), Math.abs(x - a), Math.abs(y - b)];
        ['x', 'y', 'width', 'height'].forEach((name, i) => box.setAttribute(name, drag.rect[i]));
        box.removeAttribute('hidden');
      },
      pan(event) {
        view = [drag.view[0] - (event.clientX - drag.from[0]) / scale, drag.view[1] - (event.clientY - drag.from[1]) / scale, view[2], view[3]];
        svg.setAttribute('viewBox', view.join(' '));
      },
    };

    function finish(done) {
      const { kind, begun, building, grab, part, rect, lifted, shift } = drag;
      drag = null;
      box.setAttribute('hidden', '');
      ghosts.replaceChildren();
      for (const b of lifted || []) shapes[b].classList.remove('lifted');
      hands.try(null);
      if (!done) return;
      if (kind === 'move' && begun) { if (part !== null && part !== undefined) hands.drop(grab, part); }
      else if (kind === 'box' && begun) hands.choose(middles.flatMap(([x, y], b) => (x > rect[0] && x < rect[0] + rect[2] && y > rect[1] && y < rect[1] + rect[3] ? [b] : [])), false);
      else if (!begun) hands.choose(building === null ? [] : [building], shift);
    }
    svg.addEventListener('pointerup', () => { if (drag) finish(true); });
    svg.addEventListener('pointercancel', () => { if (drag) finish(false); });
    svg.addEventListener('dblclick', (event) => { const { building } = under(event); if (building !== null) hands.lock(building); });
    svg.addEventListener('wheel', (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? 1.25 : 0.8, place(event)); }, { passive: false });

    // -- the keyboard
    function step([dx, dy]) {
      if (focused === null) return 0;
      const [x, y] = middles[focused];
      let best = focused, cost = Infinity;
      middles.forEach(([a, b], other) => {
        const along = (a - x) * dx + (b - y) * dy, aside = Math.abs((a - x) * dy) + Math.abs((b - y) * dx);
        if (other !== focused && along > 0 && along + 2.5 * aside < cost) { cost = along + 2.5 * aside; best = other; }
      });
      return best;
    }

    svg.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const part = event.key.length === 1 ? event.key.toUpperCase().charCodeAt(0) - 65 : -1;
      if (ARROWS[event.key]) { focused = step(ARROWS[event.key]); if (event.shiftKey) hands.choose([focused], true); paintMarks(); hands.tell(say(focused)); }
      else if (event.key === ' ' && focused !== null) hands.choose([focused], true);
      else if (event.key === 'Escape' && drag) finish(false);
      else if (event.key === 'Escape' && chosen.size) hands.choose([], false);
      else if (part >= 0 && part < hands.parts()) hands.assign(part, focused);
      else if ((event.key === 'l' || event.key === 'L') && focused !== null) hands.lock(focused);
      else if (event.key === '+' || event.key === '=') zoom(1.25);
      else if (event.key === '-') zoom(0.8);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    svg.addEventListener('focus', () => { if (focused === null && cut.buildings.length) focused = 0; paintMarks(); });
    svg.addEventListener('blur', paintMarks);

    return {
      svg, paint,
      setChosen(next) { chosen = next; paint(); },
      setLocked(next) { locked = next; paint(); },
      zoom, whole() { view = [...home]; again(); },
      show() { look(); paint(); },
      /* Where the middle of a building is on the screen; tests drag from there. */
      where(b) { const m = svg.getScreenCTM(), [x, y] = middles[b]; return [m.a * x + m.e, m.d * y + m.f]; },
      close() { sizes.disconnect(); },
    };
  };
})(window.shiyou);
