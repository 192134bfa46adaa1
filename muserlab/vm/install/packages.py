"""What is fetched, and from which suites of Debian."""

ARCHITECTURE = "amd64"
COMPONENT = "main"
SUITE = "trixie"
BACKPORTS = "trixie-backports"
SUITES = (SUITE, BACKPORTS)

# QEMU has its vfio-user client since 10.1, which is only in the backports.
FROM_BACKPORTS = ("qemu-system-x86",)
FROM_SUITE = ("linux-image-amd64", "busybox-static", "pciutils", "gpiod", "zstd")

# What only a kernel that is really installed needs; apt is told that it is there already.
NOT_NEEDED = ("initramfs-tools", "kmod", "linux-base")


def wanted() -> list[str]:
    """Return the packages as apt takes them, each with the suite that it comes from."""
    return [
        *(f"{name}/{BACKPORTS}" for name in FROM_BACKPORTS),
        *(f"{name}/{SUITE}" for name in FROM_SUITE),
    ]
