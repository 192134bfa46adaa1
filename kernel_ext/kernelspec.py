"""A kernelspec whose notebooks start with the extension loaded."""

import json
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

NAME = "muserlab"

SPEC = {
    "argv": [
        sys.executable,
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
        "--IPKernelApp.extensions=muserlab",
    ],
    "display_name": "muserlab",
    "language": "python",
    "metadata": {"debugger": True},
}


def install_kernelspec(*, user: bool = True, prefix: str | None = None) -> Path:
    """Install the kernelspec `muserlab` and return the folder that holds it.

    Its interpreter is the one that runs this. `prefix` (an environment's root) wins over `user`
    (the user's own Jupyter folder); with neither it goes where all users find it.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernel.json").write_text(json.dumps(SPEC, indent=1))
        installed: str = KernelSpecManager().install_kernel_spec(
            folder, NAME, user=user and prefix is None, prefix=prefix
        )
    return Path(installed)


def remove_kernelspec() -> Path | None:
    """Remove the kernelspec `muserlab`; return the folder it was in, None where there was none."""
    try:
        return Path(KernelSpecManager().remove_kernel_spec(NAME))
    except (NoSuchKernel, KeyError):
        return None
