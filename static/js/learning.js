/* Goes from question to explanation to question without loading the page anew; all of it works without. Classic script, ES2019. */
(function () {
  "use strict";
  if (!window.fetch || !window.DOMParser || !window.URLSearchParams) return;
  var pressed = null, isBusy = false;

  function show(reply, html) {
    var page = new DOMParser().parseFromString(html, "text/html"), main = page.getElementById("main");
    var here = document.getElementById("main");
    if (!main) throw new Error("no page");
    here.innerHTML = main.innerHTML;
    document.title = page.title;
    if (reply.url !== location.href) history.pushState({ swapped: true }, "", reply.url);
    window.scrollTo(0, 0);
    var heading = here.querySelector("h1");
    if (heading) { heading.setAttribute("tabindex", "-1"); heading.focus(); }
  }

  function ask(address, options, otherwise) {
    if (isBusy) return;
    isBusy = true;
    options.credentials = "same-origin";
    fetch(address, options)
      .then(function (reply) {
        var type = reply.headers.get("Content-Type") || "";
        if (reply.status >= 500 || type.indexOf("text/html") !== 0) throw new Error("no page");
        return reply.text().then(function (html) { show(reply, html); });
      })
      .then(function () { isBusy = false; }, function () { isBusy = false; otherwise(); });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button, a") : null;
    if (!button) return;
    if (button.tagName === "BUTTON") { pressed = button; return; }
    if (event.ctrlKey || event.metaKey || event.shiftKey || button.pathname !== "/practice/next") return;
    event.preventDefault();
    ask(button.href, {}, function () { location.href = button.href; });
  });

  document.addEventListener("submit", function (event) {
    var form = event.target, told;
    if (!form.classList.contains("alone")) return;
    event.preventDefault();
    if (pressed && pressed.form === form && pressed.name) {
      told = document.createElement("input");
      told.type = "hidden"; told.name = pressed.name; told.value = pressed.value;
      form.appendChild(told);
    }
    ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }, function () { form.submit(); });
  });

  window.addEventListener("popstate", function () { location.reload(); });
})();
