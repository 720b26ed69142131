/* The floor by room matrix, drawn from one attribute: "entrance!floor:room~status~badge~id,...|floor:...;entrance!..."
   One Dash component instead of 150, and a grid that arrow keys walk through. */
(function (S) {
  const LETTERS = {
    v: 'verified', r: 'registered', a: 'vacant', c: 'collected', n: 'no_contact', f: 'refused',
    u: 'uncollected', x: 'conflict', y: 'conflict', e: 'excluded',
  };

  function cell(text) {
    const box = document.createElement('div');
    if (text === '-') { box.className = 'cell gap'; return box; }
    const [room, letter, badge, id] = text.split('~');
    const [fill, ink, hatched] = S.told().palette.cells[letter];
    box.className = 'cell' + (hatched ? ' hatch-' + hatched : '');
    box.style.backgroundColor = fill;
    box.style.color = ink;
    box.dataset.room = id;
    box.setAttribute('role', 'gridcell');
    box.tabIndex = -1;
    const late = badge.includes('o'), wrong = badge.includes('!'), persons = badge.replace(/[o!]/g, '');
    const name = document.createElement('span');
    name.textContent = room;
    box.append(name);
    if (late) box.append(Object.assign(document.createElement('span'), { className: 'late-mark' }));
    const mark = document.createElement('span');
    mark.textContent = (wrong ? '! ' : '') + (persons || (letter === 'a' ? S.word('vacant mark') : ''));
    box.append(mark);
    box.title = [room, S.word('dwelling ' + LETTERS[letter]), late ? S.word('overdue') : ''].filter(Boolean).join(', ');
    box.setAttribute('aria-label', box.title);
    return box;
  }

  function row(line) {
    const [floor, cells] = line.split(':');
    const out = document.createElement('div');
    out.className = 'floor';
    out.setAttribute('role', 'row');
    const head = document.createElement('div');
    head.className = 'floor-name';
    head.setAttribute('role', 'rowheader');
    head.textContent = floor;
    out.append(head, ...cells.split(',').map(cell));
    return out;
  }

  function block(text, many) {
    const [entrance, floors] = text.split('!');
    const rows = text.slice(entrance.length + 1);
    const out = document.createElement('div');
    out.className = 'entrance';
    if (many) {
      const title = document.createElement('div');
      title.className = 'entrance-name';
      title.textContent = S.word('entrance {number}', { number: entrance });
      out.append(title);
    }
    if (floors !== undefined) out.append(...rows.split('|').map(row));
    return out;
  }

  S.drawn('rows', (_host, value) => {
    const blocks = value.split(';').filter(Boolean);
    return blocks.map((text) => block(text, blocks.length > 1));
  });

  function neighbour(from, dx, dy) {
    const line = from.parentElement;
    if (dx) {
      let next = from;
      do { next = dx > 0 ? next.nextElementSibling : next.previousElementSibling; } while (next && next.classList.contains('gap'));
      return next && next.dataset.room ? next : null;
    }
    const at = [...line.children].indexOf(from), other = dy > 0 ? line.nextElementSibling : line.previousElementSibling;
    return other && other.children[at] && other.children[at].dataset.room ? other.children[at] : null;
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener('keydown', (event) => {
    const matrix = event.target.closest && event.target.closest('.matrix');
    if (!matrix) return;
    if (STEPS[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      const at = event.target.dataset.room ? event.target : null;
      const next = at ? neighbour(at, ...STEPS[event.key]) : matrix.querySelector('[data-room]');
      if (next) next.focus();
    } else if (event.key === 'Enter' && event.target.dataset.room) {
      S.openRoom(+event.target.dataset.room);
    }
  }, true);

  S.matrix = {
    select(dwelling) {
      for (const box of document.querySelectorAll('.matrix .cell')) box.classList.toggle('here', +box.dataset.room === dwelling);
    },
  };
})(window.shiyou);
