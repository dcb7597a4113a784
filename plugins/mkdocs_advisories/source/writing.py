"""Files written whole or not at all."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_text(file: Path, text: str, *, replace: bool) -> None:
    """Write a new file (UTF-8, newlines as given), never through a symbolic link.

    Raises:
        FileExistsError: there is one already, and `replace` is false.
        OSError: it cannot be written.
    """
    if replace and file.is_file() and not file.is_symlink():
        replace_text(file, text)
        return
    with file.open("x", encoding="utf-8", newline="") as stream:
        stream.write(text)


def replace_text(file: Path, text: str) -> None:
    """Put text (UTF-8, newlines as given) in the place of a file's, keeping its permissions.

    Raises:
        OSError: it cannot be written; the old text is still there.
    """
    replace_bytes(file, text.encode(), mode=file.stat().st_mode)


def replace_bytes(file: Path, raw: bytes, *, mode: int = 0o644) -> None:
    """Put bytes in the place of a file, or make it: it is the old one or the new one, never a part.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    with NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".tmp", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
            temporary.chmod(mode)
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
