/* In the head of the runner: until its scripts have run, or are known to have failed, the paper looks as they will show
   it, so that nothing jumps. Without them the page is the whole form. Classic script, ES2019. */
(function () {
  "use strict";
  var page = document.documentElement;
  page.classList.add("soon");
  document.addEventListener("DOMContentLoaded", function () { page.classList.remove("soon"); });
  // Pictures of later questions come after all else, and before anybody is in a tunnel.
  window.addEventListener("load", function () { [].forEach.call(document.images, function (i) { i.loading = "eager"; }); });
  // A sound that goes out of sight with its question is no longer heard.
  document.addEventListener("play", function (event) {
    new IntersectionObserver(function () { if (!event.target.offsetParent) event.target.pause(); }).observe(event.target);
  }, true);
})();
