from muserlab.vm.console import Console


def fed(*chunks: bytes, limit: int = 1000) -> Console:
    console = Console(limit)
    for chunk in chunks:
        console.feed(chunk)
    return console


def test_text_has_plain_newlines_and_survives_bytes_that_are_no_text() -> None:
    assert fed(b"a\r\nb\xff\r\n").text == "a\nb\ufffd\n"


def test_a_terminal_gets_the_bytes_as_they_came_from_where_it_was() -> None:
    console = fed(b"a\r\n")
    assert console.since(0) == (b"a\r\n", 3)
    console.feed(b"\x1b[1m")
    assert console.since(3) == (b"\x1b[1m", 7)
    assert console.since(7) == (b"", 7)


def test_a_terminal_that_comes_late_gets_what_is_kept() -> None:
    console = fed(b"0123456789", b"abc", limit=8)
    assert console.since(2) == (b"56789abc", 13)
    assert console.since(12) == (b"c", 13)


def test_a_reset_clears_the_terminal_and_leaves_no_text() -> None:
    console = fed(b"before")
    console.forget()
    assert console.text == ""
    assert console.since(6) == (b"\x1bc", 8)
    console.feed(b"after")
    assert console.text == "after"


def test_only_the_last_part_is_kept() -> None:
    console = fed(b"0123456789", b"abc", limit=8)
    assert console.text == "56789abc"


def test_the_tail_has_the_last_lines() -> None:
    assert fed(b"1\n2\n3\n").tail(2) == "2\n3"


def test_a_panic_is_seen_even_when_it_comes_in_pieces() -> None:
    console = fed(b"---[ end Kernel panic - not syn")
    assert console.panic is None
    console.feed(b"cing: why")
    assert console.panic is None
    console.feed(b" it did ]---\r\n")
    assert console.panic == "why it did"
    console.feed(b"more\n")
    assert console.panic == "why it did"
    console.forget()
    assert console.panic is None
    console.feed(b"new\n")
    assert console.panic is None


def test_whoever_waits_for_more_is_told_once() -> None:
    console, told = fed(b"abc"), list[str]()
    console.once_beyond(3, lambda: told.append("waited"))
    assert told == []
    console.feed(b"d")
    console.feed(b"e")
    console.once_beyond(4, lambda: told.append("late"))
    assert told == ["waited", "late"]
