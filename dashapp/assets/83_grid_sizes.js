/* Another colouring of the same map: how large the grids are that people are to serve. Its list stands where a
   building's panel stands; the legend counts buildings by the class of their grid. */
(function (S) {
  let entered = 'map';
  let asked = 0;
  const legend = () => document.querySelector('[data-testid=size-legend]');

  async function fetchSizes() {
    const mine = ++asked, answer = await fetch('/grid-sizes');
    if (!answer.ok) return;
    const { buildings, compounds } = await answer.json();
    if (mine !== asked || entered !== 'grids' || !S.layer) return;
    const fills = new Uint8Array(S.layer.fills.length), look = S.told().sizes;
    for (const byte in buildings) for (const ord of buildings[byte]) fills[ord] = +byte;
    S.layer.setTheme({ fills, look });
    S.areas.setTheme(Object.fromEntries(Object.entries(compounds).map(([code, byte]) => [code, look.fill[byte]])));
    count(buildings);
    S.mark('sizes-painted', {});
  }

  function count(buildings) {
    let total = 0;
    for (const row of legend().querySelectorAll('[data-size]')) {
      const n = (buildings[row.dataset.size] || []).length;
      total += n;
      row.querySelector('.count').textContent = n;
    }
    legend().querySelector('[data-total]').textContent = S.word('{n} buildings', { n: total });
  }

  function leave() {
    if (!S.layer) return;
    S.layer.setTheme(null);
    S.areas.setTheme(null);
  }

  S.sizes = {
    enter(mode) {
      const next = mode || 'map';
      document.body.dataset.mode = next;
      for (const link of document.querySelectorAll('[data-module]')) {
        link.classList.toggle('here', link.dataset.module === next);
        if (link.dataset.module === next) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
      }
      if (next === entered) return;
      entered = next;
      if (next === 'grids') fetchSizes(); else leave();
    },
    refresh() { if (entered === 'grids') fetchSizes(); },
  };
})(window.shiyou);
