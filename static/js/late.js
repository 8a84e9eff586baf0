/* On a result: what still waits on this phone, because the attempt ended while its page was closed, goes to the server,
   which keeps it and says what does not count. Classic script, ES2019. */
(function () {
  "use strict";
  var page = document.currentScript.dataset, KEY = "answers:" + page.attempt, kept = null;
  try { kept = JSON.parse(localStorage.getItem(KEY)); } catch (e) { return; }
  var queue = kept && kept.queue || {}, numbers = Object.keys(queue);
  if (!numbers.length || !window.fetch) return;
  var body = { token: page.token, device: kept.device, answers: numbers.slice(0, 200).map(function (n) {
    return { n: +n, seq: queue[n].seq, response: queue[n].response };
  }) };
  fetch(page.api + "/finish", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit" })
    .then(function (reply) { return reply.json(); })
    .then(function (data) {
      if (!data.now || !data.refused) return; // not our server's word: another time
      localStorage.removeItem(KEY);
      var lost = Object.keys(data.refused).length;
      if (lost) location.replace(location.pathname + "?unsent=" + lost);
    })
    .catch(function () { return null; });
})();
