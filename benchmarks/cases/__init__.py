"""What is measured: each module makes the cases of one subject matter.

`access` and `transfers` go over the socket; `interrupts` and `dma` are what a device does to its
client; `patching`, `scale`, `busy` and `idle` say what one's own code, size and surroundings cost.
"""
