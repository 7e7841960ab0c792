// Everything works without this file; with it, a form is sent once, and long work shows how far it has come.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  window.setTimeout(() => { delete form.dataset.sent; }, 4000);
});

// What is folded away is printed too, and folded again afterwards.
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("main details:not([open])").forEach((one) => { one.open = true; one.dataset.opened = "1"; });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll("main details[data-opened]").forEach((one) => { one.open = false; delete one.dataset.opened; });
});
