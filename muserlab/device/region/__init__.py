"""Part of the PCI function."""
