// The dialog at the end of a service: what came of it, and for which services.
// What is typed stays until the hall has it.
import { act, live } from "./console.js";

const dialog = document.getElementById("finish");
const form = dialog.querySelector("form");
const words = document.getElementById("finish-words");
let number = "";  // of the ticket that it is about
let opener = "";  // the key that opened it, until it goes up

export const finishes = () => dialog.open;

// keepFinish closes the dialog when its number is no longer in hand.
export function keepFinish() {
  if (dialog.open && live.state.number !== number) dialog.close();
  document.getElementById("finish-do").disabled = live.busy || !live.online;
}

function tell(text) {
  words.textContent = text;
  words.hidden = !text;
}

export function finish(key) {
  const f = live.state.finish;
  if (!f) return;
  form.reset();
  opener = key;
  number = live.state.number;
  tell("");
  document.getElementById("finish-title").textContent = `办理结束 · ${number}`;
  document.getElementById("finish-need").textContent = f.need ? "必选" : "可不选，直接按 Enter 办结";
  document.getElementById("finish-fee").hidden = !f.fee;
  document.getElementById("finish-done").replaceChildren(...f.services.map(s => {
    const label = document.createElement("label"), box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: "done", value: s.value, checked: s.value === f.own });
    label.append(box, s.label);
    return label;
  }));
  dialog.showModal();
  form.querySelector("[name=result]").focus();
}

function outcome() {
  const data = new FormData(form), f = live.state.finish, o = {};
  const done = data.getAll("done");
  if (done.length && !(done.length === 1 && done[0] === f.own)) o.done = done;
  for (const name of ["result", "case", "note"]) if ((data.get(name) || "").trim()) o[name] = data.get(name).trim();
  return { o, no_fee: data.get("no_fee") === "yes" };
}

form.addEventListener("submit", async e => {
  e.preventDefault();
  if (live.busy || !live.state.finish) return;
  const { o, no_fee } = outcome();
  if (live.state.finish.need && !o.result) {
    tell("请先选择办理结果，再办结。");
    form.querySelector("[name=result]").focus();
    return;
  }
  const wanted = { verb: "finish", expect: number };
  if (Object.keys(o).length) wanted.outcome = o;
  if (no_fee) wanted.no_fee = true;
  tell("");
  const done = await act(wanted, p => { tell(p.message); return true; });
  if (done) dialog.close();
  else if (dialog.open && words.hidden) tell("没有收到回应，尚不能确定是否完成；再按一次不会重复操作。");
});

dialog.addEventListener("keydown", e => {
  if (!dialog.open) return; // closed, and the keyboard's place has not moved yet
  e.stopPropagation(); // what is typed here is no key of the page
  if (e.isComposing) return;
  if (e.repeat && (e.key === "Enter" || e.code === opener)) { e.preventDefault(); return; }
  const typing = e.target.matches("input[type=text], textarea");
  const radios = form.querySelectorAll("[name=result]");
  if (!typing && /^[1-9]$/.test(e.key) && radios[e.key - 1]) {
    radios[e.key - 1].checked = true;
    radios[e.key - 1].focus();
    tell("");
    e.preventDefault();
  }
});
form.addEventListener("input", () => tell(""));
for (const when of ["cancel", "close"]) dialog.addEventListener(when, () => { if (when === "cancel" || !dialog.open) document.activeElement?.blur(); });
