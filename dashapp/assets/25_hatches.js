/* Hatches of the classes: the white one of what is excluded, and the black ones that paper without colour needs. */
(function (S) {
  const SIDE = 6;
  const kept = new Map();

  const slant = (pen, side, shifts) => {
    for (const shift of shifts) { pen.moveTo(shift, side); pen.lineTo(shift + side, 0); }
  };
  const level = (pen, side) => { pen.moveTo(0, side / 2); pen.lineTo(side, side / 2); };
  const upright = (pen, side) => { pen.moveTo(side / 2, 0); pen.lineTo(side / 2, side); };

  /* Each draws one cell; `side` is its edge in device pixels. */
  const DRAW = {
    white(pen, side) { stroke(pen, 'rgba(255,255,255,.85)', side / 3.75, () => slant(pen, side, [-side, 0, side])); },
    solid(pen, side) { pen.fillStyle = 'rgba(17,17,17,.8)'; pen.fillRect(0, 0, side, side); },
    dense(pen, side) { ink(pen, side / 5, () => slant(pen, side, [-side, -side / 2, 0, side / 2, side])); },
    sparse(pen, side) { ink(pen, side / 8, () => slant(pen, side, [-side, 0, side])); },
    dots(pen, side) { pen.fillStyle = '#111'; pen.beginPath(); pen.arc(side / 2, side / 2, side / 6, 0, 2 * Math.PI); pen.fill(); },
    lines(pen, side) { ink(pen, side / 6, () => level(pen, side)); },
    cross(pen, side) { ink(pen, side / 8, () => { level(pen, side); upright(pen, side); }); },
  };

  function stroke(pen, colour, width, path) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    path();
    pen.stroke();
  }
  const ink = (pen, width, path) => stroke(pen, '#111', width, path);

  function cell(name, ratio) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIDE * ratio;
    DRAW[name](canvas.getContext('2d'), canvas.width);
    return canvas;
  }

  /* The pattern of a hatch; null for a name without one (a class that is told by its outline). */
  S.hatch = function (ctx, name, ratio) {
    if (!DRAW[name]) return null;
    const key = name + ratio;
    if (!kept.has(key)) kept.set(key, ctx.createPattern(cell(name, ratio), 'repeat'));
    return kept.get(key);
  };
  S.hatchImage = (name) => (DRAW[name] ? `url(${cell(name, 1).toDataURL()})` : 'none');
})(window.shiyou);
