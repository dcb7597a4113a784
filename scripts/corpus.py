"""Makes a folder of many realistic advisories, the same ones for the same seed, to measure with.

    scripts/corpus.py FOLDER [--count 10000] [--seed 1] [--held 0.02]

They are varied copies of the advisories of the example site, with ids, aliases and dates of their
own. Beside them lies a `mkdocs.yml` for them.
"""

import argparse
import random
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALPHABET = "23456789cfghjmpqrvwx"
PER_SHELF = 500


def main() -> None:
    """Read the command line and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10_000, help="how many advisories")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same files")
    parser.add_argument("--held", type=float, default=0.02, help="the share that is held")
    arguments = parser.parse_args()
    generate(arguments.folder, count=arguments.count, seed=arguments.seed, held=arguments.held)


def generate(folder: Path, *, count: int, seed: int, held: float) -> list[Path]:
    """Write `count` advisories below `folder`, of which the share `held` is embargoed for long."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
    models = [
        file.read_text(encoding="utf-8")
        for file in sorted((ROOT / "advisories").rglob("GHSA-*.md"))
    ]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs", dirs_exist_ok=True)
    return [
        _write(folder, number, models[number % len(models)], chance, is_held=chance.random() < held)
        for number in range(count)
    ]


def _write(folder: Path, number: int, model: str, chance: random.Random, *, is_held: bool) -> Path:
    own = "GHSA-" + "-".join("".join(chance.choices(ALPHABET, k=4)) for _ in range(3))
    cve = f"CVE-2020-{10_000 + number}"
    # Ids of others would stand in two files, or lead nowhere; two titles would be taken for one.
    others = r"^(aliases|related|upstream|superseded_by):.*\n(?:[ -].*\n)*"
    text = re.sub(others, "", model, flags=re.MULTILINE)
    text = re.sub(r"^  - .*(RUSTSEC|EUVD|JLSEC|PYSEC|GO)-.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"CVE-\d{4}-\d+", cve, text)
    text = re.sub(r"GHSA(-[0-9a-z]{4}){3}|(RUSTSEC|EUVD|JLSEC|PYSEC|GO)-\d{4}-\d+", own, text)
    text = re.sub(r"^id: .*$", f"id: {own}\naliases: [{cve}]", text, flags=re.MULTILINE)
    title = r'^summary: "?(.*?)"?$'
    text = re.sub(title, rf'summary: "\1, case {number}"', text, flags=re.MULTILINE)
    if is_held:
        text = re.sub(r"^embargo: .*$", "embargo: 2999-01-01T12:00:00Z", text, flags=re.MULTILINE)
    shelf = folder / "advisories" / f"{number // PER_SHELF:03}"
    shelf.mkdir(parents=True, exist_ok=True)
    file = shelf / f"{own}.md"
    file.write_text(text, encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
