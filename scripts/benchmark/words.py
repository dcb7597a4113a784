"""What the made-up advisories are made of. Organisation, packages and people do not exist."""

from dataclasses import dataclass


def _phrases(text: str) -> tuple[str, ...]:
    """Give the lines of a text."""
    return tuple(text.strip().splitlines())


ORGANISATION = "Harbour Works"
HOME = "https://harbour.example/"
CODE = "https://code.harbour.example/"

PROJECTS = """archive barcode billing calendar cluster codec config feed form gateway geometry
graph inbox ldap locale mail mesh metrics pdf queue registry render scheduler search session sheet
storage stream template tokens upload vault video webhook xml zip""".split()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ecosystem:
    """One of the vocabulary of OSV: how its packages are named, and what upgrades one."""

    name: str
    package: str
    upgrade: str
    has_semver: bool = False


ECOSYSTEMS = (
    Ecosystem(
        name="crates.io",
        package="harbour-{}",
        upgrade="cargo update --package {} --precise {}",
        has_semver=True,
    ),
    Ecosystem(name="npm", package="@harbour/{}", upgrade="npm install {}@{}", has_semver=True),
    Ecosystem(name="Go", package="harbour.example/{}", upgrade="go get {}@v{}", has_semver=True),
    Ecosystem(name="PyPI", package="harbour-{}", upgrade='pip install "{}=={}"'),
    Ecosystem(
        name="Maven", package="example.harbour:{}", upgrade="mvn versions:use-dep-version # {} {}"
    ),
    Ecosystem(name="RubyGems", package="harbour-{}", upgrade='gem install {} --version "{}"'),
    Ecosystem(name="Packagist", package="harbour/{}", upgrade="composer require {}:{}"),
    Ecosystem(name="NuGet", package="Harbour.{}", upgrade="dotnet add package {} --version {}"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """A kind of vulnerability: its weakness, its title, what it harms, and what it is in words."""

    cwe: int
    title: str
    harm: str  # confidentiality, integrity, availability, as CVSS writes them
    told: str


FLAWS = (
    Flaw(
        cwe=787,
        title="Out-of-bounds write in",
        harm="HHH",
        told="writes behind the end of a buffer",
    ),
    Flaw(
        cwe=125, title="Out-of-bounds read in", harm="HNL", told="reads behind the end of a buffer"
    ),
    Flaw(
        cwe=79, title="Script injection through", harm="LLN", told="puts text into a page unescaped"
    ),
    Flaw(
        cwe=89, title="SQL injection through", harm="HHN", told="joins text into a statement of SQL"
    ),
    Flaw(
        cwe=22,
        title="Path traversal in",
        harm="HNN",
        told="follows a path that leads out of its folder",
    ),
    Flaw(
        cwe=400,
        title="Memory exhaustion in",
        harm="NNH",
        told="reserves as much memory as it is told to",
    ),
    Flaw(
        cwe=502,
        title="Unsafe deserialization in",
        harm="HHH",
        told="makes objects of any class that it reads",
    ),
    Flaw(
        cwe=918,
        title="Request forgery through",
        harm="LLN",
        told="fetches any address that it is given",
    ),
    Flaw(cwe=287, title="Login bypass in", harm="HHN", told="takes an empty answer for a good one"),
    Flaw(
        cwe=352,
        title="Cross-site request forgery in",
        harm="NLN",
        told="takes orders without asking for a token",
    ),
    Flaw(
        cwe=611,
        title="External entities are read by",
        harm="HNL",
        told="resolves entities of foreign documents",
    ),
    Flaw(
        cwe=863,
        title="Missing permission check in",
        harm="LHN",
        told="asks for the role of another account",
    ),
    Flaw(
        cwe=190,
        title="Integer overflow in",
        harm="LLH",
        told="adds two lengths without looking at the sum",
    ),
    Flaw(cwe=416, title="Use after free in", harm="HHH", told="keeps a pointer to what was freed"),
    Flaw(
        cwe=200, title="Secrets are logged by", harm="HNN", told="writes credentials into its log"
    ),
    Flaw(cwe=601, title="Open redirect in", harm="LLN", told="sends visitors to any address"),
    Flaw(
        cwe=295,
        title="Certificates are not verified by",
        harm="HHN",
        told="accepts a certificate for another host",
    ),
    Flaw(
        cwe=1333, title="Slow pattern in", harm="NNH", told="matches a pattern in exponential time"
    ),
    Flaw(
        cwe=362,
        title="Race condition in",
        harm="LHL",
        told="checks a state and acts upon an older one",
    ),
    Flaw(cwe=78, title="Command injection through", harm="HHH", told="hands text to a shell"),
)

PARTS = _phrases("""
frame decoder
header parser
index writer
session store
result cache
upload handler
table reader
request router
token parser
preview service
import wizard
export job
query planner
worker pool
retry queue
template loader
link resolver
thumbnail maker
batch scheduler
audit trail
plugin host
schema reader
diff viewer
message broker
lock manager
key store
rate limiter
tree walker
form validator
event bus
report builder
admin console
health probe
backup tool
mirror client
text normaliser
font loader
unit converter
snapshot reader
stream splitter
""")
OCCASIONS = _phrases("""
a name is empty
two clients write at once
a length is negative
the cache is cold
a redirect is followed
the disk is full
a header is repeated
the input is compressed
a proxy is configured
a session expires
archives are nested
text is not UTF-8
""")
WHO = _phrases("""
Anybody who can send a request
A client that has logged in
A tenant of a shared service
Whoever can upload a file
A peer that speaks the protocol
A page that a user visits
The author of a document
A process on the same machine
""")
CAN = """read what other accounts have stored|stop the service for all users|
change records that are not their own|run code with the rights of the service|
make the service speak to internal hosts|fill the disk until writes fail|
see the names of files on the server|take over a session that is open""".replace("\n", "").split(
    "|"
)
WHEN = _phrases("""
the default settings are kept
the feature is switched on
more than one worker runs
input comes from the network
the debug log is enabled
a shared cache is used
files of strangers are opened
the service runs behind a proxy
""")
WHY = _phrases("""
the length was checked on another path only
the value was taken from the request as it came
an error was caught and not handled
the check ran on a copy of the data
two layers each relied on the other
a limit was applied after the work was done
the result of the call was not looked at
a default was wider than documented
""")
DO = _phrases("""
refuse input that is larger than a megabyte
run the service with an account of its own
switch the feature off until the upgrade
let a proxy drop requests of this form
rotate the keys that the service has used
look through the log for unknown hosts
limit the memory of the process
allow only addresses that are known
""")
SENTENCES = _phrases("""
{who} can {can} if {when}.
The {part} hands its results to the *{other}*, which trusts them, because {why}.
Where {when}, the `{code}` is reached from outside as well.
Neither the {part} nor the {other} is reached while **{setting}** is off.
It was overlooked that {why}; a test of the {part} now covers it.
The [manual](https://harbour.example/manual/{page}) tells what the {other} takes from the {part}.
""")

SETTINGS = _phrases("""
parallel reads
strict parsing
shared cache
remote import
anonymous access
compression
preview pages
legacy mode
background jobs
debug log
""")
CODE_BLOCKS = (
    """```yaml
{project}:
  {setting}: false
  limits:
    bytes: {number}
    seconds: {small}
  allow:
    - 10.0.0.0/8
```""",
    """```python
from harbour import {project}

client = {project}.connect(timeout={small})
client.limits["bytes"] = {number}
for entry in client.entries():
    if entry.size > {number}:
        raise ValueError(f"refused: {{entry.name}}")
```""",
    """```json
{{
  "{project}": {{
    "{setting}": false,
    "limits": {{"bytes": {number}, "seconds": {small}}}
  }}
}}
```""",
    """```toml
[{project}]
{setting} = false
largest = {number}   # bytes
patience = {small}   # seconds
```""",
    """```sh
harbour {project} set {setting} off
harbour {project} limit --bytes {number} --seconds {small}
harbour {project} audit --last {small}d | grep refused
```""",
)

GIVEN = "Ada Mira Jonas Noor Lena Tomas Yuki Ines Pavel Zuri Emil Sana Otto Rhea Idris Lou".split()
FAMILY = (
    "Okafor Lindqvist Marsh Tanaka Novak Brandt Castillo Dufour Hale Ivanova Jensen Kaya".split()
)
CREDITED = ("FINDER", "REPORTER", "ANALYST", "REMEDIATION_DEVELOPER", "COORDINATOR")
