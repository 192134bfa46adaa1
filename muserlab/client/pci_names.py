"""What the numbers of a configuration space are called (PCI Code and ID Assignment)."""

BASE_CLASSES = {
    0x00: "Unclassified device",
    0x01: "Mass storage controller",
    0x02: "Network controller",
    0x03: "Display controller",
    0x04: "Multimedia controller",
    0x05: "Memory controller",
    0x06: "Bridge",
    0x07: "Communication controller",
    0x08: "Generic system peripheral",
    0x09: "Input device controller",
    0x0A: "Docking station",
    0x0B: "Processor",
    0x0C: "Serial bus controller",
    0x0D: "Wireless controller",
    0x0E: "Intelligent controller",
    0x0F: "Satellite communications controller",
    0x10: "Encryption controller",
    0x11: "Signal processing controller",
    0x12: "Processing accelerator",
    0x13: "Non-essential instrumentation",
    0x40: "Coprocessor",
    0xFF: "Unassigned class",
}

SUBCLASSES = {
    0x0100: "SCSI storage controller",
    0x0101: "IDE interface",
    0x0106: "SATA controller",
    0x0108: "Non-volatile memory controller",
    0x0200: "Ethernet controller",
    0x0300: "VGA compatible controller",
    0x0401: "Multimedia audio controller",
    0x0403: "Audio device",
    0x0500: "RAM memory",
    0x0600: "Host bridge",
    0x0601: "ISA bridge",
    0x0604: "PCI bridge",
    0x0700: "Serial controller",
    0x0780: "Communication controller",
    0x0880: "System peripheral",
    0x0C03: "USB controller",
    0x0C05: "SMBus",
    0x1000: "Network and computing encryption device",
    0x1180: "Signal processing controller",
    0x1200: "Processing accelerator",
}

COMMAND_BITS = {
    0: "I/O",
    1: "Mem",
    2: "BusMaster",
    3: "SpecCycle",
    4: "MemWINV",
    5: "VGASnoop",
    6: "ParErr",
    7: "Stepping",
    8: "SERR",
    9: "FastB2B",
    10: "DisINTx",
}

STATUS_BITS = {
    4: "Cap",
    5: "66MHz",
    7: "FastB2B",
    8: "ParErr",
    11: ">TAbort",
    12: "<TAbort",
    13: "<MAbort",
    14: ">SERR",
    15: "<PERR",
    3: "INTx",
}

CAPABILITIES = {
    0x01: "Power Management",
    0x02: "AGP",
    0x03: "Vital Product Data",
    0x04: "Slot Identification",
    0x05: "MSI",
    0x06: "CompactPCI Hot Swap",
    0x07: "PCI-X",
    0x08: "HyperTransport",
    0x09: "Vendor Specific",
    0x0A: "Debug Port",
    0x0B: "CompactPCI Resource Control",
    0x0C: "Hot-plug",
    0x0D: "Bridge Subsystem ID",
    0x0E: "AGP 8x",
    0x0F: "Secure Device",
    0x10: "PCI Express",
    0x11: "MSI-X",
    0x12: "SATA",
    0x13: "Advanced Features",
    0x14: "Enhanced Allocation",
}

EXTENDED_CAPABILITIES = {
    0x0001: "Advanced Error Reporting",
    0x0002: "Virtual Channel",
    0x0003: "Device Serial Number",
    0x0004: "Power Budgeting",
    0x000B: "Vendor Specific",
    0x000D: "Access Control Services",
    0x000E: "Alternative Routing-ID Interpretation",
    0x000F: "Address Translation Service",
    0x0010: "Single Root I/O Virtualization",
    0x0013: "Page Request Interface",
    0x0015: "Resizable BAR",
    0x0016: "Dynamic Power Allocation",
    0x0017: "TPH Requester",
    0x0018: "Latency Tolerance Reporting",
    0x0019: "Secondary PCI Express",
    0x001B: "Process Address Space ID",
    0x001D: "Downstream Port Containment",
    0x001E: "L1 PM Substates",
    0x001F: "Precision Time Measurement",
    0x0023: "Designated Vendor-Specific",
    0x0025: "Data Link Feature",
    0x0026: "Physical Layer 16.0 GT/s",
    0x002E: "Data Object Exchange",
}

PCIE_TYPES = {
    0x0: "Endpoint",
    0x1: "Legacy Endpoint",
    0x4: "Root Port",
    0x5: "Upstream Switch Port",
    0x6: "Downstream Switch Port",
    0x7: "PCI Express to PCI/PCI-X Bridge",
    0x9: "Root Complex Integrated Endpoint",
    0xA: "Root Complex Event Collector",
}


def class_name(class_code: int) -> str:
    """Return the name of a 24-bit class code."""
    base = BASE_CLASSES.get(class_code >> 16, f"Class {class_code >> 16:02x}")
    return SUBCLASSES.get(class_code >> 8, base)
