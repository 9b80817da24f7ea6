// What the manager may do: change the rule of the queue, stop and resume a
// service, end the day, and post what the boards show. Each is asked about in a dialog outside of what the
// stream replaces, so that nothing that is being typed gets lost.
import { act, live, start } from "./console.js";
import { office } from "./office.js";

const $ = id => document.getElementById(id);
live.state = { rule: { overtake: 0, beyond_minutes: 0, weights: {} }, classes: [], waiting: 0, closed: false, reasons: {}, zones: [], duty: [] };

const PAUSE = 800; // ms to read what is asked once more: a double click is no second word
let asked = -PAUSE; // when something was last asked once more

function offer() {
  const off = !live.online || live.busy;
  for (const b of document.querySelectorAll("[data-act]")) b.disabled = off;
  for (const b of document.querySelectorAll("dialog [type=submit]")) b.disabled = off || performance.now() < asked + PAUSE;
}

function askAgain() {
  asked = performance.now();
  offer();
  setTimeout(offer, PAUSE + 1);
}

function element(name, text, more) {
  const el = Object.assign(document.createElement(name), more);
  el.textContent = text;
  return el;
}

// ---- stop a service, end the day: both with a reason

const stop = $("stop"), resume = $("resume"), order = $("order");
let wanted = {};       // the act that a dialog is about
let confirmed = false; // of an act that cannot be taken back

function askReason(verb, service, name) {
  const ends = verb === "end-day";
  wanted = { verb, service };
  confirmed = !ends;
  $("stop-title").textContent = ends ? "提前结束当日业务" : `暂停取号：${name}`;
  $("stop-hint").textContent = ends
    ? "不再取号，等候和未确认的号码全部作废；窗口手中和暂存的号码请办完。本操作不能撤销。"
    : "取号机不再发这项的号，并显示原因；已取的号照常办理。";
  $("stop-do").textContent = ends ? "下一步" : "暂停取号";
  $("stop-check").hidden = true;
  const legend = $("stop-reasons").firstElementChild;
  $("stop-reasons").replaceChildren(legend, ...(live.state.reasons[verb] || []).map((r, i) => {
    const label = element("label", "");
    label.append(element("input", "", { type: "radio", name: "reason", value: r.value, checked: i === 0 }), r.label);
    return label;
  }));
  stop.querySelector("[name=other]").value = "";
  stop.showModal();
}

stop.querySelector("form").addEventListener("submit", e => {
  e.preventDefault();
  const form = new FormData(e.target);
  const reason = form.get("other").trim() || form.get("reason") || "";
  if (!confirmed) {
    confirmed = true;
    $("stop-check").textContent = `将以“${reason}”为由结束今天的业务，${live.state.waiting} 个等候或未确认的号码作废。确定吗？`;
    $("stop-check").hidden = false;
    $("stop-do").textContent = "确定结束";
    askAgain();
    return;
  }
  stop.close();
  act({ ...wanted, reason });
});
stop.addEventListener("input", () => { // another reason is asked about again
  if (wanted.verb !== "end-day") return;
  confirmed = false;
  $("stop-check").hidden = true;
  $("stop-do").textContent = "下一步";
});

function askResume(service, name) {
  wanted = { verb: "resume", service };
  $("resume-title").textContent = `恢复取号：${name}`;
  resume.showModal();
}

resume.querySelector("form").addEventListener("submit", e => {
  e.preventDefault();
  resume.close();
  act(wanted);
});

// ---- the rule of the queue

let was = null;     // the rule when the dialog opened
let fields = [];    // {label, before, input, into}
let checked = false;

function askOrder() {
  was = structuredClone(live.state.rule);
  was.weights ||= {};
  fields = [];
  const rows = [];
  const row = (label, before, most, into) => {
    const input = element("input", "", { type: "number", min: 0, max: most, step: 1, value: before, required: true, ariaLabel: label });
    fields.push({ label, before, input, into });
    const tr = element("tr", ""), last = element("td", "", { className: "n" });
    last.append(input);
    tr.append(element("td", label), element("td", before, { className: "n" }), last);
    rows.push(tr);
  };
  row("每个号最多被越过几次（0–100）", was.overtake, 100, (rule, v) => { rule.overtake = v; });
  row("轮到后满多少分钟不再被越过（0–480）", was.beyond_minutes, 480, (rule, v) => { rule.beyond_minutes = v; });
  for (const c of live.state.classes) row(`权重：${c.label}（0–9）`, was.weights[c.value] ?? 0, 9, (rule, v) => { rule.weights[c.value] = v; });
  $("order-rows").replaceChildren(...rows);
  showCheck(false);
  order.showModal();
}

function showCheck(yes) {
  checked = yes;
  $("order-form").hidden = yes;
  $("order-check").hidden = !yes;
  $("order-back").hidden = !yes;
  $("order-do").textContent = yes ? "确认修改" : "下一步";
}

order.querySelector("form").addEventListener("submit", e => {
  e.preventDefault();
  const changes = fields.filter(f => f.input.valueAsNumber !== f.before);
  if (!changes.length) { order.close(); return; }
  if (!checked) {
    $("order-changes").replaceChildren(...changes.map(f => element("li", `${f.label.replace(/（.*?）/g, "")}：${f.before} → ${f.input.valueAsNumber}`)));
    showCheck(true);
    askAgain();
    return;
  }
  const rule = structuredClone(was);
  for (const f of changes) f.into(rule, f.input.valueAsNumber);
  order.close();
  act({ verb: "order", rule, was });
});
$("order-back").addEventListener("click", () => showCheck(false));

// ---- clicks and keys

// A key held down is pressed once. In a field Enter would go to the button even
// while it waits.
document.addEventListener("keydown", e => {
  if (e.key === "Enter" && !e.target.matches("textarea") && (e.repeat || performance.now() < asked + PAUSE) && e.target.closest("dialog")) e.preventDefault();
});

document.addEventListener("click", e => {
  if (e.target.closest("[data-close]")) { e.target.closest("dialog").close(); return; }
  const b = e.target.closest("[data-act]");
  if (!b || b.disabled) return;
  const { act: verb, service, name } = b.dataset;
  if (office[verb]) office[verb](b.dataset);
  else if (verb === "order") askOrder();
  else if (verb === "resume") askResume(service, name);
  else askReason(verb, service, name);
});
start(offer);
