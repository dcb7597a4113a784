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

/** Give `{kind: "packages", found, source}`, `{kind: "version", version}`, or what else it is. */
export function read(text) {
  const trimmed = text.trim();
  if (!trimmed) return { kind: "empty" };
  if (trimmed.length > MOST) return { kind: "too long" };
  if (/^(?:# yarn lockfile|__metadata:|lockfileVersion:)/m.test(trimmed)) return { kind: "unsupported" };
  if (trimmed.startsWith("{")) return packageLock(trimmed);
  if (/^\[\[package\]\]\s*$/m.test(trimmed)) return toml(trimmed);
  return lines(trimmed.split(/\r\n|\r|\n/));
}

function packageLock(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return { kind: "unreadable", source: "package-lock.json" };
  }
  const found = [];
  const add = (name, version) => {
    if (name && typeof version === "string") found.push({ ecosystem: "npm", name, version });
  };
  if (data.packages && typeof data.packages === "object")
    for (const [path, one] of Object.entries(data.packages)) {
      const at = path.lastIndexOf("node_modules/");
      if (at >= 0) add(one?.name ?? path.slice(at + "node_modules/".length), one?.version);
    }
  else {
    const open = [data];
    while (open.length)
      for (const [name, one] of Object.entries(open.pop()?.dependencies ?? {})) {
        add(name, one?.version);
        open.push(one);
      }
  }
  return found.length ? { kind: "packages", found, source: "package-lock.json" } : { kind: "nothing" };
}

function toml(text) {
  const isPython = /^(?:lock-version|requires-python|python-versions|content-hash)\s*=/m.test(text);
  const found = [];
  let name = null;
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith("[")) name = null;
    const stated = line.length < LONGEST_LINE && /^(name|version) = "([^"]*)"/.exec(line);
    if (!stated) continue;
    if (stated[1] === "name") name = stated[2];
    else if (name !== null) {
      found.push({ ecosystem: isPython ? "PyPI" : "crates.io", name, version: stated[2] });
      name = null;
    }
  }
  const source = isPython ? null : "Cargo.lock";
  return found.length ? { kind: "packages", found, source } : { kind: "unreadable", source };
}

function lines(all) {
  const found = [];
  const bare = [];
  let requirements = 0;
  let used = 0;
  for (const whole of all) {
    if (whole.length > LONGEST_LINE) continue;
    const line = whole.replace(/(^|\s)#.*$/, "").trim().replace(/\\$/, "").trimEnd();
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
