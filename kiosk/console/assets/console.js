// The live side of the console's pages: it replaces the regions that the stream
// sends, tells the time, and posts each act with an id of its own, so that a
// double click or a lost answer never makes two of one. What a page may do
// stands in its own script.

const body = document.body;
const page = body.dataset.page;
const here = page === "window" ? `/window/${body.dataset.window}` : `/${page}`;
const door = body.dataset.window || page;
const link = document.getElementById("link");
const say = document.getElementById("say");

export const live = {
  online: false,
  busy: false,     // an act is under way
  leaving: false,  // a sign-out is under way: the end of the stream is no news
  state: null,     // what the page may do
};
let offer = () => {}; // the page's own, after each change of live

// start makes the page live. Offered is called after each change of live.
export function start(offered) {
  offer = offered;
  setInterval(tick, 500);
  tick();
  connect();
}

// ---- the stream

const SILENCE = 12000; // more than two beats of the server

// now is the hall's time, Unix milliseconds.
export const now = () => Date.now() + skew;

let skew = 0;     // hall's clock minus this machine's, in ms
let heard = 0;    // when the stream last said something
let shown = "";   // the hall's time of what it said
let source = null;
let tries = 0;

function connect() {
  heard = performance.now();
  source = new EventSource(`${here}/events`);
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
  live.online = now;
  body.classList.toggle("lost", !now);
  link.textContent = now ? "已连接" : `连接已断开，正在重新连接…${shown ? ` 页面内容截至 ${shown}` : ""}`;
  offer();
}

function take(u) {
  if (u.gone) {
    source.close();
    source = null;
    if (!live.leaving) location.assign(`/?window=${door}&why=${encodeURIComponent(u.gone)}`);
    return;
  }
  skew = u.at - Date.now();
  shown = hallTime.format(u.at);
  for (const [name, html] of Object.entries(u.regions || {})) {
    const el = document.querySelector(`[data-region="${name}"]`);
    if (el) replace(el, html);
  }
  if (u.state) live.state = u.state;
  setOnline(true);
  tick();
}

// replace changes a region and keeps where the reader is in it: the keyboard's
// place and what is unfolded.
function replace(el, html) {
  const kept = el.contains(document.activeElement) ? document.activeElement.dataset.keep : "";
  const open = [...el.querySelectorAll("details[open]")].map(d => d.id);
  el.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (kept) el.querySelector(`[data-keep="${kept}"]`)?.focus();
}

// ---- time

const two = n => String(n).padStart(2, "0");

const hallTime = new Intl.DateTimeFormat("zh-CN", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: body.dataset.zone || undefined,
});

function tick() {
  const at = now();
  document.getElementById("clock").textContent = hallTime.format(at);
  for (const el of document.querySelectorAll("[data-since]")) {
    const s = Math.max(0, Math.floor((at - Date.parse(el.dataset.since)) / 1000));
    const text = el.closest(".timer") ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : `${Math.floor(s / 60)} 分钟`;
    if (el.textContent !== text) el.textContent = text;
  }
  for (const el of document.querySelectorAll("[data-until]")) {
    const s = Math.round((Date.parse(el.dataset.until) - at) / 1000);
    const text = s > 0 ? `还剩 ${Math.ceil(s / 60)} 分钟` : `已超时 ${Math.floor(-s / 60)} 分钟`;
    if (el.textContent !== text) el.textContent = text;
    el.closest(".due")?.classList.toggle("over", s <= 0);
  }
  if (source && performance.now() - heard > SILENCE) reconnect();
}

// ---- acts

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function ulid() {
  let t = Date.now(), time = "";
  for (let i = 0; i < 10; i++) { time = CROCKFORD[t % 32] + time; t = Math.floor(t / 32); }
  return time + Array.from(crypto.getRandomValues(new Uint8Array(16)), b => CROCKFORD[b % 32]).join("");
}

let sayTimer = 0;

// tell says a sentence at the top of the page for a while.
export function tell(text, bad) {
  clearTimeout(sayTimer);
  say.textContent = text;
  say.classList.toggle("bad", !!bad);
  say.hidden = !text;
  if (text) sayTimer = setTimeout(() => { say.hidden = true; }, 8000);
}

let unanswered = null; // {key, id} of an act whose answer was lost

// act posts one act and repeats it, with the same id, while no answer comes. It
// says a refusal, unless refused takes it, and tells whether the act was done.
export async function act(wanted, refused) {
  if (live.busy || !live.online) return false;
  const key = JSON.stringify(wanted);
  const id = unanswered && unanswered.key === key ? unanswered.id : ulid();
  live.busy = true;
  live.leaving = wanted.verb === "sign-out";
  offer();
  tell("");
  try {
    for (let n = 0; n < 4; n++) {
      if (n) await new Promise(done => setTimeout(done, 700 * n));
      let answer;
      try {
        const r = await fetch(`${here}/do`, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-Token": body.dataset.token },
          body: JSON.stringify({ id, ...wanted }),
          signal: AbortSignal.timeout(12000),
        });
        answer = await r.json();
      } catch { continue; }
      unanswered = null;
      if (live.leaving && (answer.result === "ok" || !source)) { location.assign("/?why=signed-out"); return true; }
      if (answer.result !== "ok" && !(answer.error && refused?.(answer.error))) tell(answer.error ? answer.error.message : "请求未完成，请再试一次。", answer.result === "failed");
      live.leaving = false;
      return answer.result === "ok";
    }
    unanswered = { key, id };
    live.leaving = false;
    if (!source) connect();
    tell("没有收到回应，尚不能确定是否完成。请查看页面内容；再按一次不会重复操作。", true);
    return false;
  } finally {
    live.busy = false;
    offer();
  }
}
