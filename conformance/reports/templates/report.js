"use strict";
(() => {
  const form = document.querySelector("form.filter");
  const articles = [...document.querySelectorAll("article.finding")];
  const copied = document.querySelector("[data-copied]").dataset.copied;
  const shown = document.querySelector("[data-shown]");
  for (const part of document.querySelectorAll(".js")) part.hidden = false;
  document.documentElement.classList.add("has-js");

  function filter() {
    const wanted = new FormData(form);
    const words = wanted.get("search").toLowerCase().split(/\s+/).filter(Boolean);
    const keys = ["verdict", "level", "severity", "area"].filter(key => wanted.get(key));
    let count = 0;
    for (const article of articles) {
      const fits = keys.every(key => article.dataset[key] === wanted.get(key))
        && words.every(word => article.dataset.search.includes(word));
      article.hidden = !fits;
      count += fits;
    }
    shown.textContent = count;
  }

  function setOpen(selector, open) {
    for (const part of document.querySelectorAll(selector)) part.open = open;
  }

  function reveal() {
    const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!part) return;
    if (part.matches("article.finding")) part.querySelector("details").open = true;
    for (let up = part; up; up = up.parentElement) {
      up.hidden = false;
      if (up.tagName === "DETAILS") up.open = true;
    }
    part.scrollIntoView();
  }

  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", event => event.preventDefault());
  for (const button of form.querySelectorAll("[data-open]"))
    button.addEventListener("click", () => setOpen("article.finding:not([hidden]) details.card", button.dataset.open === "true"));
  form.querySelector("[data-other]").addEventListener("click", () => {
    const all = document.querySelectorAll("details.other");
    const open = ![...all].every(part => part.open);
    setOpen("details.other", open);
  });
  for (const button of document.querySelectorAll("button.copy"))
    button.addEventListener("click", () => copy(button));

  async function copy(button) {
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      const label = button.textContent;
      button.textContent = copied;
      setTimeout(() => { button.textContent = label; }, 1500);
    } catch {  // a page opened from a file may not use the clipboard: select the command instead
      getSelection().selectAllChildren(code);
    }
  }

  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => setOpen("article.finding:not([hidden]) details", true));
  reveal();
})();
