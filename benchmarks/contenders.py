"""Servers as a case meets them: each gets the same traffic, at a place of its own."""

import json
from collections.abc import Callable
from typing import Protocol

from benchmarks.client import Link, measure
from benchmarks.figures import Subject
from benchmarks.traffic import Builder, Place, Traffic

Build = Callable[[Builder], Traffic]
"""Makes traffic for a place, such as `Builder.posted_writes`."""


class Contender(Protocol):
    """A server, or one place of it."""

    def doing(self, build: Build) -> Subject:
        """Return what measures the server while it gets traffic."""
        ...


class Floor:
    """The blocking echo, which is told what will come on a connection for each kind of traffic."""

    def __init__(self, connect: Callable[[Callable[[Link], None]], Link]) -> None:
        self._connect = connect
        self._builder = Builder(Place())

    def doing(self, build: Build) -> Subject:
        """Return what measures the echo."""
        traffic = build(self._builder)
        script = [(one.size, one.fd is not None, one.reply_size) for one in traffic.exchanges]

        def say(link: Link) -> None:
            link.sock.send(json.dumps(script).encode() + b"\n")
            link.receive(1)

        link = self._connect(say)
        return lambda seconds: measure(link, traffic, seconds)


class Served:
    """A place of a vfio-user server, over the one connection that there is to it."""

    def __init__(self, link: Link, place: Place) -> None:
        self._link = link
        self._builder = Builder(place)

    def doing(self, build: Build) -> Subject:
        """Return what measures the server."""
        return self._measuring(build, typical=True)

    def doing_in_all(self, build: Build) -> Subject:
        """Return what measures the server by every turn, the untypical ones included."""
        return self._measuring(build, typical=False)

    def _measuring(self, build: Build, *, typical: bool) -> Subject:
        traffic = build(self._builder)
        return lambda seconds: measure(self._link, traffic, seconds, typical=typical)
