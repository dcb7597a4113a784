// The list of advisories: search, filters with live counts, sorting; all of it in the address.
// Without this file the table is complete, newest first.

const collator = new Intl.Collator();
const ORDERS = {
  "": ["date", "descending", () => 0],
  oldest: ["date", "ascending", (a, b) => b.place - a.place],
  severity: ["severity", "descending", (a, b) => b.score - a.score],
  project: ["project", "ascending", (a, b) => collator.compare(a.projects[0], b.projects[0])],
};
const IN_SIGHT = 100; // rows
const SLICE = 400;
const FIELDS = ["text", "project", "year", "severity", "sort"]; // in this order in the address
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const read = (row, place) => ({
  row,
  place,
  text: plain(`${row.textContent} ${row.dataset.words}`),
  severity: row.dataset.severity,
  score: Number(row.dataset.score),
  year: row.dataset.year,
  projects: row.dataset.projects.split("\n"),
});

export function filter(form) {
  const list = form.closest(".adv-index");
  const table = list.querySelector(".adv-table");
  const rows = [...table.tBodies[0].rows].map(read);
  const status = list.querySelector("[role=status]");
  const none = list.querySelector(".adv-none");
  const clear = form.querySelector("[type=reset]");
  const follow = list.querySelector(".adv-follow");
  const all = { feed: follow.getAttribute("href"), label: follow.textContent };
  const { text, project, year, sort } = form.elements;
  const chips = [...form.querySelectorAll("[name=severity]")];
  const orders = {};
  let sorted = "";
  let turns = 0;

  const fromAddress = () => {
    const stated = new URLSearchParams(location.search);
    text.value = stated.get("text") ?? "";
    for (const field of [project, year, sort]) {
      field.value = stated.get(field.name) ?? "";
      if (field.selectedIndex < 0) field.value = "";
    }
    const words = (stated.get("severity") ?? "").split(",");
    for (const chip of chips) chip.checked = words.includes(chip.value);
  };

  const toAddress = (wanted) => {
    const stated = new URLSearchParams(location.search); // what others keep there stays
    for (const name of FIELDS) {
      stated.delete(name);
      if (wanted[name].length) stated.set(name, [wanted[name]].flat().join(","));
    }
    const query = String(stated).replaceAll("%2C", ",");
    history.replaceState(history.state, "", (query ? `?${query}` : location.pathname) + location.hash);
  };

  const count = (wanted, fits) => {
    // A choice says how many it would give, with the other filters as they are.
    const counts = { project: {}, year: {}, severity: {} };
    const add = (kind, value) => { counts[kind][value] = (counts[kind][value] ?? 0) + 1; };
    for (const one of rows) {
      const fit = fits(one);
      if (!fit.text) continue;
      if (fit.year && fit.severity) for (const name of one.projects) add("project", name);
      if (fit.project && fit.severity) add("year", one.year);
      if (fit.project && fit.year) add("severity", one.severity);
    }
    for (const field of [project, year])
      for (const option of field.options)
        if (option.value) option.textContent = `${option.dataset.label} (${counts[field.name][option.value] ?? 0})`;
    for (const chip of chips)
      chip.parentElement.querySelector("[data-count]").textContent = counts.severity[chip.value] ?? 0;
  };

  // To move a row that is laid out costs more than all the rest: first those that may be in sight,
  // then the others, a slice at a time. A later order ends an earlier one.
  const arrange = (inOrder, turn, from = 0) => {
    if (turn !== turns || from >= inOrder.length) return;
    const slice = inOrder.slice(from, from + (from ? SLICE : IN_SIGHT));
    const moved = slice.map((one) => one.row);
    if (from) inOrder[from - 1].row.after(...moved);
    else table.tBodies[0].prepend(...moved);
    setTimeout(arrange, 0, inOrder, turn, from + slice.length);
  };

  const order = (by) => {
    if (by === sorted) return;
    sorted = by;
    const [column, direction, compare] = ORDERS[by];
    orders[by] ??= [...rows].sort((a, b) => compare(a, b) || a.place - b.place);
    turns += 1;
    arrange(orders[by], turns);
    for (const head of table.tHead.rows[0].cells) {
      if (head.dataset.sort === column) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    }
  };

  // Each head is a button: it sorts by its column, and back, as the choice above the table does.
  const sortable = (head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const own = Object.keys(ORDERS).filter((by) => ORDERS[by][0] === head.dataset.sort);
    button.addEventListener("click", () => {
      sort.value = own[own.indexOf(sort.value) + 1] ?? (own.length > 1 ? own[0] : "");
      changed();
    });
  };

  // The narrowest feed that has everything that the filter lets through, named by what it has.
  const feed = (wanted) => {
    const option = project.selectedOptions[0];
    if (option?.dataset.feed) return { feed: option.dataset.feed, label: `Follow ${option.dataset.label} by Atom feed` };
    const least = chips.filter((chip) => chip.checked).at(-1);
    if (!least?.dataset.feed) return all;
    const above = chips[0] === least && least.value === "critical" ? "" : " or above";
    return { feed: least.dataset.feed, label: `Follow ${least.value}${above} by Atom feed` };
  };

  const apply = () => {
    const wanted = {
      text: text.value.trim(), project: project.value, year: year.value, sort: sort.value,
      severity: chips.filter((chip) => chip.checked).map((chip) => chip.value),
    };
    const words = plain(wanted.text).split(/\s+/).filter(Boolean);
    const fits = (one) => ({
      text: words.every((word) => one.text.includes(word)),
      project: !wanted.project || one.projects.includes(wanted.project),
      year: !wanted.year || one.year === wanted.year,
      severity: !wanted.severity.length || wanted.severity.includes(one.severity),
    });
    let shown = 0;
    for (const one of rows) {
      const { text, project, year, severity } = fits(one);
      const fit = text && project && year && severity;
      shown += fit;
      if (one.row.hidden === fit) one.row.hidden = !fit;
    }
    count(wanted, fits);
    order(wanted.sort);
    const noun = rows.length === 1 ? "advisory" : "advisories";
    status.textContent = shown === rows.length ? `${shown} ${noun}` : `${shown} of ${rows.length} ${noun}`;
    none.hidden = shown > 0;
    clear.disabled = !FIELDS.some((name) => wanted[name].length);
    const { feed: address, label } = feed(wanted);
    follow.setAttribute("href", address);
    follow.textContent = label;
    return wanted;
  };

  let soon = 0;
  const changed = () => {
    const wanted = apply();
    clearTimeout(soon);
    soon = setTimeout(() => toAddress(wanted), 150); // costs a layout, and browsers ration it
  };
  form.addEventListener("input", changed);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    (await import("./jump.js")).jump(text);
  });
  form.addEventListener("reset", () => setTimeout(() => { changed(); text.focus(); }));
  none.querySelector("[data-adv-clear]").addEventListener("click", () => form.reset());
  table.tHead.querySelectorAll("[data-sort]").forEach(sortable);
  fromAddress();
  apply();
}
