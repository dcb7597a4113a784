// What the scripts say. It is English here; the build puts the words of the site's language into
// the place of what stands in `gettext` and `ngettext`, which therefore take texts as they are.
const PLACE = /%\((\w+)\)s/;
const rules = new Intl.PluralRules("en");
const filled = (text, values) => text.split(PLACE).map((part, at) => (at % 2 ? values[part] : part)).join("");

/** Say a text, with values for `%(name)s` in it. */
export const gettext = (text, values) => (values ? filled(text, values) : text);

/** Say a text about a number, which is `%(num)s` in it. `one` may be all forms there are. */
export function ngettext(one, many, num, values) {
  const forms = one.other ? one : { one, other: many };
  return filled(forms[rules.select(num)] ?? forms.other, { num, ...values });
}

/** Part a text of which nothing is filled in yet, with lists of parts for `%(name)s` in it. */
export const phrase = (text, values) =>
  text.split(PLACE).flatMap((part, at) => (at % 2 ? values[part] : part || []));
