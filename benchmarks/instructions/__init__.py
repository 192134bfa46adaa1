"""What one access executes, counted: the same in every run, whatever else the machine does.

`paths` are the accesses; `opcodes` counts the interpreter's, `callgrind` the processor's.
"""
