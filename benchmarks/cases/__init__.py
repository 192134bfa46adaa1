"""What is measured: each module makes the cases of one subject matter.

`access` and `transfers` go over the socket; `interrupts` and `dma` are what a device does to its
client; `scale`, `busy`, `panel` and `idle` say what size and surroundings cost.
"""
