"""The face to MkDocs: a thin adapter. Only this room imports it."""

from mkdocs_advisories.press.hands import collect_rarely

# Now, not when a build begins: what is loaded stays, and looking through it again and again takes
# an eighth of the time that loading takes.
collect_rarely()
