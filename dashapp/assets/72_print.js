/* Paper: the map takes the page's size with its middle where it was, classes get the hatches of the palette.
   Canvases are painted before the browser is asked to print: it does not wait for frames. */
(function (S) {
  const rows = () => document.querySelectorAll('[data-testid=legend] [data-fill]');
  let middle = null;

  function dress(on) {
    S.printing = on;
    document.body.classList.toggle('printing', on);
    const { print } = S.told().palette;
    for (const row of rows()) {
      const { style } = row.querySelector('.swatch'), name = print[row.dataset.fill];
      style.backgroundImage = on ? S.hatchImage(name) : '';
      style.borderStyle = on && name === 'double' ? 'double' : '';
    }
    if (on) middle = S.map.getCenter();
    S.map.invalidateSize({ animate: false, pan: false });
    S.map.setView(middle, S.map.getZoom(), { animate: false });
    S.layer.repaint();
  }

  S.paper = {
    async prepare() {
      dress(true);
      await new Promise(S.afterFrame);
      await new Promise(S.afterFrame);
    },
    async print() {
      if (S.layer) await S.paper.prepare();
      window.print();
    },
    undress() { if (S.printing) dress(false); },
  };
  window.addEventListener('afterprint', S.paper.undress);
})(window.shiyou);
