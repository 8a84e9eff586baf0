/* In the head of the runner: until its scripts have run, or are known to have failed, the paper looks as they will show
   it, so that nothing jumps. Without them the page is the whole form, with the answers that wait on this phone.
   Classic script, ES2019. */
(function () {
  "use strict";
  var page = document.documentElement, PATIENCE = 10000; // ms: a script may hang for minutes
  page.classList.add("soon");
  function settle() {
    if (!page.classList.contains("soon")) return;
    page.classList.remove("soon");
    if (page.classList.contains("runs")) return;
    try { fill(JSON.parse(localStorage.getItem("answers:" + document.getElementById("paper").dataset.attempt)).queue); } catch (e) { return; }
  }
  function fill(queue) { // what the server does not have yet is handed in with the form
    Object.keys(queue).forEach(function (n) {
      var response = queue[n].response;
      [].forEach.call(document.getElementsByName("q" + n), function (i, at) {
        if (/radio|checkbox/.test(i.type)) i.checked = response.indexOf(i.value) >= 0; else i.value = response[at] || "";
      });
    });
  }
  document.addEventListener("DOMContentLoaded", settle);
  setTimeout(settle, PATIENCE);
  // Pictures of later questions come after all else, and before anybody is in a tunnel.
  window.addEventListener("load", function () { [].forEach.call(document.images, function (i) { i.loading = "eager"; }); });
  // A sound that goes out of sight with its question is no longer heard.
  document.addEventListener("play", function (event) {
    new IntersectionObserver(function () { if (!event.target.offsetParent) event.target.pause(); }).observe(event.target);
  }, true);
})();
