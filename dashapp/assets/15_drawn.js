/* What the server hands over as data in one attribute and scripts draw: data-flat (plain elements), data-rows
   (matrix), data-doors and data-tree (lists), data-points (chart). A Dash component a piece would hold the page
   up: React owns the host and never what is drawn in it. */
(function (S) {
  const makers = {};

  /* `make(host, value)` returns the nodes; they replace what was drawn before, and go with the attribute. */
  S.drawn = function (name, make) {
    makers[name] = make;
    document.querySelectorAll(`[data-${name}]`).forEach(draw);
    observer.observe(document.documentElement, {
      childList: true, subtree: true, attributes: true, attributeFilter: Object.keys(makers).map((kind) => 'data-' + kind),
    });
  };

  const hosts = () => Object.keys(makers).map((kind) => `[data-${kind}]`).join();

  function draw(host) {
    const kind = Object.keys(makers).find((name) => name in host.dataset);
    const value = kind && host.dataset[kind];
    if (host.drawnOf === value) return;
    const focused = pathTo(host, document.activeElement);
    for (const node of host.drawnNodes || []) node.remove();
    host.drawnOf = value;
    host.drawnNodes = kind ? makers[kind](host, value) : [];
    host.append(...host.drawnNodes);
    if (focused) focusAt(host, focused);
  }

  /* The focused element keeps the focus: people walk lists by keyboard while figures change. */
  function pathTo(host, element) {
    if (!element || element === host || !host.contains(element)) return null;
    const path = [];
    for (let at = element; at !== host; at = at.parentElement) path.unshift([...at.parentElement.children].indexOf(at));
    return path;
  }

  function focusAt(host, path) {
    const again = path.reduce((at, i) => at && at.children[i], host);
    if (again) again.focus({ preventScroll: true });
  }

  function changed(mutations) {
    const selector = hosts();
    for (const mutation of mutations) {
      if (mutation.type === 'attributes') draw(mutation.target);
      for (const node of mutation.addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        if (node.matches(selector)) draw(node);
        node.querySelectorAll(selector).forEach(draw);
      }
    }
  }
  const observer = new MutationObserver(changed);

  /* [tag, attributes, children]; a child is a text or an element again. Text stays text: nothing is parsed. */
  function element(given) {
    if (typeof given === 'string') return document.createTextNode(given);
    const [tag, attributes, children] = given, made = document.createElement(tag);
    for (const name in attributes) {
      if (name === 'style') Object.assign(made.style, attributes.style); else made.setAttribute(name, attributes[name]);
    }
    made.append(...children.map(element));
    return made;
  }

  S.drawn('flat', (_host, value) => JSON.parse(value).map(element));
})(window.shiyou);
