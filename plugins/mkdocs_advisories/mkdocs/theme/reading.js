// What a reader types or pastes: a version, a package with its version, or a lock file.

const LONGEST_LINE = 2000;
const MOST = 20_000_000;
// A distribution's own numbering: fixes are in versions that look older.
const DISTRIBUTION = /^\d+:\d|~|ubuntu|deb\d|[.+-](el|fc|amzn|suse|lp|mga)\d|-r\d+$|-\d+\.\d+$/i;
const NAME = "(@?[A-Za-z0-9][\\w.@/-]*?)";
const PINNED = new RegExp(`^${NAME}(?:\\[[^\\]]*\\])?\\s*={2,3}\\s*([^\\s;,#]+)`);
const NAMED = new RegExp(`^${NAME}(?:\\s+|@)(v?\\d[^\\s@/]*)$`);
const GO = /^(\S+) v(\d[^\s/]*) h1:/;
const REQUIRED = new RegExp(`^(?:${NAME}(?:\\[[^\\]]*\\])?)?\\s*([\\^<>~!=]+\\s*v?[\\d*]|@\\s|\\*$)|^[\\d.]+\\.[x*]|\\s-\\s\\d|\\|\\|`);
const BARE = /^v?\d[^\s]*$/;

/** Give `{kind: "packages", found}`, `{kind: "version", version}`, or what else it is.
 *  What is found is `elsewhere` if it is not from a registry: its version does not say what is in it. */
export function read(text) {
  const trimmed = text.trim();
  if (!trimmed) return { kind: "empty" };
  if (trimmed.length > MOST) return { kind: "too long" };
  if (trimmed.startsWith("{")) return json(trimmed);
  const all = text.split(/\r\n|\r|\n/);
  for (const [mark, source, read] of BY_LINE) if (mark.test(text)) return told(read(all), source);
  return lines(all);
}

const told = (found, source) => (found.length ? { kind: "packages", found } : { kind: "unreadable", source });
const BY_LINE = [
  [/^\[\[package\]\]\s*$/m, "Cargo.lock", toml],
  [/^(?:# yarn lockfile|__metadata:)/m, "yarn.lock", yarn],
  [/^lockfileVersion:/m, "pnpm-lock.yaml", pnpm],
  [/^(?:GEM|GIT|PATH)\s*$/m, "Gemfile.lock", gemfile],
];

function json(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    try {
      data = JSON.parse(text.replace(/,(?=\s*[}\]])/g, "")); // as bun.lock has them
    } catch {
      return { kind: "unreadable", source: "package-lock.json" };
    }
  }
  const { packages } = data;
  let read = npm;
  if (Array.isArray(packages)) read = composer;
  else if (data.default || data.develop) read = pipfile;
  else if (Object.values(packages ?? {}).some(Array.isArray)) read = bun;
  const found = read(data).filter((one) => one.name && typeof one.version === "string");
  return found.length ? { kind: "packages", found } : { kind: "nothing" };
}

const OTHER = /^(?:git|file:|link:|github:|bitbucket:|gitlab:|portal:|workspace:|patch:|https?:)/;
const made = (ecosystem, name, version, elsewhere = false) => ({ ecosystem, name, version, elsewhere });

function npm(data) {
  const found = [];
  const add = (name, one) =>
    found.push(made("npm", name, one?.version, OTHER.test(one?.version) || /^(?:git|file:)/.test(one?.resolved)));
  if (data.packages && typeof data.packages === "object")
    for (const [path, one] of Object.entries(data.packages)) {
      const at = path.lastIndexOf("node_modules/");
      if (at >= 0) add(one?.name ?? path.slice(at + "node_modules/".length), one);
    }
  else {
    const open = [data];
    while (open.length)
      for (const [name, one] of Object.entries(open.pop()?.dependencies ?? {})) {
        add(name, one);
        open.push(one);
      }
  }
  return found;
}

const bun = ({ packages }) => Object.values(packages).map((one) => named(one?.[0]));
const composer = (data) => [data.packages, data["packages-dev"] ?? []].flat()
  .map((one) => made("Packagist", one?.name, one?.version, /^dev-|-dev$/.test(one?.version)));
const pipfile = (data) => [data.default, data.develop].flatMap((some) => Object.entries(some ?? {}))
  .map(([name, one]) => made("PyPI", name, one?.version?.replace?.(/^==/, "")));

/** Read what Yarn and Bun resolved: `name@1.2.3`, `name@npm:1.2.3`, `name@git+https://…`. */
function named(text) {
  const [, name, version] = /^(@?[^@\s]+)@(?:npm:)?(\S+)$/.exec(text) ?? [];
  return made("npm", name, version, OTHER.test(version));
}

function yarn(all) {
  const found = [];
  let key = null;
  let stated = null;
  for (const line of all) {
    stated = /^ {2}version: (\S+)/.exec(line)?.[1] ?? stated;
    const [, resolved] = /^ {2}resolution: "([^"]+)"/.exec(line) ?? [];
    if (resolved) found.push(named(resolved));
    if (resolved && found.at(-1).elsewhere) found.at(-1).version = stated;
    if (/^[^\s#]/.test(line)) key = /^"?(@?[^@\s"]+)@(?:npm:(@?[^@\s"]+)@)?([^",]*)/.exec(line);
    const [, version] = /^ {2}version "([^"]+)"/.exec(line) ?? []; // of Yarn 1
    if (version && key) found.push(made("npm", key[2] ?? key[1], version, OTHER.test(key[3])));
  }
  return found.filter((one) => one.name);
}

/** Read the keys of `packages`: `/name/1.2.3_peer`, `/name@1.2.3(peer)`, `name@1.2.3`. */
function pnpm(all) {
  const found = [];
  let inside = false;
  for (const line of all) {
    if (/^\S/.test(line)) inside = line.startsWith("packages:");
    const key = inside && /^ {2}['"]?(?:\/(@[^/\s]+\/[^/@\s]+|[^/@\s]+)\/|\/?(@[^/\s]+\/[^/@\s]+|[^/@\s]+)@)([^\s'"_(:]+)/.exec(line);
    if (key) found.push(made("npm", key[1] ?? key[2], key[3], !/^\d/.test(key[3])));
  }
  return found;
}

function gemfile(all) {
  const found = [];
  let section = "";
  for (const line of all) {
    if (/^[A-Z]/.test(line)) section = line.trim();
    const [, name, version] = /^ {4}([^\s(]+) \(([^\s)-]+)/.exec(line) ?? []; // without the platform
    if (name) found.push(made("RubyGems", name, version, section !== "GEM"));
  }
  return found;
}

function toml(all) {
  const isPython = all.some((line) => /^(?:lock[-_]version|requires[-_]python|python-versions|content[-_]hash)\s*=/.test(line));
  const hasSources = all.some((line) => line.startsWith('source = "'));
  const found = [];
  let table = "";
  for (const line of all) {
    if (line.startsWith("[")) {
      table = line.trim();
      if (table === "[[package]]") found.push(made(isPython ? "PyPI" : "crates.io", "", "", !isPython && hasSources));
    }
    const [, key, value] = (line.length < LONGEST_LINE && /^(\w+) = (.*)$/.exec(line)) || [];
    const one = found.at(-1);
    if (table === "[package.source]" && key === "type") one.elsewhere = !/"legacy"/.test(value);
    if (table !== "[[package]]") continue;
    if (key === "name" || key === "version") one[key] = /^"([^"]*)"/.exec(value)?.[1] ?? "";
    if (key === "source") one.elsewhere = !/registry|sparse/.test(value);
    if (key === "git" || key === "path" || key === "url") one.elsewhere = true; // of PDM
  }
  return found.filter((one) => one.name && one.version);
}

function lines(all) {
  const found = [];
  const bare = [];
  let requirements = 0;
  let used = 0;
  for (const whole of all) {
    if (whole.length > LONGEST_LINE) continue;
    const line = whole.replace(/(^|\s)#.*$/, "").trim().replace(/\\$/, "").trimEnd();
    if (/^-(?:e|-editable)\s/.test(line)) requirements += 1;
    if (!line || /^-/.test(line)) continue;
    used += 1;
    const pinned = PINNED.exec(line);
    const named = GO.exec(line) ?? NAMED.exec(line);
    if (pinned && !pinned[2].includes("*")) found.push({ ecosystem: "PyPI", name: pinned[1], version: pinned[2] });
    else if (named) found.push({ ecosystem: GO.test(line) ? "Go" : null, name: named[1], version: named[2] });
    else if (REQUIRED.test(line)) requirements += 1;
    else if (BARE.test(line)) bare.push(line);
  }
  if (used === 1 && found.length) found[0].ecosystem = null; // `name==1.2.3` is how people ask
  if (found.length) return { kind: "packages", found, requirements };
  if (used === 1 && bare.length) return { kind: "version", version: bare[0] };
  return { kind: requirements ? "requirement" : "nothing" };
}

/** Say whether a version is a distribution's own, of which no advisory here can tell. */
export const isOfDistribution = (version) => DISTRIBUTION.test(version);
