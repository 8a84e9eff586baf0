/* A page that was opened before the start: counts down by the server's clock and shows the start when it is time,
   without asking the server, so that a whole district opening at nine o'clock costs nothing. Classic script, ES2019. */
(function () {
  "use strict";
  var until = document.getElementById("until"), start = document.getElementById("start");
  if (!until || !window.serverClock) return;
  var opens = +until.dataset.opens, shown = document.getElementById("countdown"), timer = setInterval(tick, 250);
  function tick() {
    var left = opens - window.serverClock.now();
    if (left > 0) { shown.textContent = window.serverClock.words(left); return; }
    clearInterval(timer);
    if (!start) { location.reload(); return; }
    until.hidden = true;
    start.hidden = false;
    var first = start.querySelector("a, button");
    if (first && document.activeElement === document.body) first.focus();
  }
  tick();
  document.addEventListener("visibilitychange", tick);
})();
