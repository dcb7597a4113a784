// The list of advisories: search, filters with live counts, sorting; all of it in the address.
// Without this file the table is complete, newest first.
import { gettext, ngettext } from "./words.js";

const ORDERS = {
  "": ["date", "descending", () => 0],
  oldest: ["date", "ascending", (a, b) => b.place - a.place],
  severity: ["severity", "descending", (a, b) => b.score - a.score],
  project: ["project", "ascending", (a, b) => a.projects[0].localeCompare(b.projects[0])],
};
const FIELDS = ["text", "project", "year", "severity", "sort"]; // in this order in the address
const FOLLOW = {
  critical: gettext("Follow critical by Atom feed"),
  high: gettext("Follow high or above by Atom feed"),
  medium: gettext("Follow medium or above by Atom feed"),
};
const FEW = 200; // rows of a narrowed list whose advisories are on several pages
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const read = (row) => ({
  row,
  date: row.querySelector("time").dateTime,
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
  // A list that does not fit has the rest on other pages, which are read when they are needed.
  const older = [...list.querySelectorAll("[data-adv-older]")].flatMap((one) => one.dataset.advOlder.split(" "));
  const most = older.length ? rows.length : Infinity;
  const total = Number(list.dataset.total);
  const status = list.querySelector("[role=status]");
  const none = list.querySelector(".adv-none");
  const clear = form.querySelector("[type=reset]");
  const follow = list.querySelector(".adv-follow");
  const start = status.textContent;
  const all = { feed: follow.getAttribute("href"), label: follow.textContent };
  const { text, project, year, sort } = form.elements;
  const chips = [...form.querySelectorAll("[name=severity]")];
  let sorted = "";

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

  const count = () => {
    // A choice says how many it would give, with the other filters as they are.
    const counts = { project: {}, year: {}, severity: {} };
    const add = (kind, value) => { counts[kind][value] = (counts[kind][value] ?? 0) + 1; };
    for (const one of rows) {
      const { fit } = one;
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

  const inOrder = (some, by) => some.sort((a, b) => ORDERS[by][2](a, b) || a.place - b.place);

  const place = (some) => {
    const body = table.tBodies[0];
    body.remove(); // so that the page is told once, not for every row
    body.replaceChildren(...some.map((one) => one.row));
    table.append(body);
  };

  const mark = (by) => {
    const [column, direction] = ORDERS[by];
    for (const head of table.tHead.rows[0].cells) {
      if (head.dataset.sort === column) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    }
  };

  // Newest first, as the pages themselves have them.
  const number = () => {
    rows.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : a.place - b.place));
    rows.forEach((one, at) => { one.place = at; });
  };

  let reading = null;
  let missed = false;
  const more = async () => {
    const known = new Set(rows.map((one) => one.row.querySelector("a").href));
    for (const address of older) {
      try {
        const response = await fetch(address);
        if (!response.ok) throw new Error(response.statusText);
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        for (const row of page.querySelectorAll(".adv-table > tbody > tr")) {
          for (const link of row.querySelectorAll("a"))
            link.href = new URL(link.getAttribute("href"), response.url);
          const one = read(document.adoptNode(row));
          one.place = rows.length;
          if (!known.has(row.querySelector("a").href)) rows.push(one);
        }
      } catch {
        missed = true;
      }
      number();
      apply();
    }
    older.length = 0;
    apply();
  };

  // The narrowest feed that has everything that the filter lets through, named by what it has.
  const feed = (wanted) => {
    const option = project.selectedOptions[0];
    if (option?.dataset.feed)
      return { feed: option.dataset.feed, label: gettext("Follow %(project)s by Atom feed", { project: option.dataset.label }) };
    const least = chips.filter((chip) => chip.checked).at(-1);
    return least?.dataset.feed ? { feed: least.dataset.feed, label: FOLLOW[least.value] } : all;
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
    const isAsked = FIELDS.some((name) => wanted[name].length);
    if (isAsked && older.length) reading ??= more();
    for (const one of rows) one.fit = fits(one);
    const isFit = ({ fit }) => fit.text && fit.project && fit.year && fit.severity;
    let shown = 0;
    const isLong = reading && rows.length > most; // what fits is then put into the table anew
    if (isLong) {
      const some = inOrder(rows.filter(isFit), wanted.sort);
      shown = some.length;
      for (const one of some) one.row.hidden = false;
      place(some.slice(0, FEW));
    } else {
      if (wanted.sort !== sorted) place(inOrder([...rows], wanted.sort));
      for (const one of rows) {
        const fit = isFit(one);
        shown += fit;
        if (one.row.hidden === fit) one.row.hidden = !fit;
      }
    }
    sorted = wanted.sort;
    mark(sorted);
    if (!older.length) count();
    const parts = [shown === total
      ? ngettext("%(num)s advisory", "%(num)s advisories", total)
      : ngettext("%(shown)s of %(num)s advisory", "%(shown)s of %(num)s advisories", total, { shown })];
    if (isLong && shown > FEW) parts.push(gettext("the first %(count)s shown", { count: FEW }));
    if (older.length) parts.push(gettext("still reading the older ones"));
    else if (missed) parts.push(gettext("some of the older ones cannot be read: see their years"));
    status.textContent = most < Infinity && !reading ? start : parts.join(", ");
    none.hidden = shown > 0 || older.length > 0;
    clear.disabled = !isAsked;
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
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { changed(); text.focus(); }));
  none.querySelector("[data-adv-clear]").addEventListener("click", () => form.reset());
  number();
  fromAddress();
  apply();
}
