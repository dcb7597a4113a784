// What makes pages of advisories handy. Without it, every page still says everything.
import { check } from "./check.js";
import { filter } from "./filter.js";
import { gettext } from "./words.js";

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

const ENHANCED = { "[data-adv-check]": check, "[data-adv-filter]": filter, "[data-adv-copy]": copy };

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
