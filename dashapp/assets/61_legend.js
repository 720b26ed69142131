/* The legend: counts from the status bytes, rows that filter. The filter stands in the address. */
(function (S) {
  let layer = null;
  const host = () => document.querySelector('[data-testid=legend]');
  const active = () => new Set((S.chosen().status || '').split(',').filter(Boolean));

  function count() {
    if (!host() || !layer) return;
    const fills = new Map();
    layer.fills.forEach((fill) => fills.set(fill, (fills.get(fill) || 0) + 1));
    let total = 0;
    for (const row of host().querySelectorAll('[data-fill]')) {
      const n = fills.get(+row.dataset.fill) || 0;
      total += n;
      row.querySelector('.count').textContent = n;
      if (row.dataset.filter === 'unlisted') row.hidden = n === 0;
    }
    for (const row of host().querySelectorAll('[data-flag]')) {
      const bit = +row.dataset.flag;
      row.querySelector('.count').textContent = layer.flags.reduce((n, flags) => n + (flags & bit ? 1 : 0), 0);
    }
    host().querySelector('[data-total]').textContent = S.word('{n} buildings', { n: total });
  }

  /* Classes are alternatives, marks are conditions: any chosen class and every chosen mark. */
  function predicate(codes) {
    if (!codes.size) return null;
    const fills = new Set(), bits = [];
    for (const row of host().querySelectorAll('[data-filter]')) {
      if (!codes.has(row.dataset.filter)) continue;
      if (row.dataset.fill) fills.add(+row.dataset.fill); else bits.push(+row.dataset.flag);
    }
    return (ord) => (!fills.size || fills.has(layer.fills[ord])) && bits.every((bit) => layer.flags[ord] & bit);
  }

  function show() {
    if (!host() || !layer) return;
    const codes = active();
    for (const row of host().querySelectorAll('[data-filter]')) row.setAttribute('aria-pressed', codes.has(row.dataset.filter));
    layer.setFilter(predicate(codes));
    sayHits();
  }

  /* How many buildings pass the filter in view, and how many elsewhere: an empty map is no empty street. */
  function sayHits() {
    const line = host().querySelector('.hits');
    if (layer.shown === null) { line.textContent = ''; return; }
    const seen = new Set();
    for (const ord of layer.inView()) if (layer.shown(ord)) seen.add(ord);
    let all = 0;
    layer.fills.forEach((_fill, ord) => { if (layer.shown(ord)) all++; });
    line.textContent = S.word('{n} in view, {others} elsewhere', { n: seen.size, others: all - seen.size });
  }

  function toggle(code) {
    const codes = active();
    if (codes.has(code)) codes.delete(code); else codes.add(code);
    S.writeFilter([...codes].join(','));
    show();
  }

  S.legend = {
    begin(buildings) {
      layer = buildings;
      if (window.innerWidth < 600) host().open = false; // on a phone the map comes first
      count();
      show();
      S.map.on('moveend', sayHits);
    },
    count, show, toggle,
    // How much of the map's left side it covers.
    room: () => (host() && host().open && window.innerWidth >= 600 ? host().offsetWidth + 10 : 0),
    clear() { S.writeFilter(null); show(); },
    rows: () => [...host().querySelectorAll('[data-fill]')],
  };
})(window.shiyou);
