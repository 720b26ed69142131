/* The badge of a building: a 12 px white disc with one sign, by the bits of data/rules/map_bytes.py. */
(function (S) {
  const SIGNS = {
    1(ctx, r) { ctx.lineWidth = 2.4 * r; ctx.strokeStyle = '#A50026'; circle(ctx, 4.6 * r); ctx.stroke(); },
    2(ctx, r) { ctx.fillStyle = '#111'; ctx.fillRect(-0.9 * r, -4 * r, 1.8 * r, 5 * r); ctx.fillRect(-0.9 * r, 2 * r, 1.8 * r, 1.9 * r); },
    4(ctx, r) {
      ctx.fillStyle = '#111'; ctx.fillRect(-3 * r, -0.6 * r, 6 * r, 4.4 * r);
      ctx.lineWidth = 1.3 * r; ctx.strokeStyle = '#111'; ctx.beginPath(); ctx.arc(0, -0.8 * r, 2 * r, Math.PI, 0); ctx.stroke();
    },
    8(ctx, r) {
      ctx.fillStyle = '#111'; ctx.beginPath();
      for (let i = 0; i < 10; i++) {
        const reach = (i % 2 ? 2 : 4.6) * r, angle = -Math.PI / 2 + i * Math.PI / 5;
        ctx.lineTo(reach * Math.cos(angle), reach * Math.sin(angle));
      }
      ctx.fill();
    },
    16(ctx, r) {
      ctx.lineWidth = 1.2 * r; ctx.strokeStyle = '#111'; circle(ctx, 3.8 * r); ctx.stroke();
      ctx.beginPath(); ctx.moveTo(0, -2.2 * r); ctx.lineTo(0, 0); ctx.lineTo(1.8 * r, 0.9 * r); ctx.stroke();
    },
  };

  function circle(ctx, radius) { ctx.beginPath(); ctx.arc(0, 0, radius, 0, 2 * Math.PI); }

  S.drawBadge = function (ctx, bit, x, y, ratio) {
    ctx.save();
    ctx.translate(x, y);
    ctx.fillStyle = '#FFFFFF';
    circle(ctx, 6 * ratio);
    ctx.fill();
    ctx.lineWidth = 0.8 * ratio;
    ctx.strokeStyle = '#14181E';
    ctx.stroke();
    SIGNS[bit](ctx, ratio);
    ctx.restore();
  };
})(window.shiyou);
