/* First thing on the page: the map's own small downloads and the page's layout start beside the bundles, not
   after them. */
(() => {
  const plain = window.fetch;
  const ahead = new Map(['/_dash-layout', '/_dash-dependencies'].map((path) => [path, plain(path)]));
  for (const answer of ahead.values()) answer.catch(() => {}); // told to whoever takes it
  /* The renderer asks for both once, when it has been read: it gets the answers that are on their way. */
  window.fetch = function (address, options) {
    const begun = ahead.get(address);
    ahead.delete(address);
    if (!ahead.size) window.fetch = plain;
    return begun || plain.call(window, address, options);
  };
})();
window.shiyouEarly = (() => {
  const json = (url) => fetch(url).then((answer) => answer.json());
  const readStatus = async () => {
    const answer = await fetch('/status');
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const n = bytes.length / 2;
    return {
      epoch: +answer.headers.get('X-Epoch'),
      rev: +answer.headers.get('X-Rev'),
      fills: bytes.slice(0, n),
      flags: bytes.slice(n),
    };
  };
  const manifest = json('/manifest');
  const tiles = {};
  // A street has a handful of tiles: fetch them at once. A city's are fetched as they are seen.
  manifest.then((found) => {
    const hashes = Object.values(found.tiles);
    if (hashes.length <= 16) {
      for (const [tile] of hashes) tiles[tile] = fetch('/tiles/' + tile).then((a) => a.arrayBuffer());
    }
  }).catch(() => {});
  return { manifest, status: readStatus(), readManifest: () => json('/manifest'), readStatus, tiles };
})();
