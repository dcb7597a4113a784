// What makes pages of advisories handy. Without it, every page still says everything.
import { filter } from "./filter.js";
import { gettext } from "./words.js";

const LARGE = 20_000; // characters, that a field would be slow to show

// What few readers use is loaded when they begin to.
function check(form) {
  const field = form.elements.version;
  let loaded = null;
  const load = () => {
    loaded ??= import("./check.js").then((it) => it.check(form)).catch(() => { loaded = null; });
    return loaded;
  };
  const run = async (text) => (await load())?.(text);
  form.addEventListener("focusin", load);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || field.value.includes("\n")) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (text.length < LARGE) {
      if (text.trim().includes("\n")) setTimeout(() => run(field.value)); // a lock file: it is there now
      return;
    }
    event.preventDefault();
    field.value = "";
    run(text);
  });
}

// Material's search: Enter leads from an id to its advisory; what is none is left to Material.
function search(field) {
  const load = () => import("./jump.js");
  field.addEventListener("focusin", load, { once: true });
  field.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || !event.isTrusted || !field.value.includes("-")) return;
    event.preventDefault();
    event.stopPropagation();
    const { jump } = await load();
    if (!(await jump(field))) field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });
}

// What the search of the site leaves out, the list finds.
function elsewhere(link) {
  const field = document.querySelector("[data-md-component=search-query]");
  const address = new URL(link.href); // the search stays when Material exchanges the page around it
  const start = () => {
    address.search = new URLSearchParams({ text: field.value.trim().slice(0, 200) });
    link.href = address;
  };
  link.href = address;
  for (const kind of ["focus", "pointerdown"]) link.addEventListener(kind, start);
}

function copy(button) {
  const code = button.parentElement.querySelector("code");
  const [label] = button.childNodes;
  const usual = label.data;
  let later = 0;
  const say = (word) => {
    label.data = word;
    clearTimeout(later);
    later = setTimeout(() => { label.data = usual; }, 2000);
  };
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      say(gettext("Copied"));
    } catch { // no permission, or a page without TLS: then the reader's own keys do it
      getSelection().selectAllChildren(code);
      say(gettext("Selected"));
    }
  });
}

const ENHANCED = {
  "[data-adv-check]": check, "[data-adv-filter]": filter, "[data-adv-copy]": copy,
  "[data-md-component=search-query]": search, "[data-adv-elsewhere]": elsewhere,
};

function enhance() {
  for (const [selector, how] of Object.entries(ENHANCED))
    for (const element of document.querySelectorAll(`${selector}:not([data-adv-ready])`)) {
      element.dataset.advReady = "";
      how(element);
    }
}

// Material exchanges pages without loading them (`navigation.instant`), and tells of each.
if (globalThis.document$?.subscribe) globalThis.document$.subscribe(enhance);
else enhance();
