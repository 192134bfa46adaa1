"""JupyterLab and Chromium as benchmarks and tests run them: real, and kept to themselves."""
