"use strict";
(() => {
  const bar = document.querySelector(".filters");
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const rows = [...document.querySelectorAll("[data-words]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  bar.hidden = false;

  const chosen = (name) => new Set(
    [...bar.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value),
  );

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = { severity: chosen("severity"), state: chosen("state") };
    const shown = { severity: 0, state: 0 };
    for (const row of rows) {
      const kind = row.dataset.severity === undefined ? "state" : "severity";
      const text = row.dataset.words;
      const fits = kinds[kind].has(row.dataset[kind]) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      shown[kind] += fits ? 1 : 0;
    }
    for (const group of groups) {
      const inside = [...group.querySelectorAll("[data-words]")];
      group.hidden = inside.length > 0 && inside.every((row) => row.hidden);
    }
    count.textContent = `${shown.severity} findings and ${shown.state} ids shown`;
  }

  bar.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      show();
    }
  });
  // A row that is linked to is shown and opened.
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    const details = target?.querySelector("td details");
    if (details && target.matches("tr")) {
      target.hidden = false;
      details.open = true;
    }
  };
  addEventListener("hashchange", open);
  show();
  open();
})();
