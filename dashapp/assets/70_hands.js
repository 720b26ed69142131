/* Clicks and keys of the whole page, by delegation: data-go, data-tab, data-act, data-room, data-filter. */
(function (S) {
  const body = () => document.body.classList;
  const panelOpen = () => Boolean(S.chosen().building);

  const acts = {
    'zoom-in': () => S.map.zoomIn(),
    'zoom-out': () => S.map.zoomOut(),
    home: () => S.home(),
    areas: () => body().toggle('areas-open'),
    alone: () => foldBoth(),
    print: () => S.paper.print(),
    close: () => S.choose({ building: null, tab: null, grid: null }),
    'leave-area': () => S.choose({ area: null }),
    link: (button) => navigator.clipboard && navigator.clipboard.writeText(location.href).then(() => flash(button)),
    language: (button) => post('/language', { language: button.dataset.language }).then(() => location.reload()),
    'sign-out': () => post('/logout', {}).then(() => location.assign('/login')),
    'show-map': (button) => {
      const shown = body().toggle('map-shown');
      button.textContent = S.word(shown ? 'Show list' : 'Show map');
      S.map.invalidateSize({ animate: false });
    },
  };

  /* What changes something carries the session's token, as Dash's own requests do. */
  function post(path, fields) {
    const token = (document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/) || [])[1] || '';
    return fetch(path, {
      method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: { 'X-CSRFToken': token },
    });
  }

  function flash(button) {
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 1200);
  }

  const clicks = {
    module: (element, event) => { event.preventDefault(); S.enter(element.dataset.module); },
    go: (element) => { S.go(element.dataset.go, true); closeResults(); body().remove('areas-open'); },
    tab: (element) => S.choose({ tab: element.dataset.tab === 'households' ? null : element.dataset.tab }),
    grid: (element) => S.choose({ grid: element.dataset.grid }),
    period: (element) => S.choose({ period: element.dataset.period }),
    act: (element) => acts[element.dataset.act](element),
    filter: (element) => S.legend.toggle(element.dataset.filter),
    room: (element) => openRoom(+element.dataset.room),
  };

  let opened = null;
  function openRoom(dwelling) {
    opened = dwelling;
    dash_clientside.set_props('room', { data: dwelling });
    for (const row of document.querySelectorAll('[data-door]')) row.classList.toggle('here', +row.dataset.door === dwelling);
    S.matrix.select(dwelling);
  }
  S.openRoom = openRoom;
  S.closeRoom = () => { if (opened !== null) openRoom(null); };

  document.addEventListener('click', (event) => {
    for (const name in clicks) {
      const element = event.target.closest(`[data-${name}]`);
      if (element) { clicks[name](element, event); return; }
    }
    if (!event.target.closest('.search')) closeResults();
  });

  // -- search
  const results = () => document.getElementById('search-results');
  function closeResults() { if (results()) results().classList.remove('open'); }
  document.addEventListener('input', (event) => { if (event.target.id === 'search-box') results().classList.add('open'); });
  document.addEventListener('focusin', (event) => { if (event.target.id === 'search-box') results().classList.add('open'); });

  function inSearch(event) {
    const lines = [...results().querySelectorAll('[data-go]')], at = lines.indexOf(document.activeElement);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const next = lines[at + (event.key === 'ArrowDown' ? 1 : -1)];
      (next || document.getElementById('search-box')).focus();
    } else if (event.key === 'Enter' && at < 0 && lines[0]) {
      lines[0].click();
    } else if (event.key === 'Escape') {
      closeResults();
      document.getElementById('search-box').blur();
    }
  }

  // -- keys
  const keys = {
    '/': () => { const box = document.getElementById('search-box'); box.focus(); box.select(); },
    n: () => S.nextOverdue(1),
    p: () => S.nextOverdue(-1),
    0: () => S.legend.clear(),
    '[': () => fold('left-folded'),
    ']': () => fold('right-folded'),
    '?': () => { const sheet = document.querySelector('.shortcuts'); sheet.hidden = !sheet.hidden; },
    t: () => nextTab(),
    Escape: () => closeOne(),
  };
  for (let digit = 1; digit <= 7; digit++) keys[digit] = () => S.legend.toggle(S.legend.rows()[digit - 1].dataset.filter);

  function fold(name) { body().toggle(name); S.map.invalidateSize({ animate: false, pan: false }); }

  function foldBoth() {
    const alone = body().contains('left-folded') && body().contains('right-folded');
    for (const name of ['left-folded', 'right-folded']) body().toggle(name, !alone);
    S.map.invalidateSize({ animate: false, pan: false });
  }

  function nextTab() {
    const tabs = [...document.querySelectorAll('[role=tab]')];
    const at = tabs.findIndex((tab) => tab.getAttribute('aria-selected') === 'true');
    if (tabs.length) tabs[(at + 1) % tabs.length].click();
  }

  function closeOne() {
    const sheet = document.querySelector('.shortcuts');
    if (!sheet.hidden) sheet.hidden = true;
    else if (body().contains('areas-open')) body().remove('areas-open');
    else if (panelOpen()) acts.close();
  }

  // Leaflet focuses the map at a press too: outline and cross are for those who came by keyboard.
  document.addEventListener('pointerdown', () => body().remove('by-keyboard'), true);
  document.addEventListener('keydown', (event) => { if (!/^(Control|Shift|Alt|Meta)$/.test(event.key)) body().add('by-keyboard'); }, true);

  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'p') { event.preventDefault(); S.paper.print(); return; }
    if (event.target.closest && event.target.closest('.search')) { inSearch(event); return; }
    if (event.target.matches('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && S.map && event.target === S.map.getContainer()) { S.chooseUnderCross(); return; }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  // -- dcc.Input takes no attributes of ours
  new MutationObserver((_mutations, observer) => {
    const box = document.getElementById('search-box');
    if (!box) return;
    box.dataset.testid = 'search';
    observer.disconnect();
  }).observe(document.documentElement, { childList: true, subtree: true });

  // -- the list as a grid: its script is fetched when a grid is first asked for
  const scripts = {};
  function load(src) {
    scripts[src] = scripts[src] || new Promise((done, failed) => {
      const script = document.createElement('script');
      script.src = src;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return scripts[src];
  }

  S.viewReady = (view) => (view === 'list' ? load(S.told().grid) : Promise.resolve());

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    shiyou: {
      chooseView(view) {
        S.choose({ view: view === 'both' ? null : view });
        return window.dash_clientside.no_update;
      },
    },
  });
})(window.shiyou);
