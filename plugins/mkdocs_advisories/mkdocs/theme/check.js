// "Am I affected?", answered in the page. Nothing that a reader enters leaves it.
import { isOfDistribution, read } from "./reading.js";
import { compare, position } from "./versions.js";
import { gettext, ngettext, phrase } from "./words.js";

const MOST_SHOWN = 100;
const LARGE = 20_000; // characters, that a field would be slow to show

/** Say of a version whether an advisory is about it: "affected", "safe" or "unknown". */
export function assess(advisory, version) {
  if (advisory.versions.includes(version)) return "affected";
  if (advisory.spans.some(([start, ...ends]) => start === "0" && !ends.some(Boolean))) return "affected";
  if (!advisory.spans.length && !advisory.versions.length) return "unknown";
  const own = placed(version, advisory.scheme);
  if (!own || isOfDistribution(version)) return "unknown";
  const place = (text) => position(text, advisory.scheme);
  let doubt = false;
  for (const named of advisory.versions) {
    const one = place(named);
    if (!one) doubt = true;
    else if (compare(own, one) === 0) return "affected";
  }
  for (const [start, fixed, last] of advisory.spans) {
    const [from, before, through] = [start === "0" ? null : start, fixed, last].map((one) => one && place(one));
    if ((start !== "0" && !from) || (fixed && !before) || (last && !through)) doubt = true;
    else if (
      (!from || compare(own, from) >= 0) &&
      (!before || compare(own, before) < 0) &&
      (!through || compare(own, through) <= 0)
    ) return "affected";
  }
  return doubt ? "unknown" : "safe";
}

/** Give the lowest fixed version above one that no advisory of the package is about, or null where
 *  there is none, or versions cannot be compared. */
export function upgrade(known, version) {
  const scheme = known.advisories[0]?.scheme;
  const own = placed(version, scheme);
  if (!own) return null;
  const fixes = known.advisories.flatMap((one) => one.spans.map((span) => span[1])).filter(Boolean);
  const above = [...new Set(fixes)]
    .map((text) => ({ text, place: position(text, scheme) }))
    .filter((one) => one.place && compare(one.place, own) > 0)
    .sort((one, other) => compare(one.place, other.place));
  return above.find(({ text }) => known.advisories.every((one) => assess(one, text) === "safe"))?.text ?? null;
}

/** Give what there is to say of packages: one verdict for each that an advisory is about. */
export function judge(known, found) {
  const byName = new Map();
  for (const one of known) byName.set(plain(one.name), [...(byName.get(plain(one.name)) ?? []), one]);
  const verdicts = new Map();
  for (const { ecosystem, name, version } of found)
    for (const one of byName.get(plain(name)) ?? []) {
      const key = `${one.ecosystem} ${one.name} ${version}`;
      if (!verdicts.has(key) && is(one, ecosystem, name)) verdicts.set(key, verdict(one, version));
    }
  return [...verdicts.values()];
}

function verdict(known, version) {
  const states = known.advisories.map((advisory) => ({ advisory, state: assess(advisory, version) }));
  const of = (state) => states.filter((one) => one.state === state).map((one) => one.advisory);
  const affected = of("affected");
  const unknown = of("unknown");
  const state = affected.length ? "affected" : unknown.length ? "unknown" : "safe";
  return { known, version, state, affected, unknown, upgrade: affected.length ? upgrade(known, version) : null };
}

const placed = (version, scheme) => position(version, scheme) ?? position(version.replace(/^[vV]/, ""), scheme);
const plain = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");
// Python's names are one however they are written (PEP 503); others are as they are.
const is = (known, ecosystem, name) =>
  (ecosystem === null || ecosystem === known.ecosystem) && (known.ecosystem === "PyPI" || known.name === name);

/** Answer a text; `every`: a bare version is that of each package. Gives a state, a sentence in parts (code in lists), and verdicts to tell. */
export function answer(known, text, every = false) {
  const asked = read(text);
  if (asked.kind === "version") {
    if (!every && new Set(known.map((one) => one.name)).size > 1)
      return { state: "unknown", parts: phrase(gettext("Of which package? Write it as %(example)s."), { example: [[`${known[0].name}==${asked.version}`]] }) };
    asked.found = known.map(({ ecosystem, name }) => ({ ecosystem, name, version: asked.version }));
  } else if (asked.kind !== "packages") return { state: "unknown", parts: WORDS[asked.kind](asked) };
  const verdicts = judge(known, asked.found);
  const some = (state) => verdicts.filter((one) => one.state === state);
  const [affected, unknown] = [some("affected"), some("unknown")];
  const left = passedOver(asked.requirements);
  if (!verdicts.length) return { state: "unknown", parts: [`${nothingAbout(asked.found)}${left}`] };
  const state = affected.length ? "affected" : unknown.length ? "unknown" : "safe";
  const told = [...affected, ...unknown, ...(asked.found.length === 1 || asked.kind === "version" ? some("safe") : [])];
  const count = gettext("%(count)s read, %(known)s that advisories here are about.", { count: asked.found.length, known: verdicts.length });
  const tail = asked.found.length > 1 && asked.kind === "packages" ? ` ${count}${left}` : left;
  return { state, lead: LEADS[state], parts: [tail], verdicts: told };
}

const LEADS = { affected: gettext("Affected."), safe: gettext("Not affected."), unknown: gettext("Cannot be compared.") };
const passedOver = (lines) => (lines ? " " + ngettext(
  "%(num)s line states no single version and was passed over.",
  "%(num)s lines state no single version and were passed over.",
  lines,
) : "");
const nothingAbout = (found) => (found.length === 1
  ? gettext("No advisory here is about %(package)s.", { package: found[0].name })
  : ngettext(
    "No advisory here is about the package in that text.",
    "No advisory here is about any of the %(num)s packages in that text.",
    found.length,
  ));
const WORDS = {
  empty: () => [gettext("Enter a version first, or paste a lock file.")],
  "too long": () => [gettext("That is more than 20 million characters. Paste only the lines of the package.")],
  unsupported: () =>
    phrase(gettext("Lock files of Yarn and pnpm are not read here. Enter each package as %(example)s."), { example: [["name@1.2.3"]] }),
  requirement: () => [gettext("That is a requirement, which many versions meet. Enter the version that is installed.")],
  nothing: () => phrase(
    gettext("There is no version in that. Write it as %(version)s or %(package)s, or paste a lock file."),
    { version: [["1.2.3"]], package: [["name==1.2.3"]] },
  ),
  unreadable: ({ source }) => [source
    ? gettext("That looks like %(source)s, but cannot be read. Paste the whole file.", { source })
    : gettext("That looks like a lock file, but cannot be read. Paste the whole file.")],
};

const element = (name, parts, attributes = {}) => {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...parts.map((one) => (Array.isArray(one) ? element("code", one) : one)));
  return made;
};

function advice(affected, fix) {
  if (fix) return phrase(gettext("Upgrade to %(version)s."), { version: [[fix]] });
  const some = affected.some((one) => one.spans.some((span) => span[1]));
  return [some ? gettext("No single fixed version can be named: see there.") : gettext("No fixed version is known.")];
}

function line({ known, version, state, affected, unknown, upgrade: fix }, root) {
  const own = [[`${known.name} ${version}`], ` (${known.ecosystem})`];
  const links = (some) => some.flatMap((one, at) => [at ? ", " : "", element("a", [one.id], { href: root + one.uri })]);
  const sentences = [];
  if (state === "safe")
    sentences.push(phrase(gettext("%(package)s is outside of every range that is affected."), { package: own }));
  if (state === "affected")
    sentences.push(phrase(gettext("%(package)s is affected by %(advisories)s."), { package: own, advisories: links(affected) }), advice(affected, fix));
  if (unknown.length) {
    const text = state === "unknown" ? gettext("%(package)s cannot be compared with %(advisories)s.") : gettext("It cannot be compared with %(advisories)s.");
    sentences.push(phrase(text, { package: own, advisories: links(unknown) }));
    sentences.push([isOfDistribution(version)
      ? gettext("This is a distribution’s own version: ask the distribution.")
      : gettext("Look at the table.")]);
  }
  return element("li", sentences.flatMap((one, at) => (at ? [" ", ...one] : one)));
}

export function check(form) {
  const field = form.elements.version;
  const output = form.querySelector("output");
  const { known: stated, source, root, packages } = form.dataset;
  const one = packages?.split("\n"); // of a project's page: a bare version is that of its packages
  let known = stated ? Promise.resolve(JSON.parse(stated)) : null;
  const load = async () => {
    const response = await fetch(source);
    if (!response.ok) throw new Error(response.statusText);
    const all = await response.json();
    return one ? { packages: all.packages.filter((it) => one.includes(`${it.ecosystem}/${it.name}`)) } : all;
  };
  const say = ({ state, lead, parts, verdicts = [] }) => {
    output.dataset.state = state;
    const list = verdicts.slice(0, MOST_SHOWN).map((one) => line(one, root));
    if (verdicts.length > MOST_SHOWN) list.push(element("li", [gettext("and %(count)s more", { count: verdicts.length - MOST_SHOWN })]));
    output.replaceChildren(
      element("p", [...(lead ? [element("strong", [lead])] : []), ...parts]),
      ...(list.length ? [element("ul", list)] : []),
    );
  };
  const run = async (text) => {
    try {
      known ??= load();
      say(answer((await known).packages, text, Boolean(stated ?? packages)));
    } catch {
      known = stated ? known : null;
      say({ state: "unknown", parts: [gettext("The list of versions cannot be loaded. Look at the advisories themselves.")] });
    }
  };
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
    if (text.length < LARGE) return;
    event.preventDefault();
    field.value = "";
    run(text);
  });
}
