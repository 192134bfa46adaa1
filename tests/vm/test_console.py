from muserlab.vm.console import Console


def fed(*chunks: bytes, limit: int = 1000) -> Console:
    console = Console(limit)
    for chunk in chunks:
        console.feed(chunk)
    return console


def test_text_has_plain_newlines_and_survives_bytes_that_are_no_text() -> None:
    assert fed(b"a\r\nb\xff\r\n").text == "a\nb\ufffd\n"


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
    console.forget()
    assert console.panic is None
