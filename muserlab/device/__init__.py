"""The PCI function."""
