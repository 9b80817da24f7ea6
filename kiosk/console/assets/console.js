// The live side of the console's pages: it replaces the regions that the stream
// sends, offers what the window may do now, and posts each act with an id of
// its own, so that a double click or a lost answer never makes two of one.
"use strict";
(() => {
  const body = document.body;
  const page = body.dataset.page;
  const stream = page === "window" ? `/window/${body.dataset.window}/events` : "/hall/events";
  const link = document.getElementById("link");
  const say = document.getElementById("say");
  const dialog = document.getElementById("ask");

  let state = { can: {}, lists: {}, number: "", paused: false };
  let online = false;
  let busy = false;
  let skew = 0;          // hall's clock minus this machine's, in ms
  let heard = 0;         // when the stream last said something
  let shown = "";        // the hall's time of what it said
  let source = null;
  let tries = 0;
  let leaving = false;   // a sign-out is under way: the end of the stream is no news
  let unanswered = null; // {key, id} of an act whose answer was lost

  // ---- the stream

  const SILENCE = 12000; // more than two beats of the server

  function connect() {
    heard = performance.now();
    source = new EventSource(stream);
    source.onmessage = e => {
      heard = performance.now();
      tries = 0;
      take(JSON.parse(e.data));
    };
    source.onerror = reconnect;
  }

  function reconnect() {
    if (!source) return;
    source.close();
    source = null;
    setOnline(false);
    const wait = Math.min(4000, 400 * 2 ** tries++) * (0.7 + 0.6 * Math.random());
    setTimeout(connect, wait);
  }

  function setOnline(now) {
    online = now;
    body.classList.toggle("lost", !now);
    link.textContent = now ? "已连接" : `连接已断开，正在重新连接…${shown ? ` 页面内容截至 ${shown}` : ""}`;
    offer();
  }

  function take(u) {
    if (u.gone) {
      source.close();
      source = null;
      if (leaving) return;
      const at = page === "window" ? body.dataset.window : "hall";
      location.assign(`/?window=${at}&why=${encodeURIComponent(u.gone)}`);
      return;
    }
    skew = u.at - Date.now();
    shown = hallTime.format(u.at);
    for (const [name, html] of Object.entries(u.regions || {})) {
      const el = document.querySelector(`[data-region="${name}"]`);
      if (!el) continue;
      const kept = el.contains(document.activeElement) ? document.activeElement.dataset.keep : "";
      el.innerHTML = html;
      if (kept) el.querySelector(`[data-keep="${kept}"]`)?.focus();
    }
    if (u.state) state = u.state;
    setOnline(true);
    tick();
  }

  // ---- time

  const two = n => String(n).padStart(2, "0");

  const hallTime = new Intl.DateTimeFormat("zh-CN", {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: body.dataset.zone || undefined,
  });

  function tick() {
    const now = Date.now() + skew;
    document.getElementById("clock").textContent = hallTime.format(now);
    for (const el of document.querySelectorAll("[data-since]")) {
      const s = Math.max(0, Math.floor((now - Date.parse(el.dataset.since)) / 1000));
      const text = el.closest(".timer") ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : `${Math.floor(s / 60)} 分钟`;
      if (el.textContent !== text) el.textContent = text;
    }
    if (source && performance.now() - heard > SILENCE) reconnect();
  }

  // ---- what may be done

  function offer() {
    for (const b of document.querySelectorAll("[data-verb]")) {
      const v = b.dataset.verb;
      b.disabled = !online || busy || !(v in state.can);
      if (v === "pause" || v === "resume") b.hidden = (v === "resume") !== state.paused;
    }
  }

  const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  function ulid() {
    let t = Date.now(), time = "";
    for (let i = 0; i < 10; i++) { time = CROCKFORD[t % 32] + time; t = Math.floor(t / 32); }
    return time + Array.from(crypto.getRandomValues(new Uint8Array(16)), b => CROCKFORD[b % 32]).join("");
  }

  let sayTimer = 0;
  function tell(text, bad) {
    clearTimeout(sayTimer);
    say.textContent = text;
    say.classList.toggle("bad", !!bad);
    say.hidden = !text;
    if (text) sayTimer = setTimeout(() => { say.hidden = true; }, 8000);
  }

  // act posts one act and repeats it, with the same id, while no answer comes.
  async function act(verb, more) {
    if (busy || !online) return;
    const wanted = { verb, expect: state.number, ...more };
    const key = JSON.stringify(wanted);
    const id = unanswered && unanswered.key === key ? unanswered.id : ulid();
    busy = true;
    leaving = verb === "sign-out";
    offer();
    tell("");
    try {
      for (let n = 0; n < 4; n++) {
        if (n) await new Promise(done => setTimeout(done, 700 * n));
        let answer;
        try {
          const r = await fetch(`/window/${body.dataset.window}/do`, {
            method: "POST",
            headers: { "Content-Type": "application/json", "X-Token": body.dataset.token },
            body: JSON.stringify({ id, ...wanted }),
            signal: AbortSignal.timeout(12000),
          });
          answer = await r.json();
        } catch { continue; }
        unanswered = null;
        if (leaving && (answer.result === "ok" || !source)) { location.assign("/?why=signed-out"); return; }
        if (answer.result !== "ok") tell(answer.error ? answer.error.message : "请求未完成，请再试一次。", answer.result === "failed");
        leaving = false;
        return;
      }
      unanswered = { key, id };
      leaving = false;
      if (!source) connect();
      tell("没有收到回应，尚不能确定是否完成。请查看当前号码；再按一次不会重复操作。", true);
    } finally {
      busy = false;
      offer();
    }
  }

  // ---- the dialog that asks

  const find = document.getElementById("ask-find");
  const list = document.getElementById("ask-list");
  let asking = null;  // {verb, ask, all, shown, at}
  let opener = "";    // the key that opened the dialog, until another one: it types nothing there

  function begin(button) {
    if (button.disabled || busy || !online) return;
    const { verb, number, title } = button.dataset;
    if (number) { act(verb, { number }); return; }
    const ask = state.can[verb];
    if (!ask) { act(verb); return; }
    const all = state.lists[ask] || [];
    asking = { verb, ask, all, shown: [], at: 0 };
    document.getElementById("ask-title").textContent = title;
    find.hidden = !["targets", "waiting", "held", "missed"].includes(ask) || all.length < 6;
    find.value = "";
    filter();
    dialog.showModal();
    (find.hidden ? list : find).focus();
  }

  function filter() {
    const q = find.value.trim().toLowerCase();
    asking.shown = asking.all.filter(c => !q || (c.label + " " + (c.detail || "")).toLowerCase().includes(q));
    asking.at = 0;
    list.replaceChildren(...asking.shown.map((c, i) => {
      const li = document.createElement("li");
      li.id = "ask-" + i;
      li.setAttribute("role", "option");
      const k = document.createElement("kbd"), b = document.createElement("b"), s = document.createElement("small");
      k.textContent = i + 1;
      k.hidden = !find.hidden || i > 8;
      b.textContent = c.label;
      s.textContent = c.detail || "";
      li.append(k, b, s);
      li.addEventListener("click", () => { asking.at = i; choose(); });
      return li;
    }));
    mark();
  }

  function mark() {
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", i === asking.at));
    const on = list.children[asking.at];
    for (const el of [find, list]) on ? el.setAttribute("aria-activedescendant", on.id) : el.removeAttribute("aria-activedescendant");
    on?.scrollIntoView({ block: "nearest" });
  }

  // shut closes the dialog and gives the keys back to the page at once.
  function shut() {
    dialog.close();
    document.activeElement?.blur();
  }

  function choose() {
    const c = asking.shown[asking.at];
    if (!c) return;
    const { verb, ask } = asking;
    shut();
    if (ask === "targets") {
      const [kind, id] = c.value.split(":");
      act(verb, kind === "service" ? { service: id } : { to_window: id });
    } else if (ask === "leave") act(verb);
    else act(verb, ask === "pause" || ask === "hold" ? { reason: c.value } : { number: c.value });
  }

  function dialogKey(e) {
    e.stopPropagation(); // what is chosen here is no key of the page
    if (e.isComposing) return;
    if (e.repeat && e.code === opener) { e.preventDefault(); return; }
    opener = "";
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      asking.at = Math.min(asking.shown.length - 1, Math.max(0, asking.at + step));
      mark();
    } else if (e.key === "Enter") choose();
    else if (e.key === "Escape") shut();
    else if (find.hidden && /^[1-9]$/.test(e.key) && asking.shown[e.key - 1]) { asking.at = e.key - 1; choose(); }
    else return;
    e.preventDefault();
  }

  // ---- keys and clicks

  function pageKey(e) {
    if (e.repeat || e.ctrlKey || e.altKey || e.metaKey || e.isComposing || dialog.open) return;
    if (e.key === "Enter" && e.target.closest("button, a")) return;
    // The physical key counts, so that a Chinese input method does not matter.
    const key = e.code === "Enter" || e.code === "NumpadEnter" ? "N" : e.code.replace(/^Key/, "");
    for (const b of document.querySelectorAll("[data-key]")) {
      if (b.dataset.key === key && !b.hidden && !b.disabled) { e.preventDefault(); begin(b); opener = dialog.open ? e.code : ""; return; }
    }
  }

  if (page === "window") {
    document.addEventListener("keydown", pageKey);
    document.addEventListener("click", e => {
      const b = e.target.closest("[data-verb]");
      if (b) { opener = ""; begin(b); }
    });
    dialog.addEventListener("keydown", dialogKey);
    dialog.addEventListener("close", () => { // told late: the next one may be open already
      if (!dialog.open) document.activeElement?.blur();
    });
    find.addEventListener("beforeinput", e => { if (opener) e.preventDefault(); });
    find.addEventListener("input", filter);
  }
  setInterval(tick, 500);
  tick();
  connect();
})();
