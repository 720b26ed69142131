/* Long lists as plain elements from one attribute each: data-doors (the household list), data-tree (the areas).
   Every row as a Dash component of its own would hold the page up for a second. */
(function () {
  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function swatch(fill, hatched) {
    const box = make('span', 'swatch' + (hatched ? ' hatch-' + hatched : ''));
    box.style.backgroundColor = fill || 'transparent';
    return box;
  }

  function cell(...parts) {
    const box = document.createElement('td');
    box.append(...parts);
    return box;
  }

  function door([id, room, status, fill, hatched, persons, visit, when, late, what]) {
    const row = document.createElement('tr');
    row.dataset.door = id;
    const open = make('button', 'go', room);
    open.type = 'button';
    open.dataset.room = id;
    const next = when ? [make('b', late ? 'late' : '', when), ' · ' + what] : [what];
    const people = cell(persons);
    people.className = 'num';
    row.append(cell(open), cell(swatch(fill, hatched), status), people, cell(visit), cell(...next));
    return row;
  }

  function doors(host, told) {
    const table = document.createElement('table'), head = document.createElement('tr');
    head.append(...told.heads.map((text) => make('th', '', text)));
    const thead = document.createElement('thead'), body = document.createElement('tbody');
    thead.append(head);
    body.append(...told.rows.map(door));
    table.append(thead, body);
    host.replaceChildren(table);
  }

  function area(line) {
    const row = make('button', `go row ${line.level}${line.here ? ' here' : ''}`);
    row.type = 'button';
    row.dataset.go = 'area:' + line.code;
    row.title = line.title;
    row.setAttribute('role', 'treeitem');
    row.setAttribute('aria-level', line.depth);
    row.setAttribute('aria-selected', line.here);
    if (line.open) row.setAttribute('aria-expanded', 'true');
    const name = make('span', 'name'), bar = make('span', 'bar'), part = document.createElement('span');
    if (line.line) name.append(make('span', 'district-line d' + line.line));
    name.append(line.name);
    part.style.width = line.share + '%';
    part.style.backgroundColor = line.fill;
    bar.append(part);
    const late = make('span', line.late === '0' ? 'zero' : 'pill' + (line.alarm ? ' late' : ''), line.late);
    row.append(name, bar, make('span', 'num', line.percent), late);
    return row;
  }

  /* The focused line keeps the focus: people walk the tree by keyboard while figures change. */
  function tree(host, lines) {
    const focused = document.activeElement && host.contains(document.activeElement) ? document.activeElement.dataset.go : null;
    host.replaceChildren(...lines.map(area));
    const again = focused && host.querySelector(`[data-go="${focused}"]`);
    if (again) again.focus();
  }

  const DRAW = { doors, tree };
  function draw() {
    for (const kind in DRAW) {
      for (const host of document.querySelectorAll(`[data-${kind}]`)) {
        if (host.drawn === host.dataset[kind]) continue;
        host.drawn = host.dataset[kind];
        DRAW[kind](host, JSON.parse(host.drawn));
      }
    }
  }

  new MutationObserver(draw).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['data-doors', 'data-tree'],
  });
})();
