"""Names of a PCI device's regions and interrupt types (linux/vfio.h, VFIO_PCI_*_INDEX)."""

REGION_NAMES = ("bar0", "bar1", "bar2", "bar3", "bar4", "bar5", "rom", "config", "vga")
IRQ_NAMES = ("intx", "msi", "msix", "err", "req")


def region_name(index: int) -> str:
    """Return the name of a region: `bar0` … `vga`, then `region9` and up."""
    return REGION_NAMES[index] if index < len(REGION_NAMES) else f"region{index}"


def irq_name(index: int) -> str:
    """Return the name of an interrupt type: `intx` … `req`, then `irq5` and up."""
    return IRQ_NAMES[index] if index < len(IRQ_NAMES) else f"irq{index}"


def format_size(size: int) -> str:
    """Return a size as people write it: `4 KiB`, `256 B`; exact, never rounded."""
    for unit, name in ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} B"
