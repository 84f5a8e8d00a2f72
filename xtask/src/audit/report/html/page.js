"use strict";
(() => {
  const one = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const said = (element) => element.textContent.toLowerCase().replace(/\s+/g, " ");

  const severities = all("#filters input[name=severity]");
  const findings = all("#findings .finding");
  const suppressed = all("#suppressed .finding");
  const texts = new Map([...findings, ...suppressed].map((finding) => [finding, said(finding)]));
  const rows = all("#rights tbody tr").map((row) => {
    const head = said(row.querySelector("th"));
    const stack = row.closest(".grid").dataset.stack;
    const rights = all(".right", row).map((right) => {
      const resource = right.closest("td").dataset.resource.toLowerCase();
      return { right, text: [stack.toLowerCase(), head, resource, said(right)].join(" ") };
    });
    return { row, stack, text: `${stack.toLowerCase()} ${head}`, rights };
  });
  const total = rows.reduce((sum, row) => sum + row.rights.length, 0);
  const counted = (shown, of, word) => `${shown} of ${of} ${word}${of === 1 ? "" : "s"}`;

  function show() {
    const unwanted = severities.filter((box) => !box.checked).map((box) => box.value);
    const stack = one("stack").value;
    const verdict = one("verdict").value;
    const words = one("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const says = (text) => words.every((word) => text.includes(word));
    const isOf = (name) => !stack || name === stack;

    const fits = (finding) =>
      !unwanted.includes(finding.dataset.severity) &&
      isOf(finding.dataset.stack) &&
      (!verdict || finding.dataset.verdict === verdict) &&
      says(texts.get(finding));
    const count = (list) => list.filter((finding) => !(finding.hidden = !fits(finding))).length;
    const open = count(findings);
    const accepted = count(suppressed);

    let rights = 0;
    for (const { row, stack: name, text, rights: listed } of rows) {
      let within = 0;
      for (const { right, text: words } of listed) {
        right.hidden = !(isOf(name) && (!verdict || right.dataset.verdict === verdict) && says(words));
        within += right.hidden ? 0 : 1;
      }
      const isIdle = listed.length === 0;
      row.hidden = isIdle ? !(isOf(name) && !verdict && says(text)) : within === 0;
      rights += within;
    }
    for (const grid of all("#rights .grid")) {
      grid.hidden = all("tbody tr", grid).every((row) => row.hidden);
      for (const head of all("thead th[data-column]", grid)) {
        const cells = all(`td[data-column="${head.dataset.column}"]`, grid);
        const isEmpty = cells.every((cell) => all(".right", cell).every((right) => right.hidden));
        for (const cell of [head, ...cells]) cell.hidden = isEmpty;
      }
    }
    if (one("no-finding")) one("no-finding").hidden = open > 0;
    if (one("no-suppressed")) one("no-suppressed").hidden = accepted > 0;
    one("no-right").hidden = rows.length === 0 || rows.some(({ row }) => !row.hidden);
    const counts = [counted(open, findings.length, "finding"), counted(rights, total, "right")];
    if (suppressed.length) counts.push(`${accepted} of ${suppressed.length} suppressed`);
    const isNarrowed = unwanted.length > 0 || stack || verdict || words.length > 0;
    one("filters").classList.toggle("narrowed", Boolean(isNarrowed));
    one("shown").textContent = `Showing ${counts.join(", ")}`;
  }

  function reset() {
    for (const box of severities) box.checked = true;
    for (const id of ["stack", "verdict", "text"]) one(id).value = "";
    show();
  }

  const evidence = all("#rights .right details");
  function openAll() {
    const isOpen = one("open").getAttribute("aria-pressed") !== "true";
    one("open").setAttribute("aria-pressed", String(isOpen));
    for (const details of evidence) details.open = isOpen;
  }

  // Paper cannot be clicked: everything is open while it is printed.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });

  one("filters").addEventListener("input", show);
  one("reset").addEventListener("click", reset);
  one("open").addEventListener("click", openAll);
  one("filters").hidden = false;
  // A browser may have kept what was chosen before the page was loaded again.
  show();
})();
