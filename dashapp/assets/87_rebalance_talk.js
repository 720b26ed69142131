/* What the workspace asks of the server and hears from it: other bands, better proposals, what becomes of a plan. */
(function (S) {
  const LOOK_MS = 400;
  let number = 0, watched = null;

  const put = (store, data) => dash_clientside.set_props(store, { data });

  function ask(change) {
    const work = S.cutAtHand(), { cut, model, assign } = work, locked = {};
    for (const b of work.locked) for (const i of model.ofBuilding[b]) locked[cut.units[i].id] = assign[i];
    stopWatching();
    work.said = null;
    put('rebalance-ask', { area: work.given.area, level: work.given.level, locked, n: ++number, ...change });
  }

  function act(name, note = null) {
    const work = S.cutAtHand(), { cut, plan } = work, open = plan && ['draft', 'proposed', 'approved', 'rejected'].includes(plan.state);
    const preset = work.base >= 0 ? cut.plans[work.base].preset : plan ? plan.preset : cut.plans[0] && cut.plans[0].preset;
    work.busy = !['geojson', 'xlsx'].includes(name);
    work.sent = S.cutPage.mark();
    S.cutPage.drawBar();
    put('rebalance-act', {
      act: name, n: ++number, area: work.given.area, level: work.given.level, uid: open ? plan.uid : null, version: open ? plan.version : null, note,
      lower: work.band[0], upper: work.band[1], preset: preset || 'compact', day: work.day, reason: work.reason, parts: work.parts,
      assignment: Object.fromEntries(cut.units.map((unit, i) => [unit.id, work.assign[i]])),
    });
  }

  /* { n, ok, text, plan, plans, file }: what came of an act. */
  function heard(said) {
    const work = S.cutAtHand();
    if (said.n !== number || said.area !== work.given.area) return;
    work.busy = false;
    work.said = { text: said.text, bad: !said.ok };
    if (said.file) save(said.file);
    if (said.ok && said.plan !== undefined) {
      work.plan = said.plan;
      work.given.plans = said.plans;
      work.saved = said.plan && work.sent;
      if (said.plan) Object.assign(work, { base: -1, filed: [...work.assign] });
      else work.filed = null;
      S.cutPage.drawAll();
    }
    S.cutPage.drawBar();
    S.cutPage.drawTitle();
    S.mark('cut-said', { ok: said.ok });
  }

  function save({ name, type, base64 }) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const link = S.node('a', { href: URL.createObjectURL(new Blob([bytes], { type })), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // -- the search that goes on while somebody looks
  function arrived(given) {
    stopWatching();
    if (given.job) watch(given.job);
  }

  function stopWatching() { if (watched) clearTimeout(watched.timer); watched = null; }

  function watch(uid) {
    const own = watched = { uid, timer: null };
    const work = S.cutAtHand();
    work.job = { share: 0 };
    S.cutPage.drawTitle();
    (async function look() {
      const answer = await fetch(`/jobs/${uid}`).catch(() => null), now = S.cutAtHand();
      if (watched !== own || !now || now.given.job !== uid) return;
      const row = answer && answer.ok ? await answer.json() : null;
      if (row && ['waiting', 'running'].includes(row.state)) {
        now.job = { share: row.total ? row.done / row.total : 0 };
        S.cutPage.drawTitle();
        own.timer = setTimeout(look, LOOK_MS);
        return;
      }
      now.job = null;
      watched = null;
      if (row && row.state === 'done') better(row.result);
      S.cutPage.drawTitle();
    })();
  }

  /* Better proposals take the place of the first ones; a plan that a hand has changed stays on the table. */
  function better(result) {
    const work = S.cutAtHand(), { cut } = work, same = result.units.length === cut.units.length && result.units.every((unit, i) => unit.id === cut.units[i].id);
    if (!same || result.parts !== cut.parts) return;
    const broken = (plan) => work.model.faults(work.model.figures(plan.assignment, cut.parts).parts, cut.band).length;
    const found = cut.plans.map((plan, i) => {
      const other = result.plans[i], gain = broken(plan) - broken(other) || plan.objective - other.objective;
      return gain > 0 || (gain === 0 && other.gap !== null) ? other : plan;
    });
    if (found.every((plan, i) => plan === cut.plans[i])) return;
    cut.plans = found;
    work.given.number = `${work.given.number}+`;
    if (work.base >= 0) work.assign = [...found[work.base].assignment];
    S.cutPage.drawAll();
    S.mark('cut-better', {});
  }

  function stop() {
    const work = S.cutAtHand(), token = (document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/) || [])[1] || '';
    if (watched) fetch(`/jobs/${watched.uid}/cancel`, { method: 'POST', headers: { 'X-CSRFToken': token } });
    stopWatching();
    work.job = null;
    S.cutPage.drawTitle();
  }

  S.cutTalk = { ask, act, heard, arrived, stop };
})(window.shiyou);
