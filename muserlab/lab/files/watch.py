"""Noticing that files are saved, from a thread."""

import threading
from collections.abc import Callable
from pathlib import Path

from muserlab.lab.files.definitions import Texts, texts_of

LOOK_EVERY = 0.5
"""Seconds after which files are looked at where nothing is told about them, as over a network."""


class FileWatch:
    """Calls `changed` on a thread of its own when a file does not hold any more what it held.

    It begins with texts, and goes on with those that `changed`, which must not raise, returns.
    Folders are watched, as editors replace a file rather than write to it.
    """

    def __init__(self, texts: Texts, changed: Callable[[], Texts]) -> None:
        self._texts = texts
        self._changed = changed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="muserlab files", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, once what it has called returns."""
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end of the thread; return whether it has ended. It need not wait itself."""
        if self._thread is threading.current_thread():
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _look(self) -> None:
        now = texts_of(self._texts)
        if any(self._texts[file] != text for file, text in now.items()):
            self._texts = self._changed()

    def _run(self) -> None:
        from watchfiles import watch  # late: most labs serve no file

        while not self._stop.is_set():
            folders = self._folders()
            try:
                for _ in watch(
                    *folders,
                    watch_filter=None,
                    recursive=False,
                    rust_timeout=round(LOOK_EVERY * 1000),
                    yield_on_timeout=True,
                    stop_event=self._stop,
                    raise_interrupt=False,
                ):
                    self._look()
                    if self._folders() != folders:
                        break
            except OSError:  # a folder is gone, and may come back
                self._stop.wait(LOOK_EVERY)

    def _folders(self) -> set[Path]:
        return {file.parent for file in self._texts}
