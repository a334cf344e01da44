"""`python -m assessment study-model train | apply`: a study's own model, and only that study's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.markup import escape

from assessment.cohort.reading import is_cohort, open_cohort
from assessment.commands.ending import one_message
from assessment.console import console
from assessment.people import COHORT_HELP, People
from assessment.profile.study_model import (
    CARD_NAME,
    MODEL_NAME,
    PLOT_NAME,
    Prediction,
    StudyModel,
    apply_study_model,
    card_text,
    join_labels,
    load_study_model,
    people_table,
    person_errors,
    person_values,
    save_calibration_plot,
    save_study_model,
    train_study_model,
)
from assessment.results_folder import complete_or_nothing, read_summary
from models.errors import SettingsError


def train(
    cohort: Annotated[Path, typer.Argument(metavar="COHORT", help=COHORT_HELP)],
    label: Annotated[str, typer.Option(help="Column of the label")],
    feature: Annotated[
        list[str],
        typer.Option(
            help="INDICATOR@MOVEMENT, such as five_times_sit_to_stand_time@sit-to-stand/five-times, of moments "
            "INDICATOR@MOVEMENT:FORCES; sppb_score, age_years, height_m, mass_kg, grip_kg, asm_kg, calf_cm, "
            "sarc_f, or a column of the labels"
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder the model, its card and its calibration plot are written to")],
    name: Annotated[str, typer.Option(help="Name of the study, shown with every result")],
    labels: Annotated[
        Path | None,
        typer.Option(
            help="CSV with the columns session (of a cohort participant) and label, and any further features "
            "[default: the cohort's group, as the label group]"
        ),
    ] = None,
    level: Annotated[
        list[str] | None, typer.Option(help="Values of the label from lowest to highest; repeat [default: by number]")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a model that is there already")] = False,
) -> None:
    """Train and cross-validate a model on a study's own labelled cohort."""
    with one_message():
        _check_free(out, overwrite=overwrite)
        own = _groups(cohort) if labels is None else _read_labels(labels)
        people = People(cohort)
        features = people_table(people)
        if len(people.synthetic) > 1:
            raise SettingsError(
                "The cohort mixes recordings and synthetic sessions.",
                hint="Keep the synthetic ones in a folder of their own.",
            )
        table = join_labels(features, own)
        if len(table) < people.n:
            console.print(f"[yellow]note:[/] {people.n - len(table)} of {people.n} people have no row of labels.")
        model = train_study_model(table, label, feature, name=name, levels=level, synthetic=people.synthetic == {True})
        with complete_or_nothing(out) as folder:
            save_study_model(model, folder)
            save_calibration_plot(model, folder / PLOT_NAME)
            (folder / CARD_NAME).write_text(card_text(model), encoding="utf-8")
    _print_study_model(model)
    console.print(f"Model and card in {escape(str(out))}.")
    raise typer.Exit(2 if people.refused else 0)


def apply(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder or model.json of a study's model")],
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of one person")],
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=NUMBER", help="A feature that is not in the results, or in place of theirs; repeat for more"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the prediction on standard output as JSON")] = False,
) -> None:
    """Show what a study's model says of one person."""
    with one_message():
        summary = read_summary(results)
        typed_in = dict(_typed(text) for text in value or [])
        # The error of a measured value says nothing of one that is typed in for it.
        errors = {name: error for name, error in person_errors(summary).items() if name not in typed_in}
        prediction = apply_study_model(load_study_model(model), person_values(summary) | typed_in, errors)
    _print_prediction(prediction)
    if as_json:
        typer.echo(prediction.model_dump_json())


def _print_study_model(model: StudyModel) -> None:
    """How many people, and how well it predicts those it has not seen."""
    console.print(f"{model.n} people, {model.n_incomplete} left out as incomplete (nothing is imputed).")
    for one in model.validation.levels:
        console.print(
            f"{_reached(model.label, one.level, len(model.validation.levels))}: cross-validated "
            f"AUC {one.auc.value:.2f} (95 % interval {one.auc.low:.2f} to {one.auc.high:.2f}), Brier score "
            f"{one.brier.value:.3f} against {one.brier_of_prevalence:.3f} of the share alone."
        )
    for warning in model.warnings:
        console.print(f"[yellow]note:[/] {escape(warning)}")
    if model.synthetic:
        console.print("[bold yellow]Synthetic data: generated by a script, describes no person.[/]")


def _print_prediction(prediction: Prediction) -> None:
    """Probabilities with intervals, and what they rest on."""
    for one in prediction.probabilities:
        console.print(
            f"{_reached(prediction.label, one.level, len(prediction.probabilities))}: "
            f"probability {100 * one.probability:.0f} % (95 % interval {100 * one.low:.0f} to {100 * one.high:.0f} %)"
        )
    if prediction.outside_training:
        outside = escape(", ".join(prediction.outside_training))
        console.print(f"[yellow]note:[/] beyond the central 95 % of the people it was trained on: {outside}.")
    if prediction.without_measurement_error:
        exact = escape(", ".join(prediction.without_measurement_error))
        console.print(f"[dim]Taken as exact, no measurement error known: {exact}.[/]")
    if prediction.synthetic_model:
        console.print("[bold yellow]Synthetic data: the model was trained on what a script generated.[/]")
    console.print(escape(prediction.statement))
    console.print(f"[dim]{prediction.disclaimer}[/]")


def _reached(label: str, level: str, above_lowest: int) -> str:
    return escape(f"{label}, {level}{' or higher' if above_lowest > 1 else ''}")


def _check_free(out: Path, *, overwrite: bool) -> None:
    if not out.exists():
        return
    if not (out / MODEL_NAME).exists():
        raise SettingsError(f"{out} is there already and holds no model.", hint="Give another folder as --out.")
    if not overwrite:
        raise SettingsError(f"There is a model in {out} already.", hint="Give --overwrite to replace it.")


def _read_labels(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The table of labels {path} cannot be read: {type(error).__name__}.",
            hint="Give a CSV file in UTF-8 with the columns session and label.",
        ) from None
    return table if "session" in table else table.rename(columns={"participant": "session"})


def _groups(cohort: Path) -> pd.DataFrame:
    """Groups of a cohort's participants as a table of labels."""
    if not is_cohort(cohort):
        raise SettingsError(
            "There is no table of labels.",
            hint="Give --labels; only a cohort's folder may do without: its groups are then the label.",
        )
    people = open_cohort(cohort).wide(["participant", "group"]).drop_duplicates("participant")
    return people.rename(columns={"participant": "session"})


def _typed(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise SettingsError(f"--value {text} is not NAME=NUMBER.", hint="For example: --value grip_kg=24.5.") from None
