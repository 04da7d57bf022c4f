"""The codes that a virtual MFA device shows (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time

STEP_S = 30


def code(seed, ahead=0):
    """The code that a device with this seed, in base32, shows so many half minutes from now."""
    step = int(time.time()) // STEP_S + ahead
    digest = hmac.new(base64.b32decode(seed), struct.pack(">q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def two(seed):
    """Two codes, one after the other, as somebody reads them who enables the device."""
    return {"AuthenticationCode1": code(seed, -1), "AuthenticationCode2": code(seed)}
