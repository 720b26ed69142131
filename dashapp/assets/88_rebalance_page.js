/* The workspace of one place: proposals, the drawing, figures before and after, warnings, and what is done about
   them. It is drawn from data-cut; what a hand has changed stays when better proposals arrive. */
(function (S) {
  const { node, count } = S, { tint, letter, sum } = S.parts;
  const word = (...given) => S.word(...given);
  const fill = (slot, ...children) => slot.replaceChildren(...children.flat().filter(Boolean));
  const households = (n) => word('{n} hh', { n: count(n) });
  const SHARE = (part, all) => (all ? `${(100 * part / all).toFixed(1)}%` : '—');
  const OPEN_STATES = ['draft', 'proposed', 'approved', 'rejected'];
  const BAR_FROM = 0.75, BAR_TO = 1.2; // of the band's ends: what a row's bar shows
  let work = null;
  S.cutAtHand = () => work;

  // -- what is on the table
  function open(given) {
    const { cut, plan } = given, at = plan && cut ? cut.units.map((unit) => plan.assignment[unit.id] ?? 0) : null;
    const first = cut && cut.plans.length ? cut.plans[0] : null;
    work = {
      given, cut, model: cut && S.cutModel(cut), undone: [], locked: new Set(), chosen: new Set(), byDoor: false,
      base: at ? -1 : 0, filed: at, assign: at || (first ? [...first.assignment] : cut ? cut.units.map(() => 0) : []),
      parts: at ? Math.max(...at) + 1 : cut ? cut.parts : 0,
      band: cut ? cut.band : [0, 0], day: plan ? plan.day : given.day, reason: plan ? plan.reason || '' : '',
      plan, last: null, trial: null, said: null, job: null, columns: 'people',
    };
    work.saved = plan && JSON.stringify([at, [plan.lower, plan.upper], plan.day, plan.reason || '']);
  }

  /* The same place again: new proposals, or another band. A hand's plan stays if it has as many parts. */
  function again(given) {
    const { cut } = given, before = work;
    const byHand = before.cut && cut && before.base < 0 && cut.units.length === before.cut.units.length;
    open(given);
    if (byHand && before.parts <= cut.parts) {
      Object.assign(work, { base: -1, assign: before.assign, undone: before.undone });
    } else if (cut && cut.plans[before.base]) take(before.base);
    Object.assign(work, { day: before.day, reason: before.reason, columns: before.columns, byDoor: before.byDoor });
    if (cut && before.cut && cut.buildings.length === before.cut.buildings.length) work.locked = before.locked;
  }

  function take(i) {
    work.base = i;
    work.assign = [...work.cut.plans[i].assignment];
    work.parts = work.cut.parts;
  }

  const mark = () => JSON.stringify([work.assign, work.band, work.day, work.reason]);
  const dirty = () => work.saved !== mark();
  const acts = () => (inHand() ? work.plan.acts : work.given.mayDraft ? ['save', 'propose'] : []);
  /* Who may keep nothing may still try; but what is to be decided on stands as it was filed. */
  const editable = () => Boolean(work.cut) && (acts().includes('save') || (!work.given.mayDraft && !inHand()));
  const inHand = () => Boolean(work.plan) && OPEN_STATES.includes(work.plan.state);
  const asFiled = () => work.base < 0 && !dirty();

  // -- changes by hand, each with its way back
  function move(units, part) {
    const changed = units.filter((i) => work.assign[i] !== part && !work.locked.has(work.cut.units[i].b));
    if (!changed.length || !editable()) return;
    work.undone.push({ assign: [...work.assign], base: work.base, parts: work.parts });
    work.last = { units: changed, part, before: [...work.assign] };
    work.assign = [...work.assign];
    for (const i of changed) work.assign[i] = part;
    work.base = -1;
    tell(`${names(changed)} → ${letter(part)}: ${change(changed, part, work.last.before).map((one) => one.text).join('; ')}`);
    refresh();
  }

  function undo() {
    const before = work && work.undone.pop();
    if (!before) return;
    Object.assign(work, before, { last: null });
    tell(word('Undone'));
    refresh();
  }

  function choosePlan(i) {
    if (i === work.base || (i < 0 && !work.filed)) return;
    work.undone.push({ assign: work.assign, base: work.base, parts: work.parts });
    if (i >= 0) take(i); else Object.assign(work, { base: -1, assign: [...work.filed], parts: Math.max(...work.filed) + 1 });
    work.last = null;
    refresh();
  }

  function choose(buildings, add) {
    const next = add ? new Set(work.chosen) : new Set();
    for (const b of buildings) if (add && next.has(b)) next.delete(b); else next.add(b);
    work.chosen = next;
    drawing.setChosen(next);
    drawSelection();
    drawWarnings();
  }

  function lock(b) {
    if (!editable()) return;
    if (work.locked.has(b)) work.locked.delete(b); else work.locked.add(b);
    drawing.setLocked(work.locked);
    tell(word(work.locked.has(b) ? '{name} locked' : '{name} unlocked', { name: names(work.model.ofBuilding[b]) }));
    drawSelection(); drawChecks(); drawTitle();
  }

  function assignTo(part, focused) {
    const buildings = work.chosen.size ? [...work.chosen] : focused === null || focused === undefined ? [] : [focused];
    move(buildings.flatMap((b) => work.model.ofBuilding[b]), part);
  }

  // -- words about units
  function names(units) {
    const { cut, model } = work, buildings = [...new Set(units.map((i) => cut.units[i].b))];
    const whole = buildings.every((b) => model.ofBuilding[b].every((i) => units.includes(i)));
    if (!whole) return word('doors {numbers} of No. {number}', { numbers: units.map((i) => S.shortName(String(cut.units[i].no))).join(word(', ')), number: S.shortName(cut.buildings[buildings[0]].label) });
    const few = buildings.slice(0, 6).map((b) => S.shortName(cut.buildings[b].label)).join(word(', '));
    return buildings.length > 6 ? word('No. {number} and {n} more', { number: few, n: buildings.length - 6 }) : word('No. {number}', { number: few });
  }

  const figuresOf = (assign) => work.model.figures(assign, work.parts);

  /* What happens to each part that a move touches: a line of text and whether it keeps the rules. */
  function change(units, part, assign = work.assign) {
    const next = [...assign];
    for (const i of units) next[i] = part;
    const before = figuresOf(assign).parts, after = figuresOf(next).parts, faults = work.model.faults(after, work.band);
    return [...new Set([part, ...units.map((i) => assign[i])])].map((own) => {
      const broken = faults.filter((one) => one.part === own);
      const told = broken.length ? broken.map(faultWord).join(word(', ')) : word('within the band');
      return { text: `${letter(own)} ${count(before[own].hh)} → ${count(after[own].hh)} ${told}`, bad: broken.length > 0, own, hh: after[own].hh, broken };
    });
  }

  const FAULT = { over: '{n} over the upper end', under: '{n} under the lower end', pieces: 'in {n} pieces' };
  const faultWord = (fault) => word(FAULT[fault.kind], { n: count(fault.by) });

  /* Of the buildings that would break a rule, one that may go alone. */
  function oneThatMay(units, part) {
    const buildings = [...new Set(units.map((i) => work.cut.units[i].b))];
    if (buildings.length < 2) return null;
    return buildings.map((b) => work.model.ofBuilding[b]).find((own) => change(own, part).every((one) => !one.bad)) || null;
  }

  // -- the page: its parts are made once, then filled anew
  let root = null, slots = {}, inputs = {}, drawing = null;

  function build() {
    const slot = (name, tag = 'div', attributes = {}) => (slots[name] = node(tag, { class: `rb-${name}`, ...attributes }));
    slots = {};
    root = node(
      'div', { class: 'rebalance', 'data-testid': 'rebalance' },
      slot('bar', 'header'),
      node('div', { class: 'rb-title' }, slot('heading'), node('span', { class: 'space' }), fields()), slot('cards'),
      node('div', { class: 'rb-body' },
        slot('canvas-card', 'section', { 'aria-label': word('Drawing of the cut') }),
        node('aside', { class: 'rb-side' }, slot('table', 'section', { class: 'rb-card rb-table' }), slot('warnings'), slot('force', 'section', { class: 'rb-card rb-force' }), slot('checks', 'section', { class: 'rb-card rb-checks' }), slot('staff', 'section', { class: 'rb-card rb-staff' }))),
      slot('live', 'p', { class: 'rb-live unseen', 'aria-live': 'polite' }),
      slot('tip', 'div', { class: 'rb-tip', hidden: true }),
      slot('sign', 'div'),
    );
  }

  function drawAll() {
    if (drawing) drawing.close();
    drawing = null;
    for (const name in slots) slots[name].replaceChildren();
    drawBar();
    drawTitle();
    if (!work.cut) { root.classList.add('empty-cut'); return; }
    root.classList.remove('empty-cut');
    drawing = S.cutDrawing(work.model, {
      part: (i) => work.assign[i], parts: () => work.parts, editable, byEntrance: () => work.byDoor,
      try: showTip, drop: move, choose, lock, assign: assignTo, tell,
    });
    slots['canvas-card'].append(drawing.svg, slots.selection = node('div', { class: 'rb-selection' }), slots.legend = node('div', { class: 'rb-legend' }), tools(), button(word('Show drawing'), () => { root.classList.add('drawing-shown'); drawing.show(); }, { class: 'rb-show' }), node('p', { class: 'rb-hint' }, word('Drag a building to another grid · Shift paints a box · double-click locks')));
    drawing.setLocked(work.locked);
    drawing.setChosen(work.chosen);
    drawSign();
    refresh();
    requestAnimationFrame(() => drawing && drawing.show());
  }

  /* Everything that follows from the parts; the drawing repaints what changed. */
  function refresh() {
    const from = performance.now();
    work.figures = figuresOf(work.assign);
    work.faults = work.model.faults(work.figures.parts, work.band);
    drawing.paint();
    drawTable(); drawWarnings(); drawForce(); drawChecks(); drawStaff(); drawCards(); drawSelection(); drawLegend(); drawBar(); drawTitle();
    S.mark('cut-figures', { ms: performance.now() - from });
  }

  const button = (text, act, more = {}) => node('button', { type: 'button', class: 'plain', click: act, ...more }, text);

  // -- the bar: where, what state, what can be done
  function drawBar() {
    const { cut, plan, given } = work, allowed = acts();
    const place = [button(word('Grids'), () => S.choose({ area: null }), { class: 'crumb' })];
    if (cut) {
      if (cut.level !== 'committee') place.push(node('span', { class: 'crumb' }, button(cut.committee.name, () => S.choose({ area: cut.committee.code }), { class: '' }), node('small', {}, households(cut.committee.households))));
      place.push(node('span', { class: 'crumb here' }, cut.name, node('small', {}, `${households(cut.households)} · ${word('{n} buildings', { n: count(cut.buildings.length) })}`)));
      if (cut.size && /oversize/.test(cut.size)) place.push(node('b', { class: 'rb-size' }, '▲ ', word(`size ${cut.size}`)));
    }
    const state = plan && node('span', { class: `rb-state ${plan.state}`, 'data-state': plan.state }, word(`plan ${plan.state}`), node('small', {}, [plan.author, plan.decidedBy && `→ ${plan.decidedBy}`].filter(Boolean).join(' ')));
    fill(
      slots.bar,
      node('nav', { class: 'rb-crumbs' }, place), node('span', { class: 'space' }), state || '',
      node('span', { class: 'rb-acts' },
        cut && allowed.includes('save') && button(word('Undo'), undo, { disabled: !work.undone.length, 'data-do': 'undo', title: 'Ctrl Z' }),
        cut && exportMenu(),
        cut && allowed.includes('save') && button(word('Save draft'), () => S.cutTalk.act('save'), { disabled: !dirty() || work.busy, 'data-do': 'save' }),
        allowed.includes('withdraw') && button(word('Withdraw'), () => S.cutTalk.act('withdraw'), { disabled: work.busy, 'data-do': 'withdraw' }),
        allowed.includes('reject') && button(word('Send back'), () => { work.sendingBack = true; drawTitle(); slots.heading.querySelector('[data-field=note]').focus(); }, { disabled: work.busy, 'data-do': 'reject' }),
        cut && allowed.includes('propose') && button(word('Propose'), () => S.cutTalk.act('propose'), { class: 'plain primary', disabled: work.busy, 'data-do': 'propose' }),
        allowed.includes('approve') && button(word('Approve'), () => S.cutTalk.act('approve'), { class: 'plain primary', disabled: work.busy || !asFiled(), 'data-do': 'approve' })),
    );
    slots.bar.classList.toggle('mine', given.mayDraft);
  }

  function exportMenu() {
    const item = (text, act, name) => button(text, () => { details.open = false; act(); }, { 'data-do': name });
    const details = node('details', { class: 'rb-menu' }, node('summary', { class: 'plain' }, word('Export')), node('div', {},
      item('GeoJSON', () => S.cutTalk.act('geojson'), 'geojson'), item('Excel (XLSX)', () => S.cutTalk.act('xlsx'), 'xlsx'), item(word('Print or PDF, to be signed'), () => window.print(), 'print')));
    return details;
  }

  // -- the title: how many, by which band, from when
  function drawTitle() {
    const { cut, given } = work;
    if (!cut) {
      slots.heading.replaceChildren(node('h1', {}, given.refused));
      return;
    }
    drawFields();
    const [lower, upper] = work.band.map(count), can = cut.counts.length > 0;
    const counts = cut.counts.length > 3 ? `${cut.counts[0]}–${cut.counts[cut.counts.length - 1]}` : cut.counts.join(word(', '));
    const say = can ? word(cut.counts.length === 1 ? '{hh} households by {lower}–{upper}: only {counts} possible' : '{hh} households by {lower}–{upper}: {counts} possible', { hh: count(cut.households), lower, upper, counts }) : given.told.join(' ');
    slots.heading.replaceChildren(
      node('h1', {}, can ? word('Cut into {n} grids', { n: work.parts }) : word('No cut within {lower}–{upper}', { lower, upper })),
      node('span', { class: 'rb-why', title: given.told.join(' ') }, say),
      ...(cut.counts.length > 1 && cut.counts.length <= 4 ? [node('span', { class: 'chips' }, cut.counts.map((n) => button(n, () => ask({ parts: n }), { class: n === cut.parts ? 'chip here' : 'chip', 'aria-pressed': String(n === cut.parts), title: word('Cut into {n} grids', { n }) })))] : []),
      ...(can ? [] : cut.ways.map(([a, b]) => button(word('Use {lower}–{upper}', { lower: count(a), upper: count(b) }), () => ask({ lower: a, upper: b }), { 'data-do': 'way' }))),
      ...(work.locked.size && editable() ? [button(word('Search anew around {n} locked', { n: work.locked.size }), () => ask({}), { 'data-do': 'resolve' })] : []),
      said(),
    );
  }

  /* The fields are made once: an answer that arrives while somebody types takes nothing from their hands. */
  function fields() {
    const field = (name, label, attributes, changed) => {
      inputs[name] = node('input', { 'data-field': name, change: changed, ...attributes });
      return node('label', { class: 'rb-field' }, node('span', {}, word(label)), inputs[name]);
    };
    const size = { type: 'number', min: 1, max: 99999, step: 50 };
    return [
      field('lower', 'Lower', size, () => ask({})), field('upper', 'Upper', size, () => ask({})),
      field('day', 'In force from', { type: 'date' }, () => { work.day = inputs.day.value; drawBar(); drawSign(); }),
    ];
  }

  function drawFields() {
    const values = { lower: work.band[0], upper: work.band[1], day: work.day };
    inputs.day.min = work.given.firstDay;
    for (const name in inputs) {
      inputs[name].disabled = !editable();
      if (document.activeElement !== inputs[name]) inputs[name].value = values[name];
    }
  }

  /* The one line of what goes on: a search that is still running, what was kept, what was refused. */
  function said() {
    const { job } = work;
    if (work.sendingBack) {
      const note = node('input', { type: 'text', maxlength: 400, 'data-field': 'note', placeholder: word('What is to be changed'), 'aria-label': word('What is to be changed') });
      const back = () => { work.sendingBack = false; drawTitle(); };
      return node('form', { class: 'rb-said running', submit: (event) => { event.preventDefault(); work.sendingBack = false; S.cutTalk.act('reject', note.value); } }, note, node('button', { class: 'plain', 'data-do': 'send-back' }, word('Send back')), button(word('Clear note'), back));
    }
    if (job) return node('span', { class: 'rb-said running' }, node('progress', { max: 1, value: job.share }), word('Looking for better ones'), button(word('Stop, use these'), () => S.cutTalk.stop(), { class: 'plain', 'data-do': 'stop' }));
    return node('span', { class: `rb-said${work.said && work.said.bad ? ' bad' : ''}`, role: 'status' }, work.said ? work.said.text : '');
  }

  function ask(change) {
    const band = [change.lower || +inputs.lower.value, change.upper || +inputs.upper.value];
    if (!(band[0] > 0 && band[0] <= band[1])) { work.said = { text: word('The lower end must not be above the upper end.'), bad: true }; drawTitle(); return; }
    work.band = band;
    S.cutTalk.ask({ lower: band[0], upper: band[1], parts: change.parts || null });
  }

  // -- the proposals
  function drawCards() {
    const { cut, given } = work;
    const all = cut.plans.map((plan, i) => ({ i, key: `${given.number}-${i}`, assign: plan.assignment, title: word('Proposal {n} · {name}', { n: word(`ordinal ${i + 1}`), name: word(`preset ${plan.preset}`) }), plan }));
    const own = work.base < 0 ? work.assign : work.filed;
    const title = word(work.base < 0 && dirty() ? 'By hand' : 'Plan on file');
    if (own) all.push({ i: -1, key: `${title} ${own}`, assign: own, title });
    const kept = new Map([...slots.cards.children].map((card) => [card.dataset.key, card]));
    slots.cards.replaceChildren(...all.map((one) => {
      const here = one.i === work.base, card = kept.get(one.key) || cardOf(one);
      card.classList.toggle('here', here);
      card.setAttribute('aria-pressed', String(here));
      return card;
    }));
    slots.cards.classList.toggle('four', all.length > 3);
  }

  function cardOf({ i, key, assign, title, plan }) {
    const parts = Math.max(work.parts, ...assign.map((part) => part + 1)), figures = work.model.figures(assign, parts);
    const faults = work.model.faults(figures.parts, work.band);
    const rows = [
      ['Households', figures.parts.length > 4 ? `${count(Math.min(...figures.parts.map((p) => p.hh)))} – ${count(Math.max(...figures.parts.map((p) => p.hh)))}` : figures.parts.map((part) => part.hh).join(' / '), faults.length > 0],
      ['Change hands', households(figures.moved)], ['Boundary', word('{n} m', { n: count(figures.boundary) })], ['Task spread', word('{n} items', { n: figures.spread })],
    ];
    return node('button', { type: 'button', class: 'rb-proposal', 'data-key': key, 'data-plan': i, click: () => choosePlan(i) },
      S.thumbnail(work.model, assign, parts),
      node('div', {}, node('div', { class: 'rb-name' }, node('b', {}, title), node('span', { class: 'rb-viewing' }, word('Viewing'))),
        node('dl', {}, rows.flatMap(([name, value, bad]) => [node('dt', {}, word(name)), node('dd', { class: bad ? 'late' : '' }, value)])),
        plan && plan.proven ? node('small', { class: 'rb-proven' }, word('proven best')) : null));
  }

  // -- figures before and after
  function drawTable() {
    const { cut, figures, model } = work, [lower, upper] = work.band;
    const num = (value, kind) => node('td', { class: `num ${kind}` }, value);
    const cells = (own, buildings) => [
      num(buildings, 'people'), num(count(own.persons), 'people'), num(count(own.tasks), 'people'),
      num(count(own.boundary), 'shape'), num(own.compact.toFixed(2), 'shape'), num(own.moved === undefined ? '—' : count(own.moved), 'shape'),
    ];
    const size = (hh) => { const kind = S.parts.sizeWord(hh, work.band); return node('td', { class: /over|under/.test(kind) ? 'late' : 'quiet' }, word(kind)); };
    const head = (text, kind) => node('th', { class: `num ${kind}` }, word(text));
    const group = (text) => node('tr', { class: 'group' }, node('td', { colspan: 9 }, word(text)));
    const before = cut.now.map((grid, i) => ({ grid, own: model.now[i] }));
    slots.table.replaceChildren(node('table', { 'data-columns': work.columns },
      node('thead', {}, node('tr', {}, node('th', {}, word('Grid')), node('th', { class: 'num' }, word('hh')), node('th', {}, `${count(lower)} – ${count(upper)}`),
        head('bldgs', 'people'), head('Persons', 'people'), head('Open', 'people'), head('Boundary m', 'shape'), head('Compactness', 'shape'), head('Changes hands', 'shape'))),
      node('tbody', {}, group('Before'),
        before.map(({ grid, own }) => node('tr', {}, node('td', {}, word('Was {name}', { name: grid.name })), node('td', { class: 'num' }, node('b', {}, count(own.hh))), size(own.hh), cells(own, own.buildings))),
        group('After'),
        figures.parts.map((own, part) => node('tr', { 'data-part': part }, node('td', {}, swatch(part), node('b', {}, partName(part))), node('td', { class: 'num' }, node('b', { class: own.hh < lower || own.hh > upper ? 'late' : '' }, count(own.hh))), node('td', {}, bar(own.hh)), cells(own, own.buildings)))),
      node('tfoot', {}, node('tr', {}, node('td', {}, word('Total')), node('td', { class: 'num' }, count(cut.households)), node('td', {}),
        num(cut.buildings.length, 'people'), num(count(cut.persons), 'people'), num(count(cut.tasks), 'people'), num(count(figures.boundary), 'shape'), num('', 'shape'), num(count(figures.moved), 'shape')))),
    node('div', { class: 'rb-columns chips', role: 'group' }, [['people', 'Who lives there'], ['shape', 'Shape and change']].map(([name, text]) => button(word(text), () => { work.columns = name; drawTable(); }, { class: name === work.columns ? 'chip here' : 'chip', 'aria-pressed': String(name === work.columns) }))));
  }

  const swatch = (part) => node('span', { class: 'swatch', style: { backgroundColor: tint(part)[0] } });
  const partName = (part) => {
    const { plan } = work, code = plan && plan.codes && plan.codes[part];
    return code ? `${letter(part)} ${code}` : word('New {letter}', { letter: letter(part) });
  };

  function bar(hh) {
    const [lower, upper] = work.band, from = lower * BAR_FROM, to = upper * BAR_TO, at = (value) => `${Math.max(0, Math.min(100, 100 * (value - from) / (to - from))).toFixed(1)}%`;
    return node('span', { class: 'rb-gauge' }, node('span', { class: 'band', style: { left: at(lower), right: `calc(100% - ${at(upper)})` } }), node('span', { class: 'at', style: { left: at(hh) } }));
  }

  // -- warnings: a trial first, else what the plan breaks now
  function drawWarnings() {
    const { trial, faults, cut } = work, lines = [];
    const last = trial || (faults.length && work.last ? work.last : null);
    if (last) {
      const lead = word(trial ? 'Trying {name} ({hh}) to {letter}:' : 'Moved {name} ({hh}) to {letter}:', { name: names(last.units), hh: households(work.model.households(last.units)), letter: letter(last.part) });
      const told = change(last.units, last.part, last.before || work.assign);
      if (told.some((one) => one.bad)) {
        const may = trial ? oneThatMay(last.units, last.part) : null;
        lines.push(node('span', {}, node('b', {}, lead), ' ', told.filter((one) => one.bad).map((one) => word('{letter} comes to {hh}, {fault}', { letter: letter(one.own), hh: households(one.hh), fault: one.broken.map(faultWord).join(word(', ')) })).join(word('; ')), word('.'),
          ' ', may ? word('Only {name} ({hh}) may go; or widen the band and say why.', { name: names(may), hh: households(work.model.households(may)) }) : word('Take it back, or widen the band and say why.')));
      }
    }
    if (!lines.length && faults.length) lines.push(node('span', {}, node('b', {}, word('This cut breaks a rule:')), ' ', faults.map((one) => `${letter(one.part)} ${faultWord(one)}`).join(word('; ')), word('.')));
    const reason = faults.length || work.reason ? [node('label', { class: 'rb-reason' }, word('Reason'), node('textarea', { rows: 2, maxlength: 400, 'data-field': 'reason', disabled: !editable(), input: (event) => { work.reason = event.target.value; drawBar(); } }, work.reason))] : [];
    const typing = slots.warnings.contains(document.activeElement) && document.activeElement.matches('textarea');
    if (typing && reason.length) { const box = slots.warnings.querySelector('.rb-warning > div'); box.replaceChildren(...lines, slots.warnings.querySelector('.rb-reason')); slots.warnings.querySelector('textarea').focus(); return; }
    const { plan, given } = work, told = plan && plan.state === 'rejected' && plan.note ? [word('Sent back by {name}: {note}', { name: plan.decidedBy, note: plan.note })] : [];
    const info = [...told, ...(cut.counts.length ? [] : given.told)].map((text) => node('span', {}, text));
    slots.warnings.replaceChildren(...(lines.length || reason.length || info.length ? [node('div', { class: lines.length ? 'rb-warning' : 'rb-warning mild', role: 'status' }, node('i', { 'aria-hidden': 'true' }, '▲'), node('div', {}, lines, info, reason))] : []));
  }

  // -- what comes with the day
  function drawForce() {
    const { cut, figures, model } = work, ended = model.ended(work.assign, work.parts).map((grid) => grid.name);
    const each = (grids) => (grids ? count(cut.households / grids) : '—');
    const fact = (name, value) => node('div', {}, node('span', {}, word(name)), node('b', {}, value));
    fill(slots.force, 
      node('header', {}, node('h2', {}, word('Once in force')), node('span', { class: 'quiet' }, ended.length ? word('Codes {names} end, never used again', { names: ended.join(word(', ')) }) : word('No code ends'))),
      node('div', { class: 'rb-facts' }, fact('Change hands', `${households(figures.moved)} · ${SHARE(figures.moved, cut.households)}`), fact('Tasks handed over', word('{n} items', { n: count(figures.tasksMoved) })),
        fact('Served by one', `${each(cut.now.length)} → ${households(cut.households / work.parts)}`)));
  }

  function drawChecks() {
    const { cut, faults, base } = work, plan = base >= 0 ? cut.plans[base] : null;
    const broken = (kinds) => faults.some((one) => kinds.includes(one.kind));
    const check = (text, good) => node('span', { class: good ? 'good' : 'bad' }, node('i', { 'aria-hidden': 'true' }, good ? '✓' : '✗'), text);
    const proof = plan && plan.proven ? word('Proven: none better') : plan && typeof plan.gap === 'number' ? word('At most {n}% above a proven bound', { n: (100 * plan.gap).toFixed(1) }) : null;
    fill(slots.checks, node('h2', {}, word('Checks')),
      node('div', { class: 'rb-checklist' },
        check(word(broken(['pieces']) ? 'A grid lies in pieces' : 'Each of {n} grids in one piece', { n: work.parts }), !broken(['pieces'])), check(word('No door number is split'), true),
        check(word(broken(['over', 'under']) ? 'A grid is outside {lower}–{upper}' : 'All within {lower}–{upper}', { lower: count(work.band[0]), upper: count(work.band[1]) }), !broken(['over', 'under'])), check(word('Within one committee'), true)),
      node('p', { class: 'quiet' }, [word('{n} locked', { n: work.locked.size }), proof].filter(Boolean).join(' · ')),
      work.given.plans.length ? node('details', {}, node('summary', {}, word('{n} earlier plans', { n: work.given.plans.length })), node('ul', {}, work.given.plans.map((row) => node('li', {}, `${row.day} · ${word(`plan ${row.state}`)} · ${row.author}${row.note ? ` · ${row.note}` : ''}`)))) : null);
  }

  /* Who serves how many before, and a person to each new grid after; a full-time member is reckoned with 807. */
  function drawStaff() {
    const { given: { staff, member }, figures } = work, open = Boolean(slots.staff.querySelector('details[open]'));
    const num = (value) => node('td', { class: 'num' }, value);
    const row = (name, ...values) => node('tr', {}, node('td', {}, name), values.map((value) => num(count(value))), num((values[0] / member).toFixed(2)));
    const group = (text) => node('tr', { class: 'group' }, node('td', { colspan: 5 }, word(text)));
    fill(slots.staff, node('details', { open }, node('summary', {}, node('h2', {}, word('Per worker')), node('span', { class: 'quiet' }, word('{n} households for a full-time member', { n: member }))),
      node('table', {}, node('thead', {}, node('tr', {}, node('th', {}, word('Worker')), ['hh', 'Persons', 'Open'].map((text) => node('th', { class: 'num' }, word(text))), node('th', { class: 'num' }, `÷ ${member}`))),
        node('tbody', {}, group('Before'), staff.map((one) => row(one.name, one.households, one.persons, one.tasks)),
          group('After'), figures.parts.map((own, part) => row(node('span', {}, swatch(part), partName(part)), own.hh, own.persons, own.tasks))))));
  }

  // -- beside the drawing: what is chosen and where it may go
  function drawSelection() {
    const { chosen, model, cut } = work, buildings = [...chosen], units = buildings.flatMap((b) => model.ofBuilding[b]);
    const single = buildings.length === 1 ? buildings[0] : null, doors = single === null ? [] : model.ofBuilding[single];
    const to = (members, part, name) => button(letter(part), () => move(members, part), {
      class: 'rb-to', 'data-to': part, 'aria-label': word('{name} to {letter}', { name, letter: letter(part) }), 'aria-pressed': String(members.every((i) => work.assign[i] === part)), style: { backgroundColor: tint(part)[0] },
      pointerenter: () => trial(members, part), focus: () => trial(members, part), pointerleave: () => trial(null), blur: () => trial(null), disabled: !editable(),
    });
    const row = (members, name) => node('div', { class: 'rb-line' }, node('span', {}, name, node('small', {}, households(model.households(members)))), node('span', { class: 'rb-letters' }, Array.from({ length: work.parts }, (_, part) => to(members, part, name))));
    slots.selection.hidden = !buildings.length;
    slots.selection.replaceChildren(...(buildings.length ? [
      row(units, names(units)),
      ...(doors.length > 1 ? doors.map((i) => row([i], word('entrance {number}', { number: cut.units[i].no }))) : []),
      node('div', { class: 'rb-line' }, button(word(buildings.every((b) => work.locked.has(b)) ? 'Unlock' : 'Lock'), () => { const all = buildings.every((b) => work.locked.has(b)); for (const b of buildings) if (work.locked.has(b) === all) lock(b); }, { 'data-do': 'lock', disabled: !editable() }), button(word('Clear'), () => choose([], false))),
    ] : []));
  }

  function trial(units, part) {
    work.trial = units && units.some((i) => work.assign[i] !== part) ? { units, part } : null;
    drawWarnings();
  }

  function drawLegend() {
    slots.legend.replaceChildren(...Array.from({ length: work.parts }, (_, part) => node('span', {}, swatch(part), partName(part))), node('span', { class: 'quiet' }, word('building no. and households')));
  }

  function tools() {
    const tool = (sign, title, act) => node('button', { type: 'button', title: word(title), 'aria-label': word(title), click: act }, sign);
    const byDoor = node('button', { type: 'button', class: 'rb-by-door', 'aria-pressed': 'false', title: word('Move single entrances'), 'data-do': 'by-door', click: () => { work.byDoor = !work.byDoor; byDoor.setAttribute('aria-pressed', String(work.byDoor)); drawing.paint(); } }, word('By entrance'));
    byDoor.setAttribute('aria-pressed', String(work.byDoor));
    return node('div', { class: 'rb-tools' }, byDoor, tool('+', 'Zoom in', () => drawing.zoom(1.4)), tool('−', 'Zoom out', () => drawing.zoom(1 / 1.4)), tool('⌂', 'Whole area', () => drawing.whole()), node('button', { type: 'button', class: 'rb-back', click: () => root.classList.remove('drawing-shown') }, word('Show figures')));
  }

  // -- the tip at the pointer while something is dragged
  function showTip(units, part, at) {
    const { tip } = slots;
    if (!units || part === null || units.every((i) => work.assign[i] === part)) { tip.hidden = true; if (work.trial) trial(null); return; }
    const from = performance.now(), key = `${units[0]}>${part}`;
    if (tip.dataset.key !== key || tip.hidden) {
      const sources = [...new Set(units.map((i) => letter(work.assign[i])))].join(' ');
      tip.dataset.key = key;
      tip.replaceChildren(node('b', {}, `${names(units)} ${households(work.model.households(units))}: ${sources} → ${letter(part)}`), ...change(units, part).map((one) => node('span', { class: one.bad ? 'bad' : 'good' }, one.text)));
      work.trial = change(units, part).some((one) => one.bad) ? { units, part } : null;
      drawWarnings();
      tip.hidden = false;
      S.mark('cut-dragged', { ms: performance.now() - from });
    }
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${at[0] + 26 + width > innerWidth ? at[0] - 26 - width : at[0] + 26}px`;
    tip.style.top = `${at[1] + 20 + height > innerHeight ? at[1] - 20 - height : at[1] + 20}px`;
  }

  function tell(text) { slots.live.textContent = text; }

  // -- paper
  function drawSign() {
    const line = (text) => node('span', {}, word(text), node('i', {}));
    slots.sign.replaceChildren(node('p', {}, `${word('In force from')} ${work.day} · ${word('Internal use')}`), node('div', {}, line('Drawn up by'), line('Approved by'), line('Date')));
  }

  // -- the life of the page
  S.cutPage = { drawBar: () => drawBar(), drawTitle: () => drawTitle(), open, undo, mark, drawAll: () => drawAll() };

  S.drawn('cut', (_host, value) => {
    const given = JSON.parse(value);
    Object.assign(S.told().words, given.words);
    const same = work && root && work.given.area === given.area;
    if (!root) build();
    if (same && work.cut) again(given); else open(given);
    root.classList.remove('waiting');
    drawAll();
    S.cutTalk.arrived(given);
    S.mark('cut-shown', { area: given.area });
    return [root];
  });

  const shown = () => root && root.isConnected && work;
  S.drawn('said', (_host, value) => { if (shown()) S.cutTalk.heard(JSON.parse(value)); return []; });

  document.addEventListener('keydown', (event) => {
    if (!shown()) return;
    const control = event.ctrlKey || event.metaKey, typing = event.target.matches('input, textarea, select');
    if (control && event.key === 'p') { event.preventDefault(); event.stopImmediatePropagation(); window.print(); }
    else if (control && event.key === 'z' && !typing) { event.preventDefault(); undo(); }
    else if (!typing && !control && event.key.length === 1 && event.key !== '/' && event.key !== '?' && !event.target.closest('.rb-canvas')) event.stopImmediatePropagation();
  }, true);
})(window.shiyou);
