"""`python -m mkdocs_advisories.cli`: the command `advisory`, where it is not on PATH."""

from mkdocs_advisories.cli.main import main

if __name__ == "__main__":
    main()
