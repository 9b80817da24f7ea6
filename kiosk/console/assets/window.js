// What a window may do: its buttons and keys, and the words before somebody
// calls past a number that was put aside and is overdue.
import { ask, asks } from "./ask.js";
import { act, live, now, start } from "./console.js";
import { finishes, finish, keepFinish } from "./finish.js";

live.state = { can: {}, lists: {}, number: "", paused: false, auto: false, silent: false };

const past = document.getElementById("past");

// wait is how many seconds the number in hand cannot be called again, 0 for
// none; -1 when it was called as often as is allowed.
function wait() {
  const r = live.state.recall;
  if (!r) return 0;
  return r.left === 0 ? -1 : Math.max(0, Math.ceil((r.at - now()) / 1000));
}

function offer() {
  const secs = wait();
  for (const b of document.querySelectorAll("[data-verb]")) {
    const v = b.dataset.verb;
    b.disabled = !live.online || live.busy || !(v in live.state.can) || v === "recall" && secs !== 0;
    if (v === "pause" || v === "resume") b.hidden = (v === "resume") !== live.state.paused;
    if (v === "auto") b.setAttribute("aria-checked", live.state.auto);
    if (v === "no-show") b.classList.toggle("advised", secs < 0);
    const en = b.querySelector("small");
    if (v === "recall") say(en, secs > 0 ? `${secs} 秒后` : secs < 0 ? "已到次数" : live.state.recall ? `还可 ${live.state.recall.left} 次` : "Recall");
    if (v === "silent") say(en, live.state.number ? live.state.silent ? "现为静音" : "现有语音" : "Silent");
  }
  if (past.open && (!live.online || live.state.number)) past.close();
  keepFinish();
}

function say(el, text) {
  if (el && el.textContent !== text) el.textContent = text;
}

function send(verb, more) {
  const wanted = { verb, expect: live.state.number, ...more };
  act(wanted, p => p.code === "held-overdue" && askPast(wanted, p.message));
}

function begin(button, key) {
  if (button.disabled || live.busy || !live.online) return;
  const { verb, number, title } = button.dataset;
  if (number) { send(verb, { number }); return; }
  if (verb === "auto") { send(verb, { auto: !live.state.auto }); return; }
  const steps = live.state.can[verb];
  if (verb === "silent" && !steps) { send(verb, { number: live.state.number, silent: !live.state.silent }); return; }
  if (steps === "outcome") { finish(key); return; }
  if (!steps) { send(verb); return; }
  ask({ title, steps: steps.split(" "), lists: () => live.state.lists, key, done: got => send(verb, got) });
}

// ---- a number that was put aside and is overdue

let beyond = null; // the act that would go past it
let heldOne = "";  // its number

function askPast(wanted, message) {
  beyond = wanted;
  heldOne = (live.state.lists.held || []).map(c => c.value).find(n => message.includes(n)) || "";
  document.getElementById("past-words").textContent = message;
  const back = document.getElementById("past-back");
  back.hidden = !heldOne;
  document.getElementById("past-number").textContent = heldOne;
  past.showModal();
  (heldOne ? back : past.querySelector("[data-close]")).focus();
  return true;
}

function goPast() { past.close(); send(beyond.verb, { ...beyond, past_held: true }); }
function takeBack() { past.close(); send("unhold", { number: heldOne }); }

past.addEventListener("keydown", e => {
  if (!past.open) return; // closed, and the keyboard's place has not moved yet
  e.stopPropagation();
  if (e.repeat) { e.preventDefault(); return; }
  if (e.code === "KeyU" && heldOne) takeBack();
  else if (e.code === "KeyN") goPast();
  else return;
  e.preventDefault();
});
document.getElementById("past-go").addEventListener("click", goPast);
document.getElementById("past-back").addEventListener("click", takeBack);
for (const when of ["cancel", "close"]) past.addEventListener(when, () => { if (when === "cancel" || !past.open) document.activeElement?.blur(); });

// ---- keys and clicks

function pageKey(e) {
  if (e.repeat || e.ctrlKey || e.altKey || e.metaKey || e.isComposing || asks() || past.open || finishes()) return;
  if (e.key === "Enter" && e.target.closest("button, a, summary")) return;
  // The physical key counts, so that a Chinese input method does not matter.
  const key = e.code === "Enter" || e.code === "NumpadEnter" ? "N" : e.code.replace(/^Key/, "");
  for (const b of document.querySelectorAll("[data-key]")) {
    if (b.dataset.key === key && !b.hidden && !b.disabled) { e.preventDefault(); begin(b, e.code); return; }
  }
}

document.addEventListener("keydown", pageKey);
document.addEventListener("click", e => {
  if (e.target.closest("[data-close]")) { e.target.closest("dialog").close(); return; }
  const b = e.target.closest("[data-verb]");
  if (b) begin(b, "");
});
setInterval(() => { if (live.state.recall) offer(); }, 250); // the seconds until it may be called again
start(offer);
