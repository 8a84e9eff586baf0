/* The server's time on this page, whatever the phone's own clock says. Classic script, ES2019. */
(function () {
  "use strict";
  var skew = 0; // server's clock minus Date.now()
  var base = 0; // server's time when performance.now() was 0: goes on evenly while the phone is awake
  function now() { return Math.max(base + performance.now(), Date.now() + skew); } // some phones stop the former in sleep
  function set(server, elapsed) { // `elapsed`: about so many ms ago the server stamped it; a slow answer knows no better
    var at = server + elapsed;
    if (base && Math.abs(at - now()) <= elapsed) at = now();
    skew = at - Date.now();
    base = at - performance.now();
  }
  function sinceRequest() { // the page's own stamp is about half a round trip after the request left
    var t = performance.timing;
    if (!t || !t.requestStart || !t.responseStart) return 0;
    return Math.max(0, performance.now() - ((t.requestStart + t.responseStart) / 2 - t.navigationStart));
  }
  var stamped = document.querySelector("[data-now]");
  if (stamped) set(+stamped.dataset.now, sinceRequest());
  window.serverClock = {
    now: now,
    set: set,
    isSure: function () { return Date.now() + skew < base + performance.now() + 1000; }, // neither slept nor was put forward
    words: function (ms) { // 1:02:03, 04:05
      var s = Math.max(0, Math.ceil(ms / 1000)), h = Math.floor(s / 3600), two = function (n) { return ("0" + n).slice(-2); };
      return (h ? h + ":" : "") + two(Math.floor(s % 3600 / 60)) + ":" + two(s % 60);
    }
  };
})();
