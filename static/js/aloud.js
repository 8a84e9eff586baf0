/* Reading aloud, of the large sizes: the question on the screen, then each one that comes and what is told of it; on other
   pages what stands there. Loaded in the head, so that the button has its room before the first paint, or never comes.
   Classic script, ES2019. */
(function () {
  "use strict";
  var voice = window.speechSynthesis, root = document.documentElement;
  if (!voice || !window.SpeechSynthesisUtterance) return;
  root.classList.add("speaks");
  voice.cancel(); // what a page before this one left unsaid
  var PARTS = ".q-head,.stem,.option,.given li,.verdict,.verdict-line,.explanation,.explained,.material>div,.points,h1";
  var button, page, on = false, last = null, told = "", timer = 0;

  function chinese() { // undefined where voices are not known yet, null where there is no Chinese one
    var all = voice.getVoices();
    function of(pattern) { return all.filter(function (each) { return pattern.test(each.lang); })[0]; }
    return all.length ? of(/^zh[-_](CN|Hans)/i) || of(/^(zh|cmn)/i) || null : undefined;
  }
  function words(node) { // pictures and formulas by their names, what is chosen or typed as it stands
    if (node.nodeType === 3) return node.nodeValue;
    if (node.nodeType !== 1 || node.hidden || node.getAttribute("aria-hidden") === "true") return "";
    var name = node.getAttribute("aria-label") || node.getAttribute("alt");
    if (name) return " " + name + " ";
    if (node.tagName === "SELECT") return node.value ? node.selectedOptions[0].text : "";
    if (node.tagName === "INPUT") return node.type === "text" ? node.value : "";
    return /^(BUTTON|SCRIPT)$/.test(node.tagName) ? "" : Array.prototype.map.call(node.childNodes, words).join("");
  }
  function isSeen(node) { return node.getClientRects().length > 0 && !node.classList.contains("out-of-sight"); }
  function parts(within) {
    return Array.prototype.filter.call(within.querySelectorAll(PARTS), function (each) {
      return isSeen(each) && !(each.parentNode.closest && each.parentNode.closest(PARTS));
    });
  }
  function say(nodes) {
    var option = 0;
    nodes.forEach(function (node) {
      var text = words(node).replace(/_{2,}/g, page.gap).replace(/\s+/g, " ").trim();
      if (node.classList.contains("option") && text) text = page.option.replace("{n}", option += 1) + text;
      if (!text) return;
      var it = new SpeechSynthesisUtterance(text);
      it.lang = "zh-CN"; it.rate = .9;
      if (chinese()) it.voice = chinese();
      last = it;
      it.onend = function () { if (last === it && !paper()) stop(); };
      voice.speak(it);
    });
  }
  function paper() { return document.getElementById("paper"); }
  function question() { return Array.prototype.filter.call(document.querySelectorAll("#paper .question"), isSeen)[0]; }
  function follow() { // what has come on the screen since: another question, or what is told of this one
    var now = question(), key = now ? now.dataset.n + now.querySelector(".stem").textContent : "";
    var feedback = now && now.querySelector(".feedback"), isTold = feedback && isSeen(feedback);
    if (!on || key + !!isTold === told) return;
    var isSame = told.indexOf(key) === 0 && key;
    told = key + !!isTold;
    if (isSame && !isTold) return;
    voice.cancel();
    if (isSame) return say(parts(feedback));
    var about = Array.prototype.filter.call(document.querySelectorAll("#paper .material"), isSeen)[0];
    if (now) say((about ? parts(about) : []).concat(parts(now)));
  }
  function stop() { on = false; told = ""; voice.cancel(); button.textContent = page.start; }
  function start() {
    on = true; button.textContent = page.stop;
    if (paper()) follow(); else say(parts(document.getElementById("main")));
  }
  function hear() { button.classList.toggle("silent", chinese() === null); }

  document.addEventListener("DOMContentLoaded", function () {
    button = document.getElementById("aloud");
    if (!button) return;
    page = button.dataset;
    hear();
    if (voice.addEventListener) voice.addEventListener("voiceschanged", hear);
    button.addEventListener("click", function () { if (on) stop(); else start(); });
    if (paper()) new MutationObserver(function () {
      clearTimeout(timer);
      timer = setTimeout(follow, 100);
    }).observe(paper(), { attributes: true, attributeFilter: ["hidden"], childList: true, subtree: true });
    window.addEventListener("pagehide", stop);
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") stop(); });
  });
})();
