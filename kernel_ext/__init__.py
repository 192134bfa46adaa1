"""IPython and Jupyter: the extension, its magic, its widgets and its output.

Imported as `muserlab.kernel_ext`; `%load_ext muserlab` reaches it by that name. It is the only room
that knows IPython, ipywidgets or anywidget, and it knows the rest of muserlab through the lab.
"""

if __name__ != "muserlab.kernel_ext":
    raise ImportError(
        f"this package is muserlab.kernel_ext, not {__name__}: the folder of muserlab's repository "
        "is on sys.path; import muserlab.kernel_ext instead"
    )

from .extension import load, unload

__all__ = ["load", "unload"]
