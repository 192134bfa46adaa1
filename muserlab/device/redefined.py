"""Classes that are defined again, as when a cell is run again."""

import sys


def defined_before(cls: type) -> type | None:
    """Return the class that has the name of one that is being defined, if there is such a one.

    Only of classes at the top level of a module: those that a function defines are new each time.
    """
    module = sys.modules.get(cls.__module__)
    former = None if module is None else vars(module).get(cls.__qualname__)
    same = isinstance(former, type) and former.__qualname__ == cls.__qualname__
    return former if same and former.__module__ == cls.__module__ else None
