/* The page's end of the live feed: a port to the browser's one stream, or an own stream without SharedWorker. */
(function (S) {
  const listeners = [];
  let port = null;
  const tell = (message) => listeners.forEach((listen) => listen(message));

  function shared(url) {
    port = new SharedWorker(url, { name: 'shiyou-feed' }).port;
    port.onmessage = (event) => tell(event.data);
    port.start();
    window.addEventListener('pagehide', () => port.postMessage('bye'));
    window.addEventListener('pageshow', (event) => { if (event.persisted) port.postMessage('hello'); });
  }

  function alone() {
    let last = null, retry = 500;
    const now = () => new Date().toTimeString().slice(0, 5);
    (function open() {
      const stream = new EventSource('/feed' + (last === null ? '' : '?since=' + last));
      for (const kind of ['hello', 'delta', 'reset']) {
        stream.addEventListener(kind, (event) => {
          const message = Object.assign({ kind }, JSON.parse(event.data));
          last = message.rev;
          tell(message);
        });
      }
      stream.onopen = () => { retry = 500; tell({ kind: 'state', live: true, time: now() }); };
      stream.onerror = () => {
        stream.close();
        tell({ kind: 'state', live: false, time: now() });
        setTimeout(open, retry);
        retry = Math.min(2 * retry, 15000);
      };
    })();
  }

  S.feed = {
    listen(listener) {
      listeners.push(listener);
      if (listeners.length > 1) return;
      if (window.SharedWorker) shared(S.told().worker); else alone();
    },
    /* Ask again for the present place: closes the gap between listening and the first status. */
    hello() { if (port) port.postMessage('hello'); },
  };

  S.showFeedState = (message) => {
    if (message.kind !== 'state') return;
    for (const element of document.querySelectorAll('[data-testid=feed-state]')) {
      element.textContent = message.live ? `${S.word('Live')} · ${message.time}` : S.word('Live updates lost, as of {time}', message);
      element.dataset.state = message.live ? 'live' : 'lost';
    }
  };
})(window.shiyou);
