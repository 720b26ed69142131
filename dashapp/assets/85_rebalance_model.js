/* A cut at hand: which unit (entrance) lies in which part, and everything that follows from it. Pure arithmetic on
   the server's answer; the server examines a plan anew when it is saved. */
(function (S) {
  // ux 3: pale tints with letters; a part's darker tone stands on white. From the seventh part on they repeat.
  const TINTS = [
    ['#BFE3D6', '#0F6B50'], ['#D5D2EC', '#544F91'], ['#F8D3B4', '#9A4400'],
    ['#F4D3E1', '#8C2F5B'], ['#E5E1B5', '#5F5A10'], ['#CFDDE6', '#2F5970'],
  ];
  const SEVERE_FROM = 2000;

  const tint = (part) => TINTS[part % TINTS.length];
  const letter = (part) => String.fromCharCode(65 + part % 26) + (part < 26 ? '' : Math.floor(part / 26) + 1);
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  function ring(points) {
    let area = 0, length = 0;
    points.forEach(([x, y], i) => {
      const [a, b] = points[(i + 1) % points.length];
      area += x * b - a * y;
      length += Math.hypot(a - x, b - y);
    });
    return { area: Math.abs(area) / 2, length };
  }

  /* The present grid that each part continues: as the solver says it, the largest ones in their order. */
  function continued(cut, parts) {
    const size = cut.now.map(() => 0);
    for (const unit of cut.units) if (unit.now !== null && unit.now >= 0) size[unit.now] += unit.hh;
    const present = size.map((_, grid) => grid).filter((grid) => cut.units.some((unit) => unit.now === grid));
    const largest = present.sort((one, other) => size[other] - size[one] || one - other).slice(0, parts);
    return largest.sort((one, other) => one - other);
  }

  S.cutModel = function (cut) {
    const { units, links } = cut, rings = units.map((unit) => ring(unit.cell));
    const ofBuilding = cut.buildings.map(() => []);
    units.forEach((unit, i) => ofBuilding[unit.b].push(i));

    /* In how many separate pieces each of `count` groups lies; the leader of each unit tells its piece. */
    function pieces(group, count) {
      const leader = units.map((_, i) => i);
      const find = (i) => { while (leader[i] !== i) i = leader[i] = leader[leader[i]]; return i; };
      for (const [one, other] of links) if (group[one] === group[other]) leader[find(one)] = find(other);
      const found = new Array(count).fill(0);
      units.forEach((_, i) => { if (leader[i] === i && group[i] >= 0) found[group[i]]++; });
      return found;
    }

    /* Sums and shape of each of `count` groups of units; -1 is in none. */
    function groups(group, count) {
      const all = Array.from({ length: count }, () => ({ hh: 0, persons: 0, tasks: 0, boundary: 0, area: 0, edge: 0, seen: new Set() }));
      units.forEach((unit, i) => {
        const own = all[group[i]];
        if (!own) return;
        own.hh += unit.hh; own.persons += unit.pp; own.tasks += unit.tasks;
        own.area += rings[i].area; own.edge += rings[i].length;
        own.seen.add(unit.b);
      });
      for (const [one, other, metres] of links) {
        const a = all[group[one]], b = all[group[other]];
        if (a && a === b) a.edge -= 2 * metres;
        else { if (a) a.boundary += metres; if (b) b.boundary += metres; }
      }
      const apart = pieces(group, count);
      return all.map((own, i) => ({
        ...own, buildings: own.seen.size, pieces: apart[i],
        // Polsby-Popper: 1 is a circle, a long thin grid comes near 0.
        compact: own.edge > 0 ? Math.min(1, 4 * Math.PI * own.area / own.edge ** 2) : 0,
      }));
    }

    function figures(assign, count) {
      const parts = groups(assign, count), continues = continued(cut, count);
      let moved = 0, tasksMoved = 0;
      parts.forEach((part) => { part.moved = 0; });
      units.forEach((unit, i) => {
        if (unit.now === null || unit.now < 0 || continues[assign[i]] === unit.now) return;
        moved += unit.hh; tasksMoved += unit.tasks;
        parts[assign[i]].moved += unit.hh;
      });
      const tasks = parts.map((part) => part.tasks);
      return {
        parts, moved, tasksMoved, boundary: sum(parts.map((part) => part.boundary)) / 2,
        spread: Math.max(...tasks) - Math.min(...tasks),
      };
    }

    /* What breaks a rule: [{ part, kind, by }], households or further pieces. */
    function faults(parts, [lower, upper]) {
      return parts.flatMap((own, part) => [
        ...(own.hh > upper ? [{ part, kind: 'over', by: own.hh - upper }] : []),
        ...(own.hh < lower ? [{ part, kind: 'under', by: lower - own.hh }] : []),
        ...(own.pieces > 1 ? [{ part, kind: 'pieces', by: own.pieces }] : []),
      ]);
    }

    const now = groups(units.map((unit) => (unit.now === null ? -1 : unit.now)), cut.now.length);
    return {
      cut, ofBuilding, figures, faults, now,
      households: (members) => sum(members.map((i) => units[i].hh)),
      /* Grids that some part keeps as they are stay; the others end and their codes are not used again. */
      ended(assign, count) {
        const kept = new Set();
        for (let part = 0; part < count; part++) {
          const grids = new Set(units.filter((_, i) => assign[i] === part).map((unit) => unit.now));
          const [grid] = grids;
          if (grids.size === 1 && units.every((unit, i) => unit.now !== grid || assign[i] === part)) kept.add(grid);
        }
        return cut.now.filter((_, grid) => !kept.has(grid));
      },
    };
  };

  S.parts = {
    tint, letter, sum, area: (points) => ring(points).area,
    sizeWord: (hh, [lower, upper]) => (hh > SEVERE_FROM ? 'size severely_oversize' : hh > upper ? 'size oversize' : hh < lower ? 'size undersize' : 'size in_band'),
  };

  /* An element with attributes, listeners (functions) and children; texts stay texts. */
  S.node = function (tag, attributes, ...children) {
    const made = tag.startsWith('svg:') ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4)) : document.createElement(tag);
    for (const name in attributes) {
      const value = attributes[name];
      if (typeof value === 'function') made.addEventListener(name, value);
      else if (name === 'style') Object.assign(made.style, value);
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? '' : value);
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false).map((child) => (typeof child === 'number' ? String(child) : child)));
    return made;
  };
  S.count = (value) => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',');
})(window.shiyou);
