/* The edges between map and panels: dragged or moved by arrow keys, the width kept in this browser. */
(function (S) {
  const LIMITS = { left: [240, 420], right: [400, 720] };
  const STEP = 16;
  const key = (side) => 'shiyou-width-' + side;
  const root = document.documentElement;

  function set(side, width) {
    const [low, high] = LIMITS[side], kept = Math.min(high, Math.max(low, Math.round(width)));
    root.style.setProperty('--' + side, kept + 'px');
    localStorage.setItem(key(side), kept);
  }

  const widthOf = (side) => document.querySelector(side === 'left' ? '.left' : '.panel').offsetWidth;
  const rest = () => S.map && S.map.invalidateSize({ animate: false, pan: false });

  for (const side in LIMITS) {
    const kept = Number(localStorage.getItem(key(side)));
    if (kept && window.innerWidth >= 1180) set(side, kept);
  }

  document.addEventListener('pointerdown', (down) => {
    const edge = down.target.closest('[data-split]');
    if (!edge) return;
    const { split } = edge.dataset;
    edge.setPointerCapture(down.pointerId);
    edge.onpointermove = (move) => set(split, split === 'left' ? move.clientX : window.innerWidth - move.clientX);
    edge.onpointerup = () => { edge.onpointermove = edge.onpointerup = null; rest(); };
  });

  document.addEventListener('keydown', (event) => {
    const side = event.target.dataset && event.target.dataset.split;
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!side || !step) return;
    event.preventDefault();
    set(side, widthOf(side) + (side === 'left' ? step : -step));
    rest();
  });
})(window.shiyou);
