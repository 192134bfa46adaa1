"""A Linux guest under QEMU."""
