// What makes pages of advisories handy. Without it, every page still says everything.
import { filter } from "./filter.js";

const ENHANCED = { "[data-adv-filter]": filter };

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
