"""JupyterLab and Chromium as tests and benchmarks run them: real, and kept to themselves."""
