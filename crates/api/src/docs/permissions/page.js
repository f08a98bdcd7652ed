"use strict";
// A heading sorts its table's rows; what is equal keeps the order that it had.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[1].cells];
  const key = (row, column) =>
    column === 0 ? row.cells[0].querySelector("code").textContent : Number(row.cells[column].dataset.rank);
  headings.forEach((heading, column) => heading.querySelector("button").addEventListener("click", () => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    headings.forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [key(one, column), key(other, column)];
      return (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1);
    });
    body.append(...rows);
  }));
}
document.getElementById("filter").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
  let found = false;
  for (const section of document.querySelectorAll("section")) {
    for (const row of section.querySelectorAll("tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    section.hidden = !section.querySelector("tbody tr:not([hidden])");
    found ||= !section.hidden;
  }
  document.getElementById("nothing").hidden = found;
});
