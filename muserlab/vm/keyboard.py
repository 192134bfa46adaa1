"""What people type at the guest's serial line."""

import trio

from muserlab.vm.errors import VmError

_MOST_WAITING = 1024  # pieces that the guest has not read: who goes on typing then is told


class Keyboard:
    """Sends what is typed, in its order; `send` is its task."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._typing, self._typed = trio.open_memory_channel[bytes](_MOST_WAITING)

    def type(self, keys: bytes) -> None:
        """Have keys sent soon; VmError where the guest has long not read any."""
        try:
            self._typing.send_nowait(keys)
        except trio.WouldBlock:
            raise VmError("the guest does not read what is typed at its serial line") from None

    async def send(self) -> None:
        """Send what is typed, until QEMU ends."""
        try:
            async for keys in self._typed:
                await self._stream.send_all(keys)
        except trio.BrokenResourceError:
            pass  # which its process tells better
