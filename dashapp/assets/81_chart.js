/* Accuracy by month: a line with intervals, drawn as SVG from data-points [[label, share, low, high, locked, n]]. */
(function (S) {
  const NS = 'http://www.w3.org/2000/svg';
  const HEIGHT = 150, LEFT = 34, RIGHT = 10, TOP = 8, BOTTOM = 22;

  function add(parent, name, attributes, text) {
    const element = document.createElementNS(NS, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function innerWidth(host) {
    const style = getComputedStyle(host);
    return host.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) || 400;
  }

  function draw(host, value) {
    const points = JSON.parse(value);
    if (!points.length) return [document.createTextNode(S.word('No round this period'))];
    const width = innerWidth(host), low = Math.min(0.6, Math.floor(Math.min(...points.map((p) => p[2])) * 10) / 10);
    const y = (share) => TOP + (1 - share) / (1 - low) * (HEIGHT - TOP - BOTTOM);
    const x = (i) => LEFT + (i + 0.5) * (width - LEFT - RIGHT) / points.length;
    const svg = add(document.createDocumentFragment(), 'svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` });
    for (let share = low; share <= 1.001; share += 0.1) {
      add(svg, 'line', { x1: LEFT, x2: width - RIGHT, y1: y(share), y2: y(share), stroke: '#ECEFF2' });
      add(svg, 'text', { x: LEFT - 6, y: y(share) + 4, 'text-anchor': 'end' }, Math.round(share * 100));
    }
    add(svg, 'polyline', { points: points.map((p, i) => `${x(i)},${y(p[1])}`).join(' '), fill: 'none', stroke: '#1864AB', 'stroke-width': 1.6 });
    points.forEach(([label, share, lower, upper, locked, n], i) => {
      add(svg, 'path', { d: `M${x(i)} ${y(lower)}V${y(upper)}M${x(i) - 4} ${y(lower)}h8M${x(i) - 4} ${y(upper)}h8`, stroke: '#7FA9CF', fill: 'none' });
      const dot = add(svg, 'circle', { cx: x(i), cy: y(share), r: 4, fill: locked ? '#1864AB' : '#fff', stroke: '#1864AB', 'stroke-width': 1.6 });
      add(dot, 'title', {}, `${label}: ${(100 * share).toFixed(1)}% [${(100 * lower).toFixed(1)}, ${(100 * upper).toFixed(1)}] n=${n}`);
      add(svg, 'text', { x: x(i), y: HEIGHT - 6, 'text-anchor': 'middle' }, label);
    });
    return [svg];
  }

  S.drawn('points', draw);
})(window.shiyou);
