"""IPython and Jupyter: the extension, its magics and widgets."""
