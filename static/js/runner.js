/* The runner: one question at a time over the paper that the server wrote as a form. Answers wait in a queue on the
   phone until the server has acknowledged them. Classic script, ES2019, no dependency but clock.js. */
(function () {
  "use strict";
  var paper = document.getElementById("paper");
  if (!paper || !window.serverClock || !window.fetch) return;
  var page = paper.dataset, clock = window.serverClock;
  var words = JSON.parse(document.getElementById("words").textContent);
  var inTurn = page.turn === "1"; // one question is open, the server opens the next
  var list = page.list === "1"; // all questions are on the screen
  var redo = page.round ? { round: +page.round, asked: page.asked.split(",").filter(Boolean).map(Number) } : null; // wrong ones come again
  var drawn = redo && redo.round; // the round that is on the screen
  var oneByOne = inTurn || redo || page.feedback === "1"; // an answer is final when it is sent
  var deadline = +page.deadline || Infinity; // none: no limit that a person has to know
  var least = +page.least || 0, waits = false; // it cannot be handed in before; the paper is through and waits for that
  var most = +page.most || 0, timesLeft = +page.left || 0; // leaving the page so often ends it; so often until now
  var KEY = "answers:" + page.attempt, TAB = "tab:" + page.attempt;
  var BATCH = 5, MOST = 100, DEBOUNCE = 1200, ABORT = 8000, LONGEST = 30000, EARLY = 300, SLOWEST = 1500, TWICE = 400; // answers; ms
  function id(name) { return document.getElementById(name); }
  function say(key, values) {
    return (words[key] || "").replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
  }

  // ---- what this phone keeps: queue {n: {seq, response}}, what is done with {n: seq}, counter, device, whether the
  // paper shall be handed in
  var memory = "{}", keeps = true, over = false;
  function stored() {
    var kept = memory;
    try { kept = localStorage.getItem(KEY) || memory; } catch (e) { keeps = false; }
    try { return JSON.parse(kept); } catch (e) { return {}; }
  }
  function keep() {
    if (over) return; // handed in: nothing stays behind
    memory = JSON.stringify(my);
    try { if (keeps) localStorage.setItem(KEY, memory); } catch (e) { refuses(); }
  }
  function refuses() { // what it has kept until now would come again when it is no longer true
    keeps = false;
    forget();
    tell(say("no_storage"));
  }
  function forget() { try { localStorage.removeItem(KEY); localStorage.removeItem(TAB); } catch (e) { keeps = false; } }
  function reread() { // another tab shares the counter and the queue; where both write at once nothing is lost
    if (!keeps) return;
    var other = stored(), theirs = other.queue || {}, both = {};
    my.seq = Math.max(my.seq, other.seq || 0);
    my.left = other.left || my.left;
    Object.keys(other.done || {}).forEach(function (n) { my.done[n] = Math.max(my.done[n] || 0, other.done[n]); });
    Object.keys(my.queue).concat(Object.keys(theirs)).forEach(function (n) {
      var mine = my.queue[n], other = theirs[n], newer = !mine || other && other.seq > mine.seq ? other : mine;
      if (newer.seq > (my.done[n] || 0)) both[n] = newer;
    });
    my.queue = both;
  }
  function random() { return Math.random().toString(36).slice(2, 10); }
  var my = stored();
  my.device = my.device || "w" + random();
  // A browser that is killed forgets what it stored last: no number may come again that the server has seen.
  my.seq = Math.max(my.seq || 0, Math.round(clock.now()));
  my.queue = my.queue || {}; my.done = my.done || {}; my.left = my.left || []; my.at = my.at || 1;
  function waiting() { return Object.keys(my.queue); }
  var old = waiting().length; // what waits may be older than what the server has

  // ---- the paper
  var sections = {}, sent = {}, refused = {}, shown = 0, heard = false; // whether it was said aloud that the network is lost
  function adopt(section) { sections[+section.dataset.n] = section; }
  paper.querySelectorAll(".question").forEach(adopt);
  function numbers() { return Object.keys(sections).map(Number); }
  function inputs(n) { return Array.from(sections[n].querySelectorAll("input,select")); }
  function hasPlaces(n) { return sections[n].querySelector(".place"); }
  function response(n, first) { // what is given; `first`: what was when the server wrote the page
    if (hasPlaces(n)) {
      var given = inputs(n).map(function (i) {
        if (!first) return i.value.trim();
        return i.options ? (i.querySelector("[selected]") || i.options[0]).value : i.defaultValue;
      });
      return given.join("") ? given : [];
    }
    return inputs(n).filter(function (i) { return first ? i.defaultChecked : i.checked; }).map(function (i) { return i.value; });
  }
  function choose(n, options) {
    inputs(n).forEach(function (i, at) { if (hasPlaces(n)) i.value = options[at] || ""; else i.checked = options.indexOf(i.value) >= 0; });
  }
  function isAnswered(n) { return response(n).length > 0; }
  function isFinal(n) { return sections[n].classList.contains("final"); }
  function isDone(n) { return !oneByOne || isFinal(n) || off && !inTurn && !redo && my.queue[n]; } // with it: one can go on

  function state(n) { // one word for each answer
    if (refused[n]) return "refused";
    if (my.queue[n]) return off ? "offline" : "waiting";
    if (sent[n] && (oneByOne || isAnswered(n))) return "saved";
    return isAnswered(n) ? "unsent" : "open";
  }
  function drawState() {
    var count = waiting().length, overall = count ? (off ? "offline" : "waiting") : "saved";
    var net = id("net");
    net.dataset.state = overall;
    net.textContent = say(overall === "saved" && !Object.keys(sent).length ? "net_none" : "net_" + overall, { count: count });
    if (heard ? !count : count && off) { heard = !heard; announce(net.textContent); } // lost, and found again
    numbers().forEach(function (n) {
      var line = sections[n].querySelector(".state"), s = state(n);
      line.dataset.state = s;
      line.textContent = say("state_" + s);
      inputs(n).forEach(function (i) { i.parentNode.classList.toggle("picked", hasPlaces(n) ? !!i.value : i.checked); });
      var button = id("card-" + n);
      if (button) {
        button.dataset.state = s;
        button.setAttribute("aria-label", say("card_label", { n: n, state: say("state_" + s) }));
      }
    });
    var open = numbers().filter(function (n) { return !isAnswered(n); });
    var wrong = drawn > 1 ? "_wrong" : "";
    id("unanswered").textContent = open.length ? say("unanswered" + wrong, { count: open.length, list: listed(open) }) : say("all_answered");
    id("hand-in").textContent = open.length ? say("hand_in_anyway" + wrong, { count: open.length }) : say("hand_in");
    if (list) id("to-card").firstElementChild.textContent = numbers().length - open.length + "/" + page.of;
    drawNav();
  }
  function listed(ns) { // 1, 2, 5–9
    return ns.map(function (n, at) { return ns[at - 1] === n - 1 && ns[at + 1] === n + 1 ? "–" : n; })
      .join(words.comma).replace(/\D+–\D+/g, "–");
  }
  function tell(text, kind) { // "warn" unless it says otherwise
    var box = id("tell");
    box.className = text && "notice " + (kind === undefined ? "warn" : kind);
    box.textContent = text;
  }
  function announce(text) { var it = id("announce"); if (it.textContent !== text) it.textContent = text; }

  // ---- sending: a queue that is retried as long as the page lives
  var busy = false, off = false, pause = 1000, timer = 0, closed = false, turnSent = 0, skipping = 0;
  var trip = 0; // how long the last answer of the server took, in ms
  function batch() { // question → seq of what is sent together
    var seqs = {};
    waiting().slice(0, MOST).forEach(function (n) { seqs[n] = my.queue[n].seq; });
    return seqs;
  }
  function path() { return my.finish && (closed || waiting().length <= MOST) ? "/finish" : "/answers"; }
  function body() {
    return JSON.stringify({
      token: page.token, device: my.device, left: most ? my.left : undefined,
      answers: Object.keys(batch()).map(function (n) { return { n: +n, response: my.queue[n].response, seq: my.queue[n].seq }; })
    });
  }
  function post(to, text) {
    var stop = new AbortController(), began = performance.now();
    setTimeout(function () { stop.abort(); }, ABORT + pause); // what is through by then stays
    var options = text ? // no header that is not needed: a save is a few hundred bytes
      { method: "POST", body: text, headers: { "Content-Type": "application/json" } } :
      { headers: { Authorization: "Bearer " + page.token }, cache: "no-store" };
    options.credentials = "omit"; options.referrerPolicy = "no-referrer"; options.signal = stop.signal;
    return fetch(page.api + to, options).then(function (reply) {
      return reply.json().catch(function () { return 0; }).then(function (data) {
        var took = performance.now() - began, ours = data && data.now; // a network's own sign-in page is no receipt
        trip = Math.min(took, SLOWEST);
        if (ours) clock.set(data.now, took / 2);
        return { status: ours ? reply.status : 0, data: data || {}, wait: +reply.headers.get("Retry-After") || 0 };
      });
    });
  }
  function later(seconds) {
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(seconds * 1000, pause / 2) + Math.random() * pause);
    pause = Math.min(pause * 2, LONGEST);
  }
  function enqueue(n, answer) {
    reread();
    my.seq += 1;
    my.queue[n] = { seq: my.seq, response: answer };
    delete refused[n];
    keep(); drawState();
    if (off) return;
    clearTimeout(timer);
    if (oneByOne || waiting().length >= BATCH || deadline - clock.now() < 3 * DEBOUNCE) send(); else timer = setTimeout(send, DEBOUNCE);
  }
  function send() {
    clearTimeout(timer);
    if (busy || over) return;
    reread();
    if (!waiting().length && !my.left.length && !my.finish) { off = false; drawState(); return; }
    busy = true; drawState();
    var to = path(), seqs = batch(), reported = my.left;
    post(to, body()).then(function (reply) {
      if (reply.status === 200 && reported.length) {
        reread();
        my.left = my.left.filter(function (seq) { return reported.indexOf(seq) < 0; });
        keep();
      }
      answered(reply, seqs, to === "/finish");
    }, function () { failed(0); });
  }
  function failed(seconds) { busy = false; off = true; drawState(); lockFinish(); later(seconds); }
  function answered(reply, seqs, finishing) {
    var data = reply.data, code = data.error && data.error.code;
    if (code === "too_quick") {
      busy = false; off = false; my.finish = false; keep();
      least = data.error.may_finish;
      if (!inTurn) showCard();
      finish();
      return send();
    }
    if (code === "finished" || code === "closed") { busy = false; return ended(); }
    if (reply.status === 401) {
      busy = false; off = true; id("expired").hidden = false;
      words.net_offline = words.state_offline = id("expired").firstChild.textContent;
      words.handing_in_offline = "";
      drawState(); lockFinish();
      return;
    }
    if (reply.status === 404) { busy = false; over = true; tell(data.error.message, "bad"); return; }
    if (code && reply.status < 500 && reply.status !== 429) tell(data.error.message, "bad");
    if (reply.status !== 200) return failed(reply.wait);
    busy = false; off = false; pause = 1000;
    follow(data);
    var late = acknowledge(data, seqs) || old;
    old = 0;
    if (finishing) return leave();
    if (data.state === "finished") return ended();
    drawState();
    if (data.left > timesLeft) tellLeft(data.left);
    if (data.other_device && !late) { tell(say("other_device")); sync().catch(away); }
    showAll(data.shown);
    if (my.finish) return send();
    if (inTurn) turn(data); else if (late) sync().catch(away); else if (waiting().length) send();
  }
  function away() { off = true; drawState(); later(0); }
  function acknowledge(data, seqs) { // returns whether the server knows more of what it refused
    var late = false;
    reread();
    function done(n, seq) {
      my.done[n] = Math.max(my.done[n] || 0, seq);
      if (my.queue[n] && my.queue[n].seq <= seq) delete my.queue[n];
    }
    Object.keys(data.saved || {}).forEach(function (n) {
      sent[n] = 1;
      done(n, data.saved[n]);
      if (oneByOne && sections[n]) close(+n);
    });
    Object.keys(data.refused || {}).forEach(function (n) {
      done(n, seqs[n] || 0);
      if (data.refused[n] === "question_closed" && inTurn) return;
      refused[n] = data.refused[n];
      if (oneByOne && !inTurn && (!redo || asks(+n))) lock(+n, false);
      if (oneByOne) late = true;
      if (/too_late|finished/.test(refused[n]) && !inTurn) { late = true; my.lost = (my.lost || 0) + 1; }
      tell(say("refused_" + refused[n], { n: n }) || say("refused", { n: n }));
    });
    keep();
    return late;
  }
  function lock(n, locked) { inputs(n).forEach(function (i) { i.disabled = locked; }); }
  function close(n) { sections[n].classList.add("final"); lock(n, true); drawNav(); }
  function ended() { // the server has closed the attempt: it says of each answer whether that came in time
    if (!waiting().length) return leave();
    closed = my.finish = true; keep(); send();
  }
  function leave() { // what the server says there is what counts
    over = true;
    var lost = (my.lost || 0) + waiting().length;
    forget();
    location.replace(page.result + (lost ? "?unsent=" + lost : ""));
  }
  function beacon() {
    reread();
    if (over || !(waiting().length || my.left.length || my.finish) || !navigator.sendBeacon) return;
    navigator.sendBeacon(page.api + path(), body()); // as text: Chromium 59 to 80 throws at a blob of JSON
  }
  // ---- leaving the page, where the rules look at it: a report with a number of its own, sent until it is acknowledged
  var unloading = false, excused = false;
  function leaves() {
    if (!most || over || my.finish || excused) return;
    reread();
    my.left = my.left.concat(my.seq += 1);
    keep();
  }
  function goes() { // reloading is no leaving, and here looks the same: the page that comes next knows
    unloading = true;
    setTimeout(function () { unloading = my.gone = false; keep(); }, 3000);
    if (!most || over || my.finish || excused) return;
    my.gone = true; keep();
  }
  function tellLeft(count) {
    timesLeft = count;
    tell(say("left_page", { count: count, most: most }));
  }
  function stayAwake() { // a screen that goes dark by itself is no reason to lose an attempt
    if (most && navigator.wakeLock) navigator.wakeLock.request("screen").catch(function () { return null; });
  }
  function sync() { // what the server knows, for a page that was away and for answers of another phone; comes to nothing
    var done = Object.assign({}, my.done); // where it did not say; what is acknowledged meanwhile is newer
    return post("").then(function (reply) {
      if (reply.status !== 200) return answered(reply);
      if (reply.data.state !== "open") return ended();
      if (reply.data.deadline) deadline = reply.data.deadline;
      reread();
      follow(reply.data);
      Object.keys(reply.data.saved || {}).forEach(function (n) {
        if (my.queue[n] || my.done[n] !== done[n] || !sections[n] || isAgain(+n)) return;
        choose(+n, reply.data.saved[n].response); sent[n] = 1;
        if (oneByOne) { delete refused[n]; close(+n); }
      });
      showAll(reply.data.shown);
      if (inTurn) turn({ next: reply.data.questions[0], materials: reply.data.materials });
      drawState(); send();
      return true;
    });
  }

  // ---- what is not right comes again, round by round
  function asks(n) { return redo.asked.indexOf(n) >= 0; }
  function isAgain(n) { return redo && drawn === redo.round && asks(n); } // it stands on the screen to be answered
  function follow(data) { if (data.round) redo = { round: data.round, asked: data.asked }; }
  function renew() {
    if (!redo || drawn === redo.round || !redo.asked.length) return;
    drawn = redo.round;
    redo.asked.forEach(function (n) {
      if (my.queue[n]) return;
      delete sent[n]; delete refused[n];
      choose(n, []); lock(n, false);
      sections[n].classList.remove("final");
      sections[n].querySelector(".feedback").hidden = true;
    });
    tell(say("again", { count: redo.asked.length }));
    drawState();
  }
  function forwardAgain() { // to the next question that is asked, from the last one to the first
    renew();
    var next = redo.asked.filter(function (n) { return n > shown; })[0] || redo.asked[0];
    if (next) show(next, true); else showCard();
  }

  // ---- a clock for each question
  function turn(data) {
    var next = data.next;
    if (!next) { if (!waiting().length) finish(); return; }
    if (sections[next.n]) { sections[next.n].dataset.deadline = next.deadline || ""; if (shown !== next.n) show(next.n, true); return; }
    var before = aboutBefore(data.shown && data.shown[shown]);
    var section = sections[shown].cloneNode(true), list = section.querySelector(".options");
    section.id = "q" + next.n; section.dataset.n = next.n; section.dataset.kind = next.kind; section.dataset.deadline = next.deadline || "";
    section.classList.remove("final");
    section.querySelector(".q-number").textContent = say("question", { n: next.n, of: page.of });
    section.querySelector(".q-kind").textContent = say("kind_" + next.kind);
    section.querySelector(".stem").innerHTML = next.stem_html; // sanitised by the server
    section.querySelector(".feedback").hidden = true;
    list.innerHTML = next.pictured_html || "";
    (next.places || next.options).forEach(function (each) { list.appendChild(next.places ? place(next, each) : option(next, each)); });
    about((data.materials || [])[0]);
    sections[shown].parentNode.insertBefore(section, sections[shown].nextSibling);
    sections[shown].remove(); delete sections[shown];
    adopt(section);
    show(next.n, true);
    if (before) tell(before, "");
    drawState();
  }
  function make(tag, name, html) { var it = document.createElement(tag); it.className = name; it.innerHTML = html; return it; }
  function labelled(name, input, html) { // the same as templates/play/_question.html
    var label = make("label", "option " + name, ""), text = make("span", "option-text", html); // sanitised by the server
    label.appendChild(name ? text : input); label.appendChild(name ? input : text); label.appendChild(make("span", "mark", ""));
    return label;
  }
  function option(q, each) {
    var input = make("input", "", "");
    input.type = /multiple|indefinite/.test(q.kind) ? "checkbox" : "radio";
    input.name = "q" + q.n; input.value = each.id;
    return labelled("", input, each.html);
  }
  function place(q, label) {
    var input = make(q.kind === "fill" ? "input" : "select", "place", "");
    if (q.kind === "fill") { input.type = "text"; input.maxLength = 200; input.autocapitalize = "off"; input.spellcheck = false; }
    else [{ id: "", words: words.select }].concat(q.options).forEach(function (each) {
      input.appendChild(new Option(each.words, each.id));
    });
    input.name = "q" + q.n;
    return labelled("in-place", input, label);
  }
  function about(material) { // what the open question asks about; the same as before stays as the reader has it
    var old = paper.querySelector(".material");
    if (old && material && +old.dataset.first === material.first) return;
    if (old) old.remove();
    if (!material) return;
    var box = make("details", "material", "<summary></summary><div>" + material.html + "</div>"); // sanitised by the server
    box.open = true; box.dataset.first = material.first; box.dataset.last = material.last;
    box.firstChild.textContent = say(material.first < material.last ? "materials" : "material", material);
    sections[shown].parentNode.insertBefore(box, sections[shown]);
  }
  function aboutBefore(told) { // what the rules show of the question that gives way
    if (!told) return "";
    var given = inputs(shown), key = (told.key || []).map(function (value) {
      if (given[0].type === "text") return value;
      var at = sections[shown].querySelector('[value="' + value + '"]');
      return at.text || at.parentNode.querySelector(".option-text").textContent;
    }).join(words.comma);
    return say("before", { verdict: say(told.right ? "right" : "wrong") }) + (key && !told.right ? say("before_key", { key: key }) : "") +
      sections[shown].querySelector(".explanation").textContent;
  }
  function passTurn() { // the question's time is up: send what is chosen, even nothing, and let the server go on
    if (turnSent === shown) return;
    turnSent = shown;
    close(shown);
    enqueue(shown, response(shown));
  }

  // ---- what is on the screen
  function materials() { return Array.from(paper.querySelectorAll(".material")); }
  function isAbout(box, n) { return +box.dataset.first <= n && n <= +box.dataset.last; }
  function show(n, focus) {
    var known = id("card").hidden && materials().some(function (box) { return !box.hidden && isAbout(box, shown) && isAbout(box, n); });
    shown = my.at = n; keep();
    if (oneByOne) announce(""); // what is said of the next question may be the same words
    numbers().forEach(function (each) { sections[each].hidden = !list && each !== n; });
    materials().forEach(function (box) { box.hidden = !list && !isAbout(box, n); });
    id("card").hidden = true; id("nav").hidden = false;
    drawNav();
    if (!list) window.scrollTo(0, 0);
    if (focus) sections[n].querySelector("legend").focus();
    if (focus && (list || known)) sections[n].scrollIntoView(); // the material was read: what is asked now comes first
    if (inTurn) turnSent = 0;
  }
  function drawNav() {
    if (!shown || !sections[shown]) return;
    var last = list || (redo ? !redo.asked.length : shown >= +page.of), final = isDone(shown);
    id("previous").disabled = shown === 1; id("previous").hidden = inTurn || list;
    id("to-card").hidden = inTurn;
    if (!list) id("to-card").firstElementChild.textContent = shown + "/" + page.of;
    id("next").textContent = say(!final ? (inTurn ? (last ? "send_last" : "send_next") : "send") : last ? "check" : "next");
    id("next").disabled = inTurn && isFinal(shown);
  }
  function hidePaper(hidden) {
    numbers().forEach(function (n) { sections[n].hidden = hidden; });
    materials().forEach(function (box) { box.hidden = hidden; });
  }
  function showCard() {
    renew();
    hidePaper(true);
    id("card").hidden = false; id("nav").hidden = true;
    drawState(); window.scrollTo(0, 0);
    id("card-title").focus();
  }
  function forward(twice) {
    if (!isDone(shown)) {
      if (!isAnswered(shown) && (!inTurn || skipping !== shown || twice)) {
        skipping = shown;
        return tell(say(!inTurn ? "choose_first" : page.stop === "first_wrong" ? "skip_ends" : "skip"));
      }
      tell("");
      if (inTurn) return passTurn();
      if (my.queue[shown]) return send();
      lock(shown, true);
      enqueue(shown, response(shown));
    } else if (redo) forwardAgain(); else if (!list && shown < +page.of) show(shown + 1, true); else showCard();
  }
  function showAll(told) { Object.keys(told || {}).forEach(function (n) { showFeedback(+n, told[n]); }); }
  function showFeedback(n, told) {
    if (!sections[n] || !told || isAgain(n)) return;
    var box = sections[n].querySelector(".feedback"), key = told.key || [], right = told.right;
    sections[n].classList.add("final");
    box.querySelector(".verdict").textContent = say(right ? "right" : "wrong");
    box.dataset.right = right ? "1" : "0";
    box.querySelector(".explanation").innerHTML = told.explanation_html || ""; // sanitised by the server
    inputs(n).forEach(function (i, at) {
      i.disabled = true;
      var isKey = key.indexOf(i.value) >= 0, mark = isKey ? say("key") : told.key && i.checked ? say("mine") : "", best = key[at] || "";
      if (hasPlaces(n)) {
        isKey = right;
        mark = right ? "" : i.options && best ? i.querySelector('[value="' + best + '"]').text : best;
      }
      i.parentNode.classList.toggle("is-key", !!isKey);
      i.parentNode.querySelector(".mark").textContent = mark;
    });
    box.hidden = false;
    if (n === shown) announce(say(right ? "right" : "wrong"));
    drawNav();
  }
  function finish() {
    if (clock.now() < least) {
      waits = inTurn;
      return tell(say(inTurn ? "waits" : "too_early", { time: clock.words(least - clock.now()) }));
    }
    if (inTurn && sections[shown] && !isFinal(shown) && isAnswered(shown)) { // chosen when the time ended
      reread();
      my.queue[shown] = { seq: my.seq += 1, response: response(shown) };
    }
    my.finish = true; keep(); lockFinish(); send();
  }
  function lockFinish() {
    if (!my.finish && !timeUp) return;
    tell(say(off ? "handing_in_offline" : "handing_in"), off ? "warn" : "");
    hidePaper(true);
    id("card").hidden = true; id("nav").hidden = true;
  }

  // ---- time
  var timeUp = false, asked = 0; // by this phone's clock; when the server was asked whether it is
  function ends() { return inTurn && sections[shown] && +sections[shown].dataset.deadline || deadline; }
  function tick() {
    if (over || my.finish) return;
    if (waits && clock.now() >= least) { waits = false; return finish(); }
    var left = ends() - clock.now(), timeLeft = id("time-left");
    if (left === Infinity) return;
    var whole = deadline - clock.now();
    timeLeft.textContent = clock.words(left);
    if (id("whole-left")) id("whole-left").textContent = say("whole", { time: clock.words(whole) });
    timeLeft.classList.toggle("low", left <= (left < whole ? 10000 : 60000));
    if (left === whole || !sayLeft("question_left", left)) sayLeft("left", whole);
    if (inTurn && clock.isSure() && left <= EARLY + trip && whole > EARLY + trip) return passTurn();
    if (left > 0 && timeUp) { timeUp = false; tell(""); show(shown, true); } // the server has said that it is not
    if (left > 0 || performance.now() < asked) return;
    asked = performance.now() + ABORT; // the phone's clock may have jumped: the server says whether time is up
    sync().then(function (told) {
      if (over || my.finish) return;
      if (!told) return waitForTime();
      if (deadline - clock.now() <= 1000) finish(); else asked = 0;
    }, waitForTime);
  }
  function sayLeft(key, ms) { // rarely; returns whether it is said now
    return [300, 60, 10].some(function (s) {
      if (Math.ceil(ms / 1000) !== s) return false;
      announce(say(key + (s < 60 ? "" : "_minutes"), { seconds: s, minutes: s / 60 }));
      return true;
    });
  }
  function waitForTime() { // nothing can be answered any more, and nothing is handed in before the server was heard
    off = timeUp = true;
    asked = performance.now() + 2000 + Math.random() * 2000;
    drawState(); lockFinish();
  }

  // ---- events
  var pressed; // when "next" was: the second tap of a double one is no second thought, and was meant for what was there
  function isTwice(event) { return event.detail && event.timeStamp - pressed < TWICE; } // a key has no detail
  function changed(event) { // a text counts as it is typed
    var section = event.target.closest(".question");
    if (!section || (event.target.type === "text") !== (event.type === "input")) return;
    tell(""); pressed = NaN;
    if (list) shown = my.at = +section.dataset.n;
    if (oneByOne) drawState(); else enqueue(+section.dataset.n, response(+section.dataset.n));
  }
  paper.addEventListener("change", changed);
  paper.addEventListener("input", changed);
  paper.addEventListener("toggle", function () { // folded stays folded when the page is loaded again
    my.folded = materials().filter(function (box) { return !box.open; }).map(function (box) { return box.dataset.first; });
    keep();
  }, true);
  id("previous").addEventListener("click", function () { tell(""); show(Math.max(1, shown - 1), true); });
  id("next").addEventListener("click", function (event) {
    var twice = isTwice(event);
    pressed = event.timeStamp;
    if (twice && !oneByOne) return;
    if (isDone(shown)) tell("");
    forward(twice);
  });
  id("to-card").addEventListener("click", showCard);
  id("back-to-paper").addEventListener("click", function () { show(shown, true); });
  id("hand-in").addEventListener("click", function (event) { if (oneByOne || !isTwice(event)) finish(); });
  window.addEventListener("online", function () { pause = 1000; if (timeUp) asked = 0; send(); });
  window.addEventListener("beforeunload", function (event) {
    goes();
    if (off && !over && !excused) { event.preventDefault(); event.returnValue = "?"; } // without network no page comes
  });
  window.addEventListener("pagehide", function () { goes(); beacon(); });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    if (my.gone) { my.gone = false; leaves(); }
    if (over) location.reload(); else sync().catch(away);
  });
  id("expired").addEventListener("click", function () { excused = true; });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible") { stayAwake(); tick(); return send(); }
    if (!unloading) leaves();
    beacon();
  });
  window.addEventListener("storage", function (event) {
    if (event.key === TAB && event.newValue && event.newValue.slice(1) !== tab.slice(1)) {
      tell(say("other_tab"));
      if (event.newValue[0] === "?") try { localStorage.setItem(TAB, "!" + random()); } catch (e) { keeps = false; }
    }
    if (event.key === KEY && !event.newValue) sync().catch(away); // handed in there
    if (event.key === KEY && event.newValue) {
      var before = my.queue;
      reread();
      if (oneByOne && my.done[shown] && !sent[shown]) sync().catch(away); // answered there: final, or the next one is open
      if (!oneByOne) Object.keys(my.done).forEach(function (n) { sent[n] = 1; });
      waiting().forEach(function (n) { if (sections[n] && (!before[n] || before[n].seq < my.queue[n].seq)) choose(+n, my.queue[n].response); });
      drawState();
    }
  });
  window.addEventListener("popstate", function () { if (!over) tell(say("back")); });

  // ---- begin: until all of it is done, and if a phone cannot do it, the page stays a form
  var early = [];
  function begin() {
    numbers().forEach(function (n) {
      var first = response(n, true), now = response(n);
      if (first.length) sent[n] = 1;
      if (first.length && oneByOne) { choose(n, first); close(n); }
      else if (String(now) !== String(first)) early.push(n); // chosen before this script was there
      else if (my.queue[n]) { choose(n, my.queue[n].response); if (oneByOne) lock(n, true); }
      var button = document.createElement("button");
      button.type = "button"; button.id = "card-" + n; button.textContent = n;
      button.addEventListener("click", function () { show(n, true); });
      id("card-list").appendChild(button);
    });
    materials().forEach(function (box) {
      if ((my.folded || []).indexOf(box.dataset.first) >= 0) box.open = false;
      numbers().forEach(function (n) {
        if (!isAbout(box, n) || box.dataset.first === box.dataset.last) return;
        id("card-" + n).className = "grouped" + (n === +box.dataset.first ? " first" : n === +box.dataset.last ? " last" : "");
      });
    });
    showAll(JSON.parse(page.shown || "{}"));
    if (!history.state) { history.replaceState({ base: 1 }, ""); history.pushState({ paper: 1 }, ""); }
    var first = inTurn ? numbers()[0] : redo && redo.asked[0] && !asks(my.at) ? redo.asked[0] : Math.min(my.at, numbers().length);
    if (first) show(first, false); else finish();
    drawState();
  }
  try { begin(); } catch (error) {
    hidePaper(false);
    id("nav").hidden = true;
    throw error;
  }
  paper.addEventListener("submit", function (event) { event.preventDefault(); });
  document.documentElement.classList.add("runs");
  var tab = "?" + random();
  try { localStorage.setItem(TAB, tab); } catch (e) { refuses(); }
  if (my.finish) lockFinish();
  if (my.gone) {
    my.gone = false;
    var came = performance.getEntriesByType && performance.getEntriesByType("navigation")[0];
    if (came && came.type !== "reload") leaves();
    keep();
  }
  if (timesLeft) tellLeft(timesLeft); else if (most) tell(say("stay", { most: most }), "");
  stayAwake();
  tick(); setInterval(tick, 250);
  if (!oneByOne) early.forEach(function (n) { enqueue(n, response(n)); });
  send();
})();
