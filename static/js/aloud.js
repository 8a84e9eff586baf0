/* Reading aloud, of the large sizes: the question on the screen, then each one that comes and what is told of it; on other
   pages what stands there. Loaded in the head, so that the button has its room before the first paint, or never comes.
   Classic script, ES2019. */
(function () {
  "use strict";
  var voice = window.speechSynthesis, root = document.documentElement;
  if (!voice || !window.SpeechSynthesisUtterance) return;
  root.classList.add("speaks");
  voice.cancel(); // what a page before this one left unsaid
  var ANSWER = ".verdict,.verdict-line,.explanation,.explained";
  var PARTS = ".q-head,.stem,.option,.given li,.material>div,.points,h1," + ANSWER;
  var on = false, last = null, told = "", timer = 0;

  function id(name) { return document.getElementById(name); }
  function page() { return id("aloud").dataset; } // the button: another one when the page is exchanged
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
  function seen(which, within) { return Array.prototype.filter.call((within || document).querySelectorAll(which), isSeen); }
  function parts(within) {
    return seen(PARTS, within).filter(function (each) { return !each.parentNode.closest(PARTS); });
  }
  function text(node) { return words(node).replace(/_{2,}/g, page().gap).replace(/\s+/g, " ").trim(); }
  function say(nodes) {
    var option = 0;
    nodes.forEach(function (node) {
      var said = text(node);
      if (!said) return;
      if (node.classList.contains("option")) said = page().option.replace("{n}", option += 1) + said;
      var it = last = new SpeechSynthesisUtterance(said);
      it.lang = "zh-CN"; it.rate = .9;
      if (chinese()) it.voice = chinese();
      it.onend = function () { if (last === it && !goesOn()) stop(); };
      voice.speak(it);
    });
  }
  function paper() { return document.querySelector("form.paper"); }
  function goesOn() { return paper() || document.querySelector("form.alone"); } // more comes by itself
  function follow() { // what has come on the screen since: another question, or what is told of this one
    var now = paper() ? seen(".paper .question")[0] : id("main");
    var stem = now && seen(".stem", now)[0], key = stem ? text(stem) : "", answer = now ? seen(ANSWER, now) : [];
    var before = told, isSame = key && before === key + 0 && answer.length;
    told = key + Math.min(answer.length, 1);
    if (!on || told === before) return;
    id("aloud").textContent = page().stop;
    voice.cancel();
    if (isSame) say(parts(now).filter(function (each) { return answer.indexOf(each) >= 0; }));
    else if (now) say((paper() ? seen(".paper .material>div") : []).concat(parts(now)));
  }
  function stop() {
    on = false; told = "";
    voice.cancel();
    if (id("aloud")) id("aloud").textContent = page().start;
  }
  function hear() { root.classList.toggle("silent", chinese() === null); }

  document.addEventListener("DOMContentLoaded", function () {
    if (!id("aloud")) return;
    hear();
    if (voice.addEventListener) voice.addEventListener("voiceschanged", hear);
    document.addEventListener("click", function (event) {
      if (event.target.id !== "aloud") return;
      if (on) return stop();
      on = true; told = "";
      follow();
    });
    new MutationObserver(function () {
      clearTimeout(timer);
      if (on) timer = setTimeout(follow, 100);
    }).observe(id("main"), { attributes: true, attributeFilter: ["hidden"], childList: true, subtree: true });
    window.addEventListener("pagehide", stop);
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") stop(); });
  });
})();
