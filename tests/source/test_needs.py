"""What a hook's code uses comes into the file with it, or is told to be impossible."""

from textwrap import dedent
from typing import Any

import pytest

from muserlab.source import SaveError, saved

HOOK = "@dev.bar0.A.on_read\ndef answer(dev, value):"


class Case:
    """Cells that make a hook answer 120, and a part of the file that must come of them."""

    def __init__(self, cells: str, *, shows: str) -> None:
        self.cells = dedent(cells).strip().replace("HOOK", HOOK)
        self.shows = shows

    def __repr__(self) -> str:
        return self.shows.strip().splitlines()[0]


IMPORTS = [
    Case("import math\nHOOK return math.factorial(5)", shows="import math\n"),
    Case("import math as m\nHOOK return m.factorial(5)", shows="import math as m\n"),
    Case("from math import factorial\nHOOK return factorial(5)", shows="from math import fact"),
    Case("from math import perm as p\nHOOK return p(5)", shows="from math import perm as p\n"),
    Case("from math import *\nHOOK return factorial(5)", shows="from math import factorial\n"),
    Case("HOOK\n    import math\n    return math.perm(5)", shows="    import math\n"),
    Case(
        "import xml.etree.ElementTree\nHOOK return 120 * (xml.etree is not None)",
        shows="import xml.etree.ElementTree\n",
    ),
    Case("HOOK return 120 if ml.PASS else 0", shows="import muserlab as ml\n"),
    Case("from muserlab import PASS as no\nHOOK return no and 120", shows="import PASS as no\n"),
    Case("import muserlab as lab\nHOOK return 120 * bool(lab)", shows="class Bar(lab.BAR"),
    Case("__import__('sys').modules['x'] = 1\nHOOK return max(120, 3)", shows="max(120, 3)"),
]
CONSTANTS = [
    Case("N = 5 * 24  # so many\nHOOK return N", shows="N = 5 * 24  # so many\n"),
    Case("N = 5\nN = N * 24\nHOOK return N", shows="N = 120\n"),
    Case("K = 5\nN = K * 24\nHOOK return N", shows="K = 5\nN = K * 24\n"),
    Case("T = {'a': [1, (2, 120)]}\nHOOK return T['a'][1][1]", shows="T = {'a': [1, (2, 120)]}"),
    Case("T = list(range(3))\nT.append(120)\nHOOK return T[3]", shows="T = [0, 1, 2, 120]\n"),
    Case("A = [60]\nB = A\nA.append(0)\nHOOK return (A + B)[0] * 2", shows="B = A\n"),
    Case("import struct\nS = struct.Struct('B')\nHOOK return S.unpack(b'x')[0]", shows="S = "),
    Case("import re\nP = re.compile('x', re.I)\nHOOK return 120 * P.match('X').end()", shows="re"),
    Case(
        "from collections import deque\nQ = deque([120], 5)\nHOOK return Q[0]",
        shows="Q = collections.deque([120], maxlen=5)\n",
    ),
    Case("x = float('inf')\nHOOK return 120 if x > 1 else 0", shows="x = float('inf')\n"),
]
FUNCTIONS = [
    Case("def help():\n    return 120\nHOOK return help()", shows="def help():\n    return 120\n"),
    Case("def a(n): return b(n)\ndef b(n): return a(0) if n else 120\nHOOK return a(1)", shows="b"),
    Case("f = lambda n: n * 24\nHOOK return f(5)", shows="f = lambda n: n * 24\n"),
    Case("f, g = lambda: 1, lambda: 120\nHOOK return g()", shows="g = lambda: 120\n"),
    Case("def inc(n): return n + 1\nT = {0: inc}\nHOOK return T[0](119)", shows="T = {0: inc}\n"),
    Case("def inc(n): return n + 1\nup = inc\nHOOK return up(119)", shows="up = inc\n"),
    Case(
        "import functools\nf = functools.partial(pow, 5)\nHOOK return f(3) - 5",
        shows="f = functools.partial(pow, 5)\n",
    ),
    Case(
        """
        import functools
        def twice(f):
            @functools.wraps(f)
            def g(*a): return 2 * f(*a)
            return g
        @twice
        def half(): return 60
        HOOK return half()
        """,
        shows="@twice\ndef half(): return 60\n",
    ),
    Case(
        """
        def wrapped(f):
            def g(dev, value): return f() + 60
            return g
        @dev.bar0.A.on_read
        @wrapped
        def half(): return 60
        """,
        shows="def half(): return 60\n",
    ),
    Case(
        """
        def text(): return '''
        at the margin'''
        HOOK
            '''Two
          lines.'''
            return 120 * (text()[1] == 'a')
        """,
        shows="\nat the margin'''",
    ),
]
CLASSES = [
    Case(
        "from __future__ import annotations\ndef f(x: Nobody): return x\nHOOK return f(120)",
        shows='"\n\nfrom __future__ import annotations\n',
    ),
    Case("class K:\n    '''Doc.'''\n    n = 120\nHOOK return K().n", shows="    '''Doc.'''\n"),
    Case(
        "class K:\n    def f(self): return 120\nclass L(K): pass\nHOOK return L().f()",
        shows="class K:\n    def f(self): return 120\n\n\nclass L(K): pass\n",
    ),
    Case(
        "class K:\n    n = 1\nclass K:\n    n = 120\nHOOK return K.n",
        shows="class K:\n    n = 120\n",
    ),
    Case("import enum\nclass E(enum.IntEnum):\n    A = 120\nHOOK return E.A", shows="    A = 120"),
    Case(
        "import enum\nclass E(enum.Enum):\n    A = 1\n    def f(self): return 120\n"
        "HOOK return E.A.f()",
        shows="    def f(self): return 120\n",
    ),
    Case(
        """
        from dataclasses import dataclass
        @dataclass
        class P:
            x: int
            y: int = 2
        p = P(60)
        HOOK return p.x * p.y
        """,
        shows="p = P(60)\n",
    ),
    Case(
        """
        from typing import NamedTuple
        class P(NamedTuple):
            x: int
        p = P(x=120)
        HOOK return p.x
        """,
        shows="p = P(120)\n",
    ),
]
PARTS = [
    Case("regs = dev.bar0\nHOOK return 120 + regs.B.peek()", shows="regs = dev.bar0\n"),
    Case("reg = dev.bar0.B\nHOOK return 120 + reg.peek()", shows="reg = dev.bar0.B\n"),
    Case("irq = dev.msi[2]\nHOOK return 118 + irq.index", shows="irq = dev.msi[2]\n"),
    Case("dev.state.n = 120\ns = dev.state\nHOOK return s.n", shows="s = dev.state\n"),
    Case("card = dev\nHOOK return 120 + card.bar0.B.peek()", shows="card = ml.PCIDevice("),
    Case("Again = Bar\nHOOK return Again.size - 3976", shows="Again = Bar\n"),
    Case("class F(ml.RegisterFile):\n    A = ml.RW(0)\nHOOK return 120 + F.A.offset", shows="F(ml"),
]


@pytest.mark.parametrize("case", [*IMPORTS, *CONSTANTS, *FUNCTIONS, *CLASSES, *PARTS], ids=repr)
def test_what_a_hook_uses_comes_with_it(notebook: Any, save: Any, case: Case) -> None:
    notebook.run(case.cells)
    assert notebook["dev"].bar0.read(0, 1) == b"x"
    made = save(notebook["dev"])
    assert case.shows in made.text
    assert made.device.bar0.read(0, 1) == b"x"
    assert saved(made.device) == made.text


REFUSED = {
    "import threading\nlock = threading.Lock()\nHOOK return lock": (
        r"A\.on_read → lock: <unlocked _thread\.lock.* has no form as source text; make it in a"
    ),
    "import threading\ndef f(): return lock\nlock = threading.Lock()\nHOOK return f()": (
        r"A\.on_read → f → lock: "
    ),
    "L = []\nL.append([open])\nL[0].append(object())\nHOOK return L": (
        r"A\.on_read → L: <object object.* has no form"
    ),
    "exec('def f(): return 1')\nHOOK return f()": (
        r"A\.on_read → f: the source of f is not known; define it with def"
    ),
    "K = type('K', (), {})\nHOOK return K": (
        r"A\.on_read → K: the source of the class K is not known; define it in a cell"
    ),
    "import types\nm = types.ModuleType('m')\nHOOK return m": (
        r"A\.on_read → m: no import finds the module m; import it"
    ),
    "b = ml.PCIDevice('b', id=(0x1234, 2))\nHOOK return b": (
        r"A\.on_read → b: b is another device; a file is saved of one device"
    ),
    "dev.bar0.A.on_read(eval('lambda dev, value: 1'))": (
        r"A\.on_read: the source of <lambda> is not known"
    ),
}


@pytest.mark.parametrize("cells", REFUSED)
def test_what_cannot_be_written_is_told_with_the_way_to_it(notebook: Any, cells: str) -> None:
    notebook.run(cells.replace("HOOK", HOOK))
    with pytest.raises(SaveError, match=REFUSED[cells]):
        saved(notebook["dev"])
