// Versions as their ecosystems write and order them. What no rule is known for is not compared:
// `position` gives null then, and never a guess.

const IDENTIFIER = "(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
const SEMVER = new RegExp(
  `^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?` +
  "(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$",
);
// The grammar of PEP 440, appendix B.
const PEP440 = new RegExp(
  "^v?(?:(?<epoch>\\d+)!)?(?<release>\\d+(?:\\.\\d+)*)" +
  "(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\\d+)?)?" +
  "(?<post>-(?<implicit>\\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\\d+)?)?" +
  "(?<dev>[-_.]?dev[-_.]?(?<devNumber>\\d+)?)?(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$",
  "i",
);
const PRE = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 };
const LONGEST = 200;

/** Order as SemVer 2.0.0, section 11. */
function semver(version) {
  const read = SEMVER.exec(version);
  if (!read) return null;
  const parts = read[4]?.split(".") ?? [];
  const identifiers = parts.map((one) => (/^\d+$/.test(one) ? [0, BigInt(one), ""] : [1, 0, one]));
  return [...read.slice(1, 4).map(BigInt), parts.length ? 0 : 1, identifiers];
}

/** Order as PEP 440, "Summary of permitted suffixes and relative ordering". */
function pep440(version) {
  const read = PEP440.exec(version.trim())?.groups;
  if (!read) return null;
  const release = read.release.split(".").map(BigInt);
  while (release.length > 1 && release.at(-1) === 0n) release.pop();
  const isDev = read.dev !== undefined;
  let pre = [Infinity, 0];
  if (read.pre) pre = [PRE[read.pre.toLowerCase()], BigInt(read.preNumber ?? 0)];
  else if (isDev && read.post === undefined) pre = [-Infinity, 0];
  const post = read.post === undefined ? -1 : BigInt(read.implicit ?? read.postNumber ?? 0);
  const local = read.local?.toLowerCase().split(/[-_.]/) ?? [];
  return [
    BigInt(read.epoch ?? 0), release, pre, post, isDev ? BigInt(read.devNumber ?? 0) : Infinity,
    local.map((one) => (/^\d+$/.test(one) ? [1, BigInt(one), ""] : [0, 0, one])),
  ];
}

/** Order as Haskell's package versioning policy. */
const pvp = (version) => (/^\d+(\.\d+)*$/.test(version) ? version.split(".").map(BigInt) : null);

const SCHEMES = { "SemVer 2.0.0": semver, "PEP 440": pep440, PVP: pvp };

/** Give the place of a version in its scheme's order, or null if it is no version of it. */
export function position(version, scheme) {
  const read = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : null;
  return read && version.length <= LONGEST ? read(version) : null;
}

/** Give -1, 0 or 1 as one place is below, level with or above another of the same scheme. */
export function compare(one, other) {
  if (!Array.isArray(one)) return one < other ? -1 : Number(one > other);
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    const found = compare(one[at], other[at]);
    if (found) return found;
  }
  return Math.sign(one.length - other.length);
}
