import gzip
import lzma
import struct
from pathlib import Path

import pytest

from muserlab.vm import Sysroot
from muserlab.vm.kernel import unpack

KERNEL = b"\x7fELF" + b"kernel" * 1000
SYSROOT = Sysroot(Path("/nonexistent"), (), {})


def boot_image(payload: bytes) -> bytes:
    setup_sectors = 3
    image = bytearray((setup_sectors + 1) * 512)
    image[0x1F1] = setup_sectors
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<II", image, 0x248, 40, len(payload))
    return bytes(image) + bytes(40) + payload + b"what follows"


@pytest.mark.parametrize(
    "payload", [gzip.compress(KERNEL), lzma.compress(KERNEL) + struct.pack("<I", len(KERNEL))]
)
def test_a_compressed_kernel_is_taken_out(payload: bytes) -> None:
    assert unpack(boot_image(payload), SYSROOT) == KERNEL


@pytest.mark.parametrize("image", [boot_image(b"LZO?1234"), bytes(4096), b""])
def test_an_image_of_another_kind_is_left_as_it_is(image: bytes) -> None:
    assert unpack(image, SYSROOT) is None
