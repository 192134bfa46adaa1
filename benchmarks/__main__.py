"""`python -m benchmarks`: measure, print, and keep what came of it."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from benchmarks import machine, plan, report
from benchmarks.figures import Figures
from benchmarks.fleet import Fleet
from benchmarks.history import History, Run
from benchmarks.instructions import check
from benchmarks.results import Results
from benchmarks.rig.chromium import lacking
from benchmarks.rounds import FULL, QUICK, carry_out
from benchmarks.targets import verdicts
from benchmarks.traffic import Place

OUTPUT = Path("build/benchmarks")


@click.command()
@click.option("--quick", is_flag=True, help="One short round: shows that everything works.")
@click.option("--socket", type=click.Path(exists=True), help="Measure the server behind a socket.")
@click.option("--region", default=0, show_default=True, help="Where: a VFIO index,")
@click.option("--offset", default=0, show_default=True, help="and an offset; it is written to.")
@click.option("--output", default=OUTPUT, show_default=True, type=click.Path(path_type=Path))
def main(*, quick: bool, socket: str | None, region: int, offset: int, output: Path) -> None:
    """Measure muserlab, or any vfio-user server, next to the least that a Python server costs.

    Writes results.json and picture.svg to the output folder, and compares with earlier runs on this
    machine. Ends with 1 where a path through muserlab executes 10 % more than it usually did.
    """
    console = Console()
    with console.status("starting servers") as status, Fleet.open() as fleet:
        place = Place(region, offset)
        groups = plan.theirs(fleet, socket, place) if socket else plan.ours(fleet)
        figures = Figures()
        for group in groups:
            carry_out(group, QUICK if quick else FULL, figures, status.update)
    counts: check.Counts = {}
    if not socket:
        with console.status("counting instructions"):
            counts = check.count(quick=quick)
    results = Results(figures, counts, tuple(verdicts(figures)))

    subject = f" at {socket}" if socket else ""
    run = Run.now(
        f"{machine.description()}{', quick' if quick else ''}{subject}", results.numbers()
    )
    history = History.of_this_user()
    usual = history.usual(run.circumstances)
    history.add(run)

    parts = [*report.tables(figures, usual)]
    if not socket:
        parts += [report.count_table(counts, usual), report.verdict_table(results.verdicts)]
    console.print(*parts, sep="")
    if not socket and lacking():
        console.print(f"scrolling is not measured: {lacking()}")
    output.mkdir(parents=True, exist_ok=True)
    data = {**asdict(run), **results.to_json()}
    (output / "results.json").write_text(json.dumps(data, indent=1))
    report.save_picture(output / "picture.svg", run.circumstances, parts)
    console.print(f"{run.circumstances}; written to {output}")
    longer = [*check.risen(counts, usual)]
    if longer:
        raise click.ClickException("\n".join(["an access executes more than it did:", *longer]))


if __name__ == "__main__":
    main()
