"""Trying a version on recorded accesses before it is live: a copy of the device plays them again.

Two copies of the device go through the same events, one with the present versions and one with the
new one, each in a trio loop of its own with a virtual clock, on a thread that cannot reach what is
served. What they answer, hold and fire is compared.
"""

from muserlab.lab.rehearsal.rehearse import rehearse

__all__ = ["rehearse"]
