// The dialog that asks for a number, a place or a reason, from one list after
// another, with the keyboard alone.

const dialog = document.getElementById("ask");
const find = document.getElementById("ask-find");
const list = document.getElementById("ask-list");

// Each list: what a choice from it means, whether something else may be typed,
// and what is asked.
const LISTS = {
  targets: { means: v => v.startsWith("service:") ? { service: v.slice(8) } : { to_window: v.slice(7) } },
  correct: { means: v => ({ service: v }), asks: "正确的事项" },
  services: { means: v => ({ service: v }), asks: "哪个事项" },
  "walk-in": { means: v => ({ call: v === "call" }) },
  waiting: { means: v => ({ number: v }) },
  quiet: { means: v => ({ number: v.slice(v.indexOf(":") + 1), silent: v.startsWith("on:") }), asks: "哪个号码" },
  held: { means: v => ({ number: v }) },
  missed: { means: v => ({ number: v }) },
  pause: { means: v => ({ reason: v }) },
  hold: { means: v => ({ reason: v }), asks: "原因" },
  minutes: { means: v => ({ minutes: Number(v) }), free: "分钟后提醒", asks: "多久后提醒", number: true },
  leave: { means: () => ({}) },
  fee: { means: v => v === "no" ? { no_fee: true } : {} },
  grantee: { means: v => ({ number: v.toUpperCase() }), free: "其他窗口的号码", asks: "哪个号码" },
  class: { means: v => ({ class: v }), asks: "哪一类优先" },
  grant: { means: v => ({ reason: v }), free: "按输入的理由", asks: "理由（存入记录）" },
};
const FIND = ["targets", "correct", "services", "waiting", "quiet", "held", "missed"]; // searched when they are long

let asking = null; // {title, steps, lists, done, got, said, all, shown, at}
let opener = "";   // the key that opened the dialog, until another one: it types nothing there

export const asks = () => dialog.open;

// ask asks from the lists with these names, and hands what was chosen to done.
// Key is the code of the key that began it, "" for a click.
export function ask({ title, steps, lists, got = {}, said = [], key = "", done }) {
  asking = { title, steps: [...steps], lists, done, got: { ...got }, said: [...said] };
  show();
  dialog.showModal();
  (find.hidden ? list : find).focus();
  opener = key;
}

// show shows the next list.
function show() {
  const name = asking.steps[0];
  const { free, asks } = LISTS[name];
  asking.all = asking.lists()[name] || [];
  document.getElementById("ask-title").textContent = [asking.title, ...asking.said, asks].filter(Boolean).join(" · ");
  find.hidden = !free && (!FIND.includes(name) || asking.all.length < 6);
  find.placeholder = free ? `选择或输入：${free}` : "输入号码或名称查找";
  find.value = "";
  filter();
}

function filter() {
  const q = find.value.trim(), low = q.toLowerCase();
  const { free, number } = LISTS[asking.steps[0]];
  asking.shown = asking.all.filter(c => !q || (c.label + " " + (c.detail || "")).toLowerCase().includes(low));
  if (number && q) asking.shown = /^\d{1,3}$/.test(q) ? [{ value: q, label: q, detail: free }] : [];
  else if (free && q && !asking.all.some(c => c.label.toLowerCase() === low)) asking.shown.push({ value: q, label: q, detail: free });
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
  Object.assign(asking.got, LISTS[asking.steps.shift()].means(c.value));
  if (asking.steps.length) {
    asking.said.push(c.label);
    show();
    (find.hidden ? list : find).focus();
    return;
  }
  shut();
  asking.done(asking.got);
}

// answer chooses by a key, which answers one question and types nothing into
// the next.
function answer(e) {
  choose();
  if (dialog.open) opener = e.code;
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
  } else if (e.key === "Enter" && !e.repeat) answer(e);
  else if (e.key === "Escape") shut();
  else if (find.hidden && /^[1-9]$/.test(e.key) && asking.shown[e.key - 1]) { asking.at = e.key - 1; answer(e); }
  else if (e.key !== "Enter") return;
  e.preventDefault();
}

dialog.addEventListener("keydown", dialogKey);
dialog.addEventListener("close", () => { // told late: the next one may be open already
  if (!dialog.open) document.activeElement?.blur();
});
find.addEventListener("beforeinput", e => { if (opener) e.preventDefault(); });
find.addEventListener("input", filter);
