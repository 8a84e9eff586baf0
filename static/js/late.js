/* On a result: what still waits on this phone, because the attempt ended while its page was closed, goes to the server,
   which keeps it and says what does not count. What it has already, or has from the paper handed in as a form, is
   not lost. Classic script, ES2019. */
(function () {
  "use strict";
  var page = document.currentScript.dataset, KEY = "answers:" + page.attempt, kept = null;
  try { kept = JSON.parse(localStorage.getItem(KEY)); } catch (e) { return; }
  var queue = kept && kept.queue || {};
  if (!Object.keys(queue).length || !window.fetch) return;
  function ask(to, options) {
    options.credentials = "omit";
    return fetch(page.api + to, options).then(function (reply) { return reply.json(); });
  }
  function bring(known) {
    if (!known.saved) return; // not our server's word: another time
    var numbers = Object.keys(queue).filter(function (n) {
      var has = known.saved[n];
      return !has || has.device !== "form" && String(has.response) !== String(queue[n].response);
    });
    if (!numbers.length) return localStorage.removeItem(KEY);
    var body = { token: page.token, device: kept.device, answers: numbers.slice(0, 200).map(function (n) {
      return { n: +n, seq: queue[n].seq, response: queue[n].response };
    }) };
    return ask("/finish", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }).then(told);
  }
  function told(data) {
    if (!data.now || !data.refused) return;
    localStorage.removeItem(KEY);
    var lost = Object.keys(data.refused).length;
    if (lost) location.replace(location.pathname + "?unsent=" + lost);
  }
  ask("", { headers: { Authorization: "Bearer " + page.token }, cache: "no-store" }).then(bring).catch(function () { return null; });
})();
