/* Long lists: data-doors (the household list of a building), data-tree (the areas). */
(function (S) {
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

  function doors(_host, value) {
    const told = JSON.parse(value), table = document.createElement('table'), head = document.createElement('tr');
    head.append(...told.heads.map((text) => make('th', '', text)));
    const thead = document.createElement('thead'), body = document.createElement('tbody');
    thead.append(head);
    body.append(...told.rows.map(door));
    table.append(thead, body);
    return [table];
  }

  function area(line) {
    const row = make('button', `go row ${line.level}${line.here ? ' here' : ''}`);
    row.type = 'button';
    row.dataset.go = 'area:' + line.code;
    row.title = line.title;
    row.setAttribute('role', 'treeitem');
    row.setAttribute('aria-level', line.depth);
    row.setAttribute('aria-selected', line.here);
    if (line.opens) row.setAttribute('aria-expanded', line.open);
    const name = make('span', 'name'), bar = make('span', 'bar'), part = document.createElement('span');
    if (line.opens) name.append(make('span', 'caret' + (line.open ? ' open' : '')));
    if (line.line) name.append(make('span', 'district-line d' + line.line));
    name.append(line.name);
    part.style.width = line.share + '%';
    part.style.backgroundColor = line.fill;
    bar.append(part);
    const late = make('span', line.late === '0' ? 'zero' : 'pill' + (line.alarm ? ' late' : ''), line.late);
    row.append(name, bar, make('span', 'num', line.percent), late);
    return row;
  }

  S.drawn('doors', doors);
  S.drawn('tree', (_host, value) => JSON.parse(value).map(area));
})(window.shiyou);
