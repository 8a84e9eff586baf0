/* A board that moves by itself: asks again after a few seconds, less often while nothing changes, never while nobody
   looks. The server answers 304 when the board is as it was. Classic script, ES2019. */
(function () {
  "use strict";
  var live = document.getElementById("live");
  if (!live || !window.fetch) return;
  var QUICK = 4000, SLOW = 60000, wait = QUICK, tag = "", timer = 0; // ms
  function plan() { clearTimeout(timer); timer = setTimeout(ask, wait + Math.random() * wait / 2); }
  function slower() { wait = Math.min(wait * 1.5, SLOW); }
  function isBusy() { var at = document.activeElement; return at && live.contains(at); } // somebody is on a link of the board
  function ask() {
    if (document.hidden) return;
    if (isBusy()) { plan(); return; }
    fetch(live.dataset.address, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", credentials: "same-origin" })
      .then(function (reply) {
        if (reply.status !== 200) { slower(); return ""; }
        tag = reply.headers.get("ETag") || "";
        return reply.text();
      })
      .then(function (html) {
        if (html && html !== live.innerHTML && !isBusy()) { live.innerHTML = html; wait = QUICK; }
      }, slower)
      .then(plan);
  }
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { wait = QUICK; ask(); } else clearTimeout(timer); });
  plan();
})();
