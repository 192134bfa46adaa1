"""How fast muserlab is, next to the least that a Python server could cost: `python -m benchmarks`.

One client measures several servers in turn: the floor, a blocking echo of the same sizes; a minimal
server on trio; muserlab in its variants. All that is compared was measured in one run, interleaved,
so that what disturbs the machine disturbs both sides of a ratio.

- `traffic` is what goes over a socket; `client` sends it and takes the time.
- `servers/` are the processes that answer, and how they are started and told what to do.
- `cases/` are what is measured, of which servers, and against what.
- `rounds` carries the cases out; `figures` is what comes of it.
- `report`, `history`, `targets` say what that means.
- `instructions/` counts what one access executes, which no noise disturbs.
"""
