"""The wire: bytes and fds to and from typed messages."""
