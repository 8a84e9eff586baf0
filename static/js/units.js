/* Finds streets and schools while somebody types; the form works without. Classic script, ES2019. */
(function () {
  "use strict";
  if (!window.fetch) return;
  Array.prototype.forEach.call(document.querySelectorAll(".unit-search"), function (input) {
    var place = document.getElementById("found-" + input.dataset.tree), timer = 0, asked = 0;
    function find() {
      var typed = input.value.trim(), mine = ++asked;
      if (!typed) { place.textContent = ""; return; }
      fetch(input.dataset.address + "?tree=" + encodeURIComponent(input.dataset.tree) + "&q=" + encodeURIComponent(typed))
        .then(function (reply) { return reply.ok ? reply.text() : ""; })
        .then(function (html) { if (mine === asked) place.innerHTML = html; }, function () { place.textContent = ""; });
    }
    input.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(find, 250); });
  });
})();
