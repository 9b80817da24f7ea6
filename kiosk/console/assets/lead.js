// What a lead does for a number of any window, from a window of their own.
import { ask } from "./ask.js";
import { act, live, start } from "./console.js";

live.state = { can: {}, lists: {} };

function offer() {
  for (const b of document.querySelectorAll("[data-verb]")) b.disabled = !live.online || live.busy || !(b.dataset.verb in live.state.can);
}

document.addEventListener("click", e => {
  const b = e.target.closest("[data-verb]");
  if (!b || b.disabled) return;
  const { verb, number, title } = b.dataset;
  const steps = verb === "grant" ? ["class", "grant"] : [];
  const send = got => act({ verb, number, ...got });
  if (steps.length) ask({ title, steps, lists: () => live.state.lists, said: [number], done: send });
  else send({});
});
start(offer);
