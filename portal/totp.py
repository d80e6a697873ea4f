"""One-time codes (RFC 6238: SHA-1, 6 digits, 30 s): which step a code belongs to. Pure. A code works once: the caller
keeps the step and takes only later ones.
"""

import hmac
import io

import pyotp
import segno

STEP_S = 30
WINDOW = 1
"""Steps before and after now that are taken: clocks of phones go wrong."""


def new_secret() -> str:
    """160 bits, base32."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now_s: float) -> int | None:
    digits = "".join(c for c in code if c not in " -\u00a0")
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    now = int(now_s) // STEP_S
    found = [
        step
        for step in range(now - WINDOW, now + WINDOW + 1)
        if step >= 0 and hmac.compare_digest(totp.generate_otp(step), digits)
    ]
    return found[-1] if found else None


def uri(secret: str, account: str, issuer: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """Black on white with its quiet zone, without styles or scripts: fits a strict Content-Security-Policy."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False, svgclass=None
    )
    return out.getvalue().decode()
