// Everything works without this file; with it, a form is sent once, and long work shows how far it has come.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  window.setTimeout(() => { delete form.dataset.sent; }, 4000);
});

// What is typed is kept in this window until it is sent: leaving the page or an expired session loses nothing. Signing out removes it.
const { account, restored, discard } = document.body.dataset, place = `draft ${account} ${window.location.pathname}`;
const typed = () => [...document.querySelectorAll("main form[method=post] :is(input, select, textarea)")].filter(
  (one) => one.name && !/^_|^csrf/.test(one.name) && !/hidden|file|password|submit/.test(one.type) && one.autocomplete !== "one-time-code");
const isTick = (one) => one.type === "checkbox" || one.type === "radio";
const stateOf = (one) => [one.name, isTick(one) ? one.checked : one.value];
// Somebody else has signed in after a session ended here: the drafts of the account before are not left to them.
const ofOthers = (one) => one.startsWith("draft ") && !one.startsWith(`draft ${account} `);
if (account) { Object.keys(sessionStorage).filter(ofOthers).forEach((one) => sessionStorage.removeItem(one)); }
const sent = sessionStorage.getItem("sent");
sessionStorage.removeItem("sent");
if (account && sent && sent !== place) { sessionStorage.removeItem(sent); }
document.addEventListener("input", (event) => {
  if (account && event.target.closest("main form[method=post]")) { sessionStorage.setItem(place, JSON.stringify(typed().map(stateOf))); }
});
document.addEventListener("submit", (event) => {
  if (event.target.action.includes("/logout/")) { sessionStorage.clear(); } else if (event.target.method === "post") { sessionStorage.setItem("sent", place); }
});
// A draft that another program or an extension has damaged is dropped: it must not stop the rest of the page.
const kept = () => {
  try {
    const found = JSON.parse(sessionStorage.getItem(place) || "null");
    if (found === null || (Array.isArray(found) && found.every(Array.isArray))) { return found; }
  } catch { /* not JSON: dropped below */ }
  sessionStorage.removeItem(place);
  return null;
};
const draft = account && !document.getElementById("problems") && kept();
if (draft) {
  const fields = typed(), changed = fields.filter((one, at) => draft[at]?.[0] === one.name && stateOf(one)[1] !== draft[at][1]);
  fields.forEach((one, at) => {
    if (changed.includes(one)) { if (isTick(one)) { one.checked = draft[at][1]; } else { one.value = draft[at][1]; } }
  });
  if (changed.length) {
    const note = document.createElement("p"), button = document.createElement("button");
    note.className = "tell";
    note.setAttribute("role", "status");
    button.className = "button plain small";
    button.type = "button";
    button.textContent = discard;
    button.addEventListener("click", () => { sessionStorage.removeItem(place); window.location.reload(); });
    note.append(`${restored} `, button);
    changed[0].closest("form").before(note);
  }
}

// A form that was refused: what is to be corrected has the focus.
document.querySelector("[data-focus]")?.focus();

// "/" goes to the search, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) { return; }
  const search = document.querySelector("[data-shortcut='/']");
  if (search) { event.preventDefault(); search.focus(); }
});

// A menu closes when its reader goes elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.more[open]").forEach((one) => { if (!one.contains(event.target)) { one.open = false; } });
});

// The reading of an amount, below its field: an amount in units of ten thousand yuan in yuan, one in yuan with its thousands.
document.querySelectorAll("[data-money]").forEach((one) => {
  const reading = document.querySelector(`output[for="${one.id}"]`), [factor, unit] = [Number(one.dataset.factor || 1), one.dataset.money];
  const read = () => {
    const digits = one.value.replaceAll(",", "").trim();
    const known = reading && /^\d{1,13}(\.\d{1,2})?$/.test(digits);
    if (reading) { reading.textContent = known ? `= ${(Number(digits) * factor).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${unit}` : ""; }
  };
  one.addEventListener("input", read);
  if (reading && !reading.textContent.trim()) { read(); }
});

// What is folded away is printed too, and folded again afterwards.
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("main details:not([open])").forEach((one) => { one.open = true; one.dataset.opened = "1"; });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll("main details[data-opened]").forEach((one) => { one.open = false; delete one.dataset.opened; });
});

// Long work: the bar follows by itself, and the page is opened again when there is something else to see.
document.querySelectorAll("[data-progress]").forEach((one) => {
  const bar = one.querySelector("progress"), said = one.querySelector("[role=status]");
  let tenth = -1;
  const look = async () => {
    try {
      const answer = await fetch(one.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) { throw new Error(answer.statusText); }
      const now = await answer.json();
      if (now.state !== one.dataset.state) { window.location.reload(); return; }
      if (now.total) { bar.max = now.total; bar.value = now.done; }
      // A reader of the screen hears of every tenth, not of every row.
      if (Math.floor(now.percent / 10) !== tenth) { tenth = Math.floor(now.percent / 10); said.textContent = now.words; }
    } catch { /* the line is down: the next look may find it again */ }
    window.setTimeout(look, 2000);
  };
  window.setTimeout(look, 1000);
});
