"""`python -m muserlab` is the muserlab command."""

from muserlab.cli import main

main()
