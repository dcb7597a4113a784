"""Signed mails: they arrive through real servers as they were, and GnuPG verifies them there."""

import os
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import Command
from conftest import BODY, MKDOCS_YML, NOW, Folder
from mail_server import MailServer, mail_server
from mkdocs_advisories.disclosure.mail import Envelope, written
from mkdocs_advisories.openpgp import OpenPGPError, Signer, hash_of
from mkdocs_advisories.policy import Feed, Mail, Organisation, Policy, Source
from mkdocs_advisories.render.letter import Letter

pytest.importorskip("pysequoia")
MAIL = """\
      mail: {from: security@lantern.example, announce: [announce@lists.lantern.example]}
"""
HARD = (
    BODY
    + """\

## Notes

From afar, with Grüßen.

```text
From the first column
.
.. and dots, and a very long line {long}
--=_boundary
```
""".format(long="x" * 200)
)

Gpg = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def gpg() -> Iterator[Gpg]:
    """GnuPG with a home and a key of its own."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    with TemporaryDirectory(prefix="gpg") as home:
        environment = {**os.environ, "GNUPGHOME": home}

        def run(*words: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
            command = ["gpg", "--batch", "--quiet", *words]
            return subprocess.run(command, capture_output=True, check=check, env=environment)

        run("--passphrase", "", "--quick-gen-key", "Lantern <s@lantern.example>", "ed25519", "sign")
        yield run
        subprocess.run(["gpgconf", "--kill", "all"], check=False, env=environment)


@pytest.fixture(scope="module", params=[False, True], ids=["STARTTLS", "TLS from the beginning"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MailServer]:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("server")
    with mail_server(folder, from_the_beginning=request.param) as server:
        yield server


@pytest.fixture
def server(running: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    running.post.forget()
    return running


@pytest.fixture
def advisory(
    checkout: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    config = checkout.path.parent / "mkdocs.yml"
    config.write_text(MKDOCS_YML + MAIL, encoding="utf-8")
    monkeypatch.chdir(config.parent)
    return Command(config=config, capsys=capsys, monkeypatch=monkeypatch)


@pytest.fixture
def key(gpg: Gpg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "key.asc"
    file.write_bytes(gpg("--armor", "--export-secret-keys").stdout)
    monkeypatch.setenv("ADVISORIES_OPENPGP_KEY", str(file))
    return file


def parts(raw: bytes) -> tuple[bytes, bytes]:
    """Cut a signed mail into the bytes that are signed and the signature, as RFC 3156 says."""
    mail = message_from_bytes(raw, policy=default)
    boundary = str(mail.get_boundary()).encode()
    body = raw.partition(b"\r\n\r\n")[2]
    _, signed, signature, end = re.split(rb"(?:\A|\r\n)--" + re.escape(boundary), body)
    assert end.strip() == b"--"
    return signed.removeprefix(b"\r\n"), signature.partition(b"\r\n\r\n")[2]


def is_signed(raw: bytes, gpg: Gpg, folder: Path) -> bool:
    """Ask GnuPG."""
    data, signature = folder / "data", folder / "data.asc"
    for file, content in zip((data, signature), parts(raw), strict=True):
        file.write_bytes(content)
    return gpg("--verify", str(signature), str(data), check=False).returncode == 0


@pytest.mark.usefixtures("key")
def test_a_signed_mail_arrives_as_it_was_signed(
    advisory: Command, checkout: Folder, server: MailServer, gpg: Gpg, tmp_path: Path
) -> None:
    checkout.write(body=HARD)
    done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert done.code == 0, done.err
    (raw,) = server.post.raw
    assert is_signed(raw, gpg, tmp_path)
    (mail,) = server.post.mails
    assert mail.get_content_type() == "multipart/signed"
    assert mail["Content-Type"].params["protocol"] == "application/pgp-signature"
    assert mail["Content-Type"].params["micalg"] == "pgp-sha512"
    text, signature = mail.iter_parts()
    assert signature.get_content_type() == "application/pgp-signature"
    assert isinstance(text, EmailMessage)
    assert "From afar, with Grüßen." in text.get_content()
    signed = parts(raw)[0]
    assert signed.isascii()
    assert not re.search(rb"(?m)^From |[ \t]\r$|^.{77,}\r$", signed)
    assert signed.count(b"\n") == signed.count(b"\r\n")


@pytest.mark.usefixtures("key")
def test_one_changed_byte_is_found(
    advisory: Command, checkout: Folder, server: MailServer, gpg: Gpg, tmp_path: Path
) -> None:
    checkout.write()
    advisory("notify", "announcement", "LAN-2026-0001", "--send")
    (raw,) = server.post.raw
    assert is_signed(raw, gpg, tmp_path)
    assert not is_signed(raw.replace(b"from afar", b"from near"), gpg, tmp_path)


@pytest.mark.usefixtures("key", "gpg")
def test_the_text_is_the_same_in_every_run(advisory: Command, checkout: Folder) -> None:
    checkout.write(body=HARD)
    texts = set()
    for _ in range(2):
        done = advisory("notify", "announcement", "LAN-2026-0001", "--dry-run")
        (file,) = checkout.path.parent.glob("*.eml")
        texts.add(parts(file.read_bytes())[0])
        assert done.code == 0
    assert len(texts) == 1


def test_without_a_key_there_is_one_part(
    advisory: Command, checkout: Folder, server: MailServer
) -> None:
    checkout.write()
    assert advisory("notify", "announcement", "LAN-2026-0001", "--send").code == 0
    (mail,) = server.post.mails
    assert mail.get_content_type() == "text/plain"


def test_a_key_that_cannot_sign_stops_the_mail(
    advisory: Command,
    checkout: Folder,
    server: MailServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checkout.write()
    notify = ("notify", "announcement", "LAN-2026-0001", "--send")
    monkeypatch.setenv("ADVISORIES_OPENPGP_KEY", str(tmp_path / "none.asc"))
    done = advisory(*notify)
    assert (done.code, "ADVISORIES_OPENPGP_KEY: the file cannot be read" in done.err) == (2, True)
    (tmp_path / "none.asc").write_text("secret words", "utf-8")
    done = advisory(*notify)
    assert (done.code, "is no secret OpenPGP key" in done.err) == (2, True)
    assert "secret words" not in done.err
    assert server.post.raw == []
    assert not (checkout.path / ".ledger.jsonl").exists()


def test_a_mail_server_with_tls_from_the_beginning_is_verified(
    tmp_path: Path, advisory: Command, checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    checkout.write()
    with mail_server(tmp_path, from_the_beginning=True) as server:
        environment = server.environment()
        del environment["SSL_CERT_FILE"]
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
        assert (done.code, "its certificate is not trusted" in done.err) == (4, True)
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        monkeypatch.setenv("ADVISORY_SMTP_PASSWORD", "wrong")
        done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
        assert (done.code, "it refused the login" in done.err) == (4, True)
        assert server.post.raw == []


def test_no_encryption_where_tls_has_to_begin_is_told(
    tmp_path: Path, advisory: Command, checkout: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    checkout.write()
    with mail_server(tmp_path) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value.replace("smtp://", "smtps://"))
        done = advisory("notify", "announcement", "LAN-2026-0001", "--send")
    assert done.code == 4
    assert "not sent: localhost:" in done.err


# Laws.

_POLICY = Policy(
    organisation=Organisation(name="Lantern Works", url="https://lantern.example/"),
    source=Source.PRIVATE,
    id_pattern="x",
    time_zone=ZoneInfo("UTC"),
    projects=(),
    feed=Feed(
        uri="feed.xml",
        title="Lantern advisories",
        subtitle=None,
        authority="lantern.example",
        since=date(2024, 1, 1),
    ),
    site_url="https://security.lantern.example/",
    language="en",
)


@given(text=st.text(alphabet="From a.-=ü\n \t", max_size=400))
def test_any_text_is_signed_as_it_can_travel(text: str) -> None:
    told: list[bytes] = []

    def sign(data: bytes) -> bytes:
        told.append(data)
        return b"-----BEGIN PGP SIGNATURE-----\n\nwgYEABYK\n-----END PGP SIGNATURE-----\n"

    signer = Signer(fingerprint="A", certificate=b"", sign=sign)
    envelope = Envelope(message_id="<1@lantern.example>", lists=("a@b.example",), date=NOW)
    mail = written(
        Letter(subject="Notice", text=text),
        envelope,
        policy=_POLICY,
        mail=Mail(sender="s@lantern.example"),
        signer=signer,
    )
    signed, _ = parts(mail.as_bytes())
    assert told == [signed]
    assert signed.isascii()
    assert not re.search(rb"(?m)^From |[ \t]\r$", signed.partition(b"\r\n\r\n")[2])
    (first, _) = message_from_bytes(mail.as_bytes(), policy=default).iter_parts()
    assert isinstance(first, EmailMessage)
    assert first.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize(
    ("packet", "name"),
    [
        (b"\xc2\x06\x04\x00\x16\x08", "sha256"),
        (b"\xc2\xc0\x10\x04\x00\x16\x0a", "sha512"),
        (b"\xc2\xff\x00\x00\x01\x10\x06\x00\x16\x0a", "sha512"),
        (b"\x88\x06\x04\x00\x16\x09", "sha384"),
        (b"\x89\x00\x06\x04\x00\x16\x0b", "sha224"),
        (b"\x8a\x00\x00\x00\x06\x04\x00\x16\x0c", "sha3-256"),
    ],
)
def test_the_hash_of_a_signature_is_read_from_it(packet: bytes, name: str) -> None:
    armour = b"-----BEGIN PGP SIGNATURE-----\n\n%s\n-----END PGP SIGNATURE-----\n"
    assert hash_of(armour % b64encode(packet)) == name
    with_checksum = armour.replace(b"\n-----END", b"\n=abcd\n-----END")
    assert hash_of(with_checksum % b64encode(packet)) == name


@pytest.mark.parametrize("armour", [b"", b"x", b"-----BEGIN\n\nAAAA\n-----END", b"\n\n!\n-----END"])
def test_what_is_no_signature_has_no_hash(armour: bytes) -> None:
    with pytest.raises(OpenPGPError, match="no signature"):
        hash_of(armour)
