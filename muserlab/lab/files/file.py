"""A file whose devices are served, and patched when it is saved."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from muserlab.device import PCIDevice
from muserlab.lab.errors import LabError, LabStuck
from muserlab.lab.files.definitions import DefinitionFailed, Texts, run_file, texts_of
from muserlab.lab.files.takeover import take_over
from muserlab.lab.files.watch import FileWatch
from muserlab.lab.reports import Report, ReportKind

if TYPE_CHECKING:
    from muserlab.lab.lab import Lab


class ServedFile:
    """A file whose devices a lab serves; `Lab.serve_file` makes one.

    When the file is saved, or a module beside it that it imports, it is run again and what is
    served is patched while in use, all of it or nothing. What came of that is reported.
    """

    def __init__(
        self, lab: "Lab", path: Path, names: Sequence[str] = (), socket: Path | None = None
    ) -> None:
        self.path = path
        self._lab = lab
        self._only = tuple(names)
        self._definitions = run_file(path, names)
        if socket is not None and len(self._definitions.devices) != 1:
            count = len(self._definitions.devices)
            raise LabError(f"a socket is for one device, not {count}; pick one by its name")
        take_over(lab, self._definitions, None, socket)
        # Last, and only for imports that a hook makes when it is called.
        sys.path.append(str(path.parent))
        self.closed = False
        self._watch = FileWatch(self._definitions.sources, self._saved)

    @property
    def devices(self) -> Mapping[str, PCIDevice]:
        """Those of its devices that are served, by name."""
        names = {device.name for device in self._definitions.devices}
        return {name: device for name, device in self._lab.devices.items() if name in names}

    def is_same(self, path: Path, names: Sequence[str]) -> bool:
        """Tell whether it is what serving those devices of that file would give."""
        return not self.closed and (self.path, self._only) == (path, tuple(names))

    def reload(self) -> None:
        """Run the file again and patch what is served.

        Raises DefinitionFailed, DeviceError or whatever else speaks against it; nothing has changed
        then.
        """
        fresh = run_file(self.path, self._only)
        with self._lab.changing():
            if self.closed:
                return
            lines = take_over(self._lab, fresh, self._definitions)
            self._definitions = fresh
        news = "\n".join([f"{self.path.name} re-loaded", *(f"  {line}" for line in lines)])
        self._lab.reports.tell(Report(ReportKind.NOTICE, news))

    def close(self) -> None:
        """Watch the file no more; its devices stay as they are. Again is harmless."""
        if not self.closed:
            self.closed = True
            self._watch.stop()
            sys.path.remove(str(self.path.parent))

    def join(self, timeout: float) -> None:
        """Wait for the end of the watch, after `close`; LabStuck tells where the file keeps it."""
        if not self._watch.join(timeout):
            raise LabStuck(f"{self.path} has been running for more than {timeout:g} s")

    def _saved(self) -> Texts:
        """Re-load the file; return the texts of all files that matter now.

        They are read before it is run: what is saved meanwhile is one more reason to run it.
        """
        folder = self.path.parent
        beside = {*self._definitions.sources, *folder.glob("*.py"), *folder.glob("*/*.py")}
        before = texts_of(beside)
        try:
            self.reload()
        except Exception as error:  # noqa: BLE001 - it is the person's code that was run
            cause = error.cause if isinstance(error, DefinitionFailed) else error
            text = f"{self.path.name} refused, what was served goes on: {error}"
            self._lab.reports.tell(Report(ReportKind.FAULT, text, error=cause))
            return before  # all of them: what it failed to import is not known
        taken = self._definitions.sources
        return {file: before.get(file, text) for file, text in taken.items()}

    def __repr__(self) -> str:
        """Show the file and what is served of it."""
        served = ", ".join(self.devices) or "nothing"
        return f"<ServedFile {self.path}: {served}{', not watched' if self.closed else ''}>"
