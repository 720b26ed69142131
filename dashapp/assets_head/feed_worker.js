/* SharedWorker: one event stream for all tabs of a browser. It comes back by itself, also after a refusal,
   and resumes by revision. Tabs ask with 'hello' for the present place and say 'bye' when they go. */
const ports = new Set();
let stream = null;
let last = null;
let hello = null;
let heardAt = 0;
let retry = 500;
let timer = null;
const SILENCE_MS = 40000;
const LONGEST_RETRY_MS = 15000;

const tell = (message) => ports.forEach((port) => port.postMessage(message));
const clock = (at) => new Date(at).toTimeString().slice(0, 5);
const state = () => ({
  kind: 'state',
  live: Boolean(stream && stream.readyState === 1),
  time: clock(heardAt || Date.now()),
});

function take(kind, event) {
  heardAt = Date.now();
  if (kind === 'beat') return;
  const message = Object.assign({ kind }, JSON.parse(event.data));
  if (kind === 'hello') {
    if (last === null) last = message.rev;
    hello = message;
    tell({ kind: 'hello', epoch: message.epoch, rev: last });
    return;
  }
  last = message.rev;
  if (hello) hello.epoch = message.epoch;
  tell(message);
}

function open() {
  clearTimeout(timer);
  timer = null;
  stream = new EventSource('/feed' + (last === null ? '' : '?since=' + last));
  for (const kind of ['hello', 'delta', 'reset', 'beat']) {
    stream.addEventListener(kind, (event) => take(kind, event));
  }
  stream.onopen = () => { retry = 500; heardAt = Date.now(); tell(state()); };
  stream.onerror = () => { tell(state()); again(); };
}

function again() {
  stream.close();
  if (timer === null) timer = setTimeout(open, retry);
  retry = Math.min(2 * retry, LONGEST_RETRY_MS);
}

setInterval(() => {
  const silent = stream && stream.readyState === 1 && Date.now() - heardAt > SILENCE_MS;
  if (silent) { again(); tell(state()); }
}, 5000);

onconnect = (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.onmessage = (message) => {
    if (message.data === 'bye') { ports.delete(port); return; }
    ports.add(port);
    port.postMessage(state());
    if (hello) port.postMessage({ kind: 'hello', epoch: hello.epoch, rev: last });
  };
  if (!stream) open();
};
