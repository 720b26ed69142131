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
  S.mark = function (name, detail, done) {
    // After the frame that shows it, so that the mark never comes before the pixels.
    requestAnimationFrame(() => setTimeout(() => {
      performance.mark('shiyou:' + name, { detail });
      if (done) done();
    }, 0));
  };
})(window.shiyou);
