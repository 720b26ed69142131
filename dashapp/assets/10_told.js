/* What the server told the page: words in its language, palette, addresses. Owns window.shiyou.told. */
window.shiyou = window.shiyou || {};
(function (S) {
  let told = null;
  S.told = function () {
    if (!told) {
      const host = document.getElementById('told');
      if (!host) return { words: {}, palette: { fill: {}, text: {}, hatch: {}, badges: [], cells: {}, codes: {} } };
      told = JSON.parse(host.dataset.told);
    }
    return told;
  };
  S.word = function (msgid, values) {
    const text = S.told().words[msgid] || msgid;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
  };
  /* Right after the next frame: a message comes behind the frame's own task, a timer behind all others too. */
  S.afterFrame = function (done) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { port1.close(); done(); };
      port2.postMessage(null);
    });
  };
  /* After the frame that shows it, so that the mark never comes before the pixels. */
  S.mark = function (name, detail, done) {
    S.afterFrame(() => {
      performance.mark('shiyou:' + name, { detail });
      if (done) done();
    });
  };
})(window.shiyou);
