"""muserlab: a workbench on which PCI devices are prototyped live."""
