"""Signatures: GnuPG's keys make them, GnuPG verifies them, and nothing else of a site changes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from conftest import Folder
from formats import built, document
from mkdocs_advisories.openpgp import OpenPGPError, Signer, read_signer

pytest.importorskip("pysequoia")
RECORD = "csaf/white/2026/lan-2026-0001.json"

Gpg = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def gpg() -> Iterator[Gpg]:
    """GnuPG with a home and a key of its own."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    # The path of a socket may not be long, so the home does not lie where pytest's folders do.
    with TemporaryDirectory(prefix="gpg") as home:
        environment = {**os.environ, "GNUPGHOME": home}

        def run(*words: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
            command = ["gpg", "--batch", "--quiet", *words]
            return subprocess.run(command, capture_output=True, check=check, env=environment)

        run("--passphrase", "", "--quick-gen-key", "Lantern <s@lantern.example>", "ed25519", "sign")
        yield run
        subprocess.run(["gpgconf", "--kill", "all"], check=False, env=environment)


@pytest.fixture(scope="module")
def signer(gpg: Gpg) -> Signer:
    """The key, as a site gets it."""
    return read_signer(gpg("--armor", "--export-secret-keys").stdout)


def test_gnupg_verifies_what_we_sign_and_refuses_what_was_changed(
    folder: Folder, gpg: Gpg, signer: Signer, tmp_path: Path
) -> None:
    folder.write()
    contents = built(folder, signer=signer)
    for name in (RECORD, "osv/all.json", "advisories.json", "osv/crates.io/all.zip"):
        data, signature = tmp_path / "data", tmp_path / "data.asc"
        data.write_bytes(contents[name])
        signature.write_bytes(contents[f"{name}.asc"])
        gpg("--verify", str(signature), str(data))
        data.write_bytes(contents[name] + b" ")
        assert gpg("--verify", str(signature), str(data), check=False).returncode == 1


def test_with_a_key_it_is_a_trusted_provider_that_publishes_the_key(
    folder: Folder, gpg: Gpg, signer: Signer
) -> None:
    folder.write()
    contents = built(folder, signer=signer)
    metadata = document(contents, ".well-known/csaf/provider-metadata.json")
    assert metadata["role"] == "csaf_trusted_provider"
    (key,) = metadata["public_openpgp_keys"]
    assert key["fingerprint"] == signer.fingerprint
    listed = gpg("--with-colons", "--fingerprint").stdout.decode()
    assert f":{signer.fingerprint}:" in listed
    certificate = contents[key["url"].removeprefix(folder.policy.site_url)]
    assert b"PUBLIC KEY" in certificate
    feed = document(contents, "csaf/white/csaf-feed-tlp-white.json")["feed"]
    (entry,) = feed["entry"]
    links = {one["rel"] for one in entry["link"]}
    assert links == {"self", "hash", "signature"}


def test_no_secret_is_published(folder: Folder, signer: Signer) -> None:
    folder.write()
    for data in built(folder, signer=signer).values():
        assert b"PRIVATE KEY" not in data


def test_a_key_changes_only_signatures_and_what_tells_of_them(
    folder: Folder, signer: Signer
) -> None:
    folder.write()
    without, signed = built(folder), built(folder, signer=signer)
    changed = {uri for uri in without if without[uri] != signed[uri]}
    assert changed == {
        ".well-known/csaf/provider-metadata.json",
        "csaf/white/csaf-feed-tlp-white.json",
    }
    added = {uri for uri in signed.keys() - without.keys() if not uri.endswith(".json.asc")}
    assert all(uri.endswith(".asc") for uri in added)


def test_what_is_no_key_is_refused_without_a_word_of_it() -> None:
    for text in (b"", b"a secret that is no key", b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxx\n"):
        with pytest.raises(OpenPGPError) as caught:
            read_signer(text)
        assert str(caught.value) == "the key is no secret OpenPGP key that can sign"


def test_a_public_key_cannot_sign(gpg: Gpg) -> None:
    with pytest.raises(OpenPGPError):
        read_signer(gpg("--armor", "--export").stdout)


def test_the_build_takes_the_key_from_the_environment(
    checkout: Folder, gpg: Gpg, tmp_path: Path
) -> None:
    checkout.write()
    key = tmp_path / "key.asc"
    key.write_bytes(gpg("--armor", "--export-secret-keys").stdout)

    def build(path: Path) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "ADVISORIES_OPENPGP_KEY": str(path)}
        command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
        command += ["-f", str(checkout.path.parent / "mkdocs.yml")]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    assert build(key).returncode == 0
    assert (checkout.path.parent / "site" / f"{RECORD}.asc").is_file()
    missing = build(tmp_path / "nothing")
    assert missing.returncode == 1
    assert "ADVISORIES_OPENPGP_KEY: the file cannot be read: FileNotFoundError" in missing.stderr
