// What the manager posts: notices and the duty roster, and what is taken off
// the boards. A refusal is said in the dialog, and what was typed stays.
import { act, live } from "./console.js";

const $ = id => document.getElementById(id);

function element(name, text, more) {
  const el = Object.assign(document.createElement(name), more);
  el.textContent = text;
  return el;
}

// submit posts a dialog's act and closes it when it is done. Words is where a
// refusal stands.
async function submit(dialog, words, wanted) {
  const tell = text => { words.textContent = text; words.hidden = !text; };
  tell("");
  const done = await act(wanted, p => { tell(p.message); return true; });
  if (done) dialog.close();
  else if (words.hidden) tell("没有收到回应，尚不能确定是否完成；再按一次不会重复操作。");
}

// ---- a notice

const notice = $("notice"), form = notice.querySelector("form");

function askNotice() {
  form.reset();
  $("notice-words").hidden = true;
  form.date.value = live.state.today;
  const zones = live.state.zones || [];
  form.querySelector(".zones").hidden = zones.length < 2;
  $("notice-zones").replaceChildren(...zones.map(z => {
    const label = element("label", "");
    label.append(element("input", "", { type: "checkbox", name: "zone", value: z.value }), z.label);
    return label;
  }));
  preview();
  notice.showModal();
  form.text.focus();
}

function preview() {
  const page = form.kind.value === "page";
  for (const el of form.querySelectorAll(".page")) el.hidden = !page;
  const parts = page ? [form.title.value, form.text.value, [form.issuer.value, form.date.value].filter(Boolean).join(" ")] : [form.text.value];
  $("notice-preview").replaceChildren(...parts.filter(t => t.trim()).map((t, i) => element(page && i === 0 && form.title.value ? "b" : "span", t)),
    ...(form.text_en.value.trim() ? [element("span", form.text_en.value, { className: "en" })] : []));
}

form.addEventListener("input", () => { $("notice-words").hidden = true; preview(); });
form.addEventListener("submit", e => {
  e.preventDefault();
  const v = name => form.elements[name].value.trim();
  const n = { kind: form.kind.value, text: { zh: v("text"), en: v("text_en") }, from: form.from.value, until: form.until.value,
    zones: [...form.querySelectorAll("[name=zone]:checked")].map(b => b.value), spoken: form.spoken.checked };
  if (n.kind === "page") Object.assign(n, { title: { zh: v("title"), en: v("title_en") }, issuer: { zh: v("issuer"), en: "" }, date: form.date.value });
  submit(notice, $("notice-words"), { verb: "notice", notice: n });
});

// ---- the duty roster of a day

const duty = $("duty");
let day = "";
let officers = []; // as they were: what the form does not show stays with them

function askDuty({ day: date, name }) {
  day = date;
  officers = (live.state.duty || []).find(d => d.day === date)?.officers || [];
  $("duty-title").textContent = `值班表 · ${name}`;
  $("duty-words").hidden = true;
  $("duty-rows").replaceChildren(...(officers.length ? officers : [{}]).map(row));
  duty.showModal();
  duty.querySelector("input").focus();
}

function row(o) {
  const tr = element("tr", "");
  const cells = [["name", o.name, "姓名"], ["post", o.post?.zh, "岗位"], ["post_en", o.post?.en, "岗位（英文）"], ["place", o.place?.zh, "地点"], ["phone", o.post_phone, "岗位电话"]];
  for (const [name, value, label] of cells) {
    const td = element("td", "");
    td.append(element("input", "", { type: "text", name, value: value || "", maxLength: 60, ariaLabel: label, autocomplete: "off" }));
    tr.append(td);
  }
  return tr;
}

$("duty-more").addEventListener("click", () => {
  const tr = row({});
  $("duty-rows").append(tr);
  tr.querySelector("input").focus();
});

duty.querySelector("form").addEventListener("submit", e => {
  e.preventDefault();
  const list = [...$("duty-rows").children].map((tr, i) => {
    const v = name => tr.querySelector(`[name=${name}]`).value.trim();
    const was = officers[i] || {};
    const kept = was.name === v("name") ? was : {};
    const o = { ...kept, name: v("name"), post: { zh: v("post"), en: v("post_en") }, place: { zh: v("place"), en: kept.place?.zh === v("place") ? kept.place.en : "" } };
    delete o.post_phone;
    if (v("phone")) o.post_phone = v("phone");
    return o;
  }).filter(o => o.name);
  submit(duty, $("duty-words"), { verb: "duty", day: { day, officers: list } });
});

// ---- off the boards

const off = $("off");
let wanted = {};

function askOff(verb, { subject, name }) {
  wanted = { verb, subject };
  $("off-title").textContent = verb === "notice-off" ? "撤下公告" : "撤下审批结果";
  $("off-name").textContent = name;
  off.showModal();
}

off.querySelector("form").addEventListener("submit", e => {
  e.preventDefault();
  off.close();
  act(wanted);
});

// office are the acts by the name on their buttons.
export const office = {
  notice: askNotice,
  duty: askDuty,
  "notice-off": data => askOff("notice-off", data),
  "result-off": data => askOff("result-off", data),
};
