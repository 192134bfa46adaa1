"""Takes the kernel proper out of a compressed boot image, so that the guest need not.

Under emulation the unpacking costs a guest about a second at every boot; QEMU starts the unpacked
ELF kernel directly by its PVH entry point. Source: Linux, Documentation/arch/x86/boot.rst
(setup_sects, payload_offset, payload_length; the unpacked size follows the compressed kernel,
except after gzip, whose own end has it).
"""

import gzip
import hashlib
import lzma
import struct
import subprocess
from pathlib import Path

from muserlab.vm.cache import IMAGES, cache_folder
from muserlab.vm.files import write_atomically
from muserlab.vm.sysroot import Sysroot

_SETUP_SECTS = 0x1F1
_MAGIC_AT = 0x202
_PAYLOAD = struct.Struct("<II")
_PAYLOAD_AT = 0x248
_SECTOR = 512


def unpacked_kernel(sysroot: Sysroot) -> Path:
    """Return the unpacked kernel's file, made when it is missing; the compressed one if need be."""
    identity = hashlib.sha256(str(sorted(sysroot.packages.items())).encode()).hexdigest()[:16]
    path = cache_folder() / IMAGES / f"vmlinux-{identity}"
    if not path.exists():
        kernel = unpack(sysroot.kernel.read_bytes(), sysroot)
        if kernel is None:
            return sysroot.kernel
        write_atomically(path, kernel)
    return path


def unpack(image: bytes, sysroot: Sysroot) -> bytes | None:
    """Return the ELF kernel in a bzImage, or None for a compression that is not known here."""
    if image[_MAGIC_AT : _MAGIC_AT + 4] != b"HdrS":
        return None
    offset, length = _PAYLOAD.unpack_from(image, _PAYLOAD_AT)
    start = (image[_SETUP_SECTS] + 1) * _SECTOR + offset
    payload = image[start : start + length]
    body = payload[:-4]
    if payload.startswith(b"\x28\xb5\x2f\xfd"):
        zstd = [*sysroot.command("usr/bin/zstd"), "-dc"]
        return subprocess.run(zstd, input=body, capture_output=True, check=True).stdout
    if payload.startswith(b"\xfd7zXZ\0"):
        return lzma.decompress(body)
    if payload.startswith(b"\x1f\x8b"):
        return gzip.decompress(payload)
    return None
