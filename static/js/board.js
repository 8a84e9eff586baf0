/* A board that moves by itself: asks again after a few seconds, less often while nothing changes, never while nobody
   looks, and not what somebody searched or filtered, which costs the server more. The server answers 304 when the board is as it was. Nothing jumps: what would move things that somebody
   sees is offered by a button, where the page has words for one. The bar with one's own place shows while neither
   the place at the top nor the row itself is on the screen, so that it covers nothing then. Classic script, ES2019. */
(function () {
  "use strict";
  var live = document.getElementById("live"), told = document.getElementById("told");
  if (!live || !window.fetch) return;
  var FIRST = 6000, QUICK = 10000, SLOW = 60000, wait = FIRST, tag = live.dataset.tag, timer = 0, offer = null; // ms
  function plan() { clearTimeout(timer); timer = setTimeout(ask, wait + Math.random() * wait / 2); }
  function slower() { wait = Math.min(wait * 1.5, SLOW); }
  function shape(root) { return root.children.length + " " + root.querySelectorAll("tr, p, li").length; }
  function place(root) { var at = root.querySelector("#own-place"); return at ? at.textContent : ""; }
  function fits(next) { // what is below stays where it is, or is not seen
    var box = live.getBoundingClientRect();
    return !live.dataset.words || shape(live) === shape(next) || (box.top >= 0 && box.bottom > window.innerHeight);
  }
  var seen = window.IntersectionObserver && new IntersectionObserver(function (changes) {
    changes.forEach(function (change) { change.target.dataset.seen = change.isIntersecting ? "1" : ""; });
    var bar = live.querySelector(".pinned");
    if (bar) bar.classList.toggle("is-told", bar !== document.activeElement && !!live.querySelector("[data-seen='1']"));
  });
  function watch() {
    if (!seen) return;
    seen.disconnect();
    live.querySelectorAll(".own-title, #me").forEach(function (each) { seen.observe(each); });
  }
  function show(next) {
    var was = place(live), at = document.activeElement, href = at && live.contains(at) ? at.getAttribute("href") : "";
    live.textContent = "";
    live.appendChild(next);
    watch();
    if (offer) { offer.remove(); offer = null; }
    if (href) live.querySelectorAll("a").forEach(function (a) { if (a.getAttribute("href") === href && !live.contains(document.activeElement)) a.focus({ preventScroll: true }); });
    if (told && place(live) !== was && place(live)) told.textContent = told.dataset.words.replace("{place}", place(live));
  }
  function take(html) {
    var box = document.createElement("template");
    box.innerHTML = html;
    wait = QUICK;
    if (fits(box.content)) { show(box.content); return; }
    if (!offer) {
      offer = document.createElement("button");
      offer.className = "button main newer";
      offer.textContent = live.dataset.words;
      document.body.appendChild(offer);
    }
    offer.onclick = function () { show(box.content); };
  }
  function ask() {
    if (document.hidden) return;
    fetch(live.dataset.address, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", credentials: "same-origin" })
      .then(function (reply) {
        if (reply.status !== 200) { slower(); return ""; }
        tag = reply.headers.get("ETag") || "";
        return reply.text();
      })
      .then(function (html) { if (html) take(html); }, slower)
      .then(plan);
  }
  watch();
  if (!live.dataset.address) return;
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { wait = QUICK; ask(); } else clearTimeout(timer); });
  plan();
})();
