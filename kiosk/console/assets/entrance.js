// The first page: one field takes a staff number from the keyboard and a card
// from a reader that types. A reader types a whole number at once and ends with
// Enter; after a person's typing Enter goes on to the PIN.
const number = document.querySelector("[name=number]");
const pin = document.querySelector("[name=pin]");
const PAUSE = 80; // ms between two keys of a person, at least once in a number
let last = 0, typed = false;

number.addEventListener("keydown", e => {
  if (e.key.length !== 1) return;
  if (!number.value) { last = 0; typed = false; }
  if (last && e.timeStamp - last > PAUSE) typed = true;
  last = e.timeStamp;
});
number.form.addEventListener("submit", e => {
  if (!typed || pin.value) return;
  typed = false; // Enter once more is a slow reader's
  e.preventDefault();
  pin.focus();
});

// A card that is read while a window is being chosen goes into the field.
document.addEventListener("keydown", e => {
  if (/^[0-9A-Za-z]$/.test(e.key) && !e.ctrlKey && !e.altKey && !e.metaKey && e.target !== number && e.target !== pin) number.focus();
});
