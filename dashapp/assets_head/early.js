/* First thing on the page: the map's own small downloads start beside the bundles, not after them. */
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
