"""The certificate of an installation without one: self-signed, ECDSA P-256, made once and kept in the data directory.

Browsers give camera and microphone only on https or localhost, so another host without a certificate needs this.
"""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
import socket
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_VALID_DAYS = 825
_RENEW_BEFORE_DAYS = 30


def server_context(cert: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and later. Raises OSError or ssl.SSLError when the files cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    return context


def self_signed(directory: Path, host: str, now: datetime.datetime) -> tuple[Path, Path]:
    """The kept pair for `host`, made anew when absent, for another host, or near its end."""
    directory.mkdir(parents=True, exist_ok=True)
    cert, key = directory / f"{_file_name(host)}.crt", directory / f"{_file_name(host)}.key"
    if cert.exists() and key.exists():
        current = x509.load_pem_x509_certificate(cert.read_bytes())
        if current.not_valid_after_utc - now > datetime.timedelta(days=_RENEW_BEFORE_DAYS):
            return cert, key
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    cert.write_bytes(_certificate(private, host, now).public_bytes(serialization.Encoding.PEM))
    return cert, key


def fingerprint(cert: Path) -> str:
    """SHA-256 as browsers show it: `AB:CD:…`."""
    der = x509.load_pem_x509_certificate(cert.read_bytes()).public_bytes(serialization.Encoding.DER)
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def _certificate(private: ec.EllipticCurvePrivateKey, host: str, now: datetime.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plenum self-signed")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )


def _names(host: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName(socket.gethostname())]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [x509.DNSName(host), *names]
    return names if address.is_unspecified else [x509.IPAddress(address), *names]


def _file_name(host: str) -> str:
    return "".join(c if c.isalnum() or c in "-." else "_" for c in host)
