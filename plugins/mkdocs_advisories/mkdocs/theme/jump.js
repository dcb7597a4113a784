// An exact id, typed into a search, leads straight to its advisory.

const ID = /^[a-z][\w.]*(?:-[\w.]+)+$/i;
const LONGEST = 100;
let known = null;

const load = () => {
  known ??= fetch(new URL("../../../ids.json", import.meta.url))
    .then((response) => response.json())
    .catch(() => { known = null; return { ids: {} }; });
  return known;
};

/** Give the address of the one advisory that has an id or alias, or null. */
async function find(text) {
  const wanted = text.trim().toUpperCase();
  if (wanted.length > LONGEST || !ID.test(wanted)) return null;
  const { folder, ids } = await load();
  const named = (test) => Object.keys(ids).filter((id) => test(id, ids[id]));
  const own = named((id) => id.toUpperCase() === wanted);
  const found = own.length ? own : named((_, aliases) => aliases.some((one) => one.toUpperCase() === wanted));
  return found.length === 1 ? new URL(`../../../${folder}/${encodeURIComponent(found[0])}/`, import.meta.url) : null;
}

/** Go to the advisory whose id a field has; gives whether there is one. */
export async function jump(field) {
  const address = await find(field.value);
  if (address) location.assign(address);
  return Boolean(address);
}
