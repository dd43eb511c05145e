"""Keys and certificates of a team, made where they stay. Runs in a child only: ``cryptography`` is large.

Nothing here knows the time: certificates are good from 2020 to 2049, so that a PC's wrong clock is said by
the presence messages and breaks no connection. Who is out is out of the server's list of users, at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tray_agent.adapters.system.whole_file import put
from tray_agent.adapters.team import subjects
from tray_agent.adapters.team.codes import pin_of
from tray_agent.adapters.team.membership import make_private

_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
_CLIENT, _SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
_Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
_PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class KeyRefused(Exception):
    """A request that cannot be granted; the text is one Portuguese sentence."""


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """``make``, ``invitation``, ``sign``: what the child was asked for."""
    folder = Path(str(request.get("folder", "")))
    try:
        match request["what"]:
            case "make":
                make_team(folder, request["team"])
                return {"ok": True}
            case "invitation":
                secret = bytes.fromhex(request["secret"])
                found, _ = invitation(secret)
                server = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
                return {
                    "ok": True,
                    "id": invitation_id(secret),
                    "certificate": _pem(found),
                    "pin": pin_of(server.public_bytes(serialization.Encoding.DER)).hex(),
                }
            case "sign":
                user = subjects.pc_user(request["team"], request["key"], request["id"])
                return {"ok": True, "certificate": sign(folder, user, request["csr"])}
    except KeyRefused as refused:
        return {"ok": False, "error": str(refused)}
    except OSError as error:
        cause = error.strerror or error
        return {"ok": False, "error": f"as chaves da equipe não puderam ser lidas ou gravadas ({cause})"}
    return {"ok": False, "error": "pedido desconhecido"}


def make_team(folder: Path, team: str) -> None:
    """The team's authority, the server's certificate, and the brain's two. Raises OSError."""
    make_private(folder)
    authority, authority_key = _authority(team)
    _save(folder, "ca", authority, authority_key)
    for name, user, usage in (
        ("server", subjects.server_name(team), _SERVER),
        ("me", subjects.brain_user(team), _CLIENT),
        ("system", subjects.system_user(team), _CLIENT),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        _save(folder, name, _signed(authority, authority_key, key.public_key(), user, usage), key)


def certificate_request() -> tuple[bytes, str]:
    """A new key (PEM) and the request to have it certified (PEM). Names are the brain's to give."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = (
        x509.CertificateSigningRequestBuilder().subject_name(_name("tray-agent")).sign(key, hashes.SHA256())
    )
    return _private(key), request.public_bytes(serialization.Encoding.PEM).decode("ascii")


def sign(folder: Path, user: str, request: str) -> str:
    """A certificate (PEM) for the key in a request: it may connect as that user, and never pose as a server.
    Raises KeyRefused for a request that is none."""
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    own = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)  # noqa: S101 - made above
    try:
        asked = x509.load_pem_x509_csr(request.encode("ascii", "replace"))
        public = asked.public_key()
        is_valid = asked.is_signature_valid
    except ValueError:
        is_valid, public = False, None
    if not is_valid or not isinstance(public, ec.EllipticCurvePublicKey):
        raise KeyRefused("O pedido do outro PC não traz uma chave válida.")
    return _pem(_signed(authority, own, public, user, _CLIENT))


def invitation_id(secret: bytes) -> str:
    """The public name of an invitation; from it nobody gets to the secret."""
    return _derived(secret, b"tray-agent invitation id", 8).hex()


def invitation(secret: bytes) -> tuple[x509.Certificate, ed25519.Ed25519PrivateKey]:
    """The certificate of who has a code, the same to the byte wherever it is made: Ed25519 signs so."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(_derived(secret, b"tray-agent invitation key", 32))
    name = _name("tray-agent invitation")
    builder = _builder(
        name, name, key.public_key(), 1, _CLIENT, subjects.invitation_user(invitation_id(secret))
    )
    return builder.sign(key, None), key


def save_invitation(folder: Path, secret: bytes) -> None:
    """``join.pem`` and ``join.key``, for the joining PC's connection. Raises OSError."""
    make_private(folder)
    _save(folder, "join", *invitation(secret))


def _derived(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, b"", purpose).derive(secret)


def _authority(team: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key, name = ec.generate_private_key(ec.SECP256R1()), _name(f"tray-agent {team}")
    builder = _base(name, name, key.public_key(), x509.random_serial_number())
    certificate = (
        builder.add_extension(x509.BasicConstraints(True, 0), True)
        .add_extension(_usage(signs_certificates=True), True)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _signed(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    public: ec.EllipticCurvePublicKey,
    user: str,
    usage: x509.ObjectIdentifier,
) -> x509.Certificate:
    serial = x509.random_serial_number()
    builder = _builder(_name("tray-agent"), authority.subject, public, serial, usage, user)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return builder.add_extension(identifier, False).sign(authority_key, hashes.SHA256())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: _PublicKey,
    serial: int,
    usage: x509.ObjectIdentifier,
    user: str,
) -> x509.CertificateBuilder:
    """A certificate that certifies no other, for one use and one name."""
    return (
        _base(subject, issuer, public, serial)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(_usage(), True)
        .add_extension(x509.ExtendedKeyUsage([usage]), False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(user)]), False)
    )


def _base(subject: x509.Name, issuer: x509.Name, public: _PublicKey, serial: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
    )


def _usage(*, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _private(key: _Key) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _save(folder: Path, name: str, certificate: x509.Certificate, key: _Key) -> None:
    put(folder / f"{name}.key", _private(key))
    put(folder / f"{name}.pem", _pem(certificate).encode("ascii"))
