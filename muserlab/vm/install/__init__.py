"""Fetches QEMU and the guest's software into the user's cache, without root rights.

What is fetched is in packages, from where in sources; apt downloads and verifies, and nothing is
installed on the host.
"""

from muserlab.vm.install.installer import Progress, install

__all__ = ["Progress", "install"]
