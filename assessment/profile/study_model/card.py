"""The card of a study's model, and its calibration plot: what a reader must know before believing it."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from assessment.profile.study_model.records import PLOT_NAME, Estimate, StudyModel
from assessment.summary import NOT_A_DIAGNOSIS

# Okabe and Ito's colour-blind-safe palette (2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def card_text(model: StudyModel) -> str:
    """The card, in Markdown."""
    levels = ", ".join(f"{level} {count}" for level, count in zip(model.levels, model.counts, strict=True))
    kind = "Logistic regression" if model.kind == "binary" else "Ordinal regression (proportional odds)"
    penalty = "" if model.penalty_c is None else f", L2 penalty with C = {model.penalty_c:g}, chosen within the folds"
    lines = [
        f"# Model of the study {model.name}",
        "",
        f"{NOT_A_DIAGNOSIS} This model is that study's own and no part of Sarcoscope; nobody else has validated it.",
        "",
        *(["**Synthetic data: trained on what a script generated. It describes no person.**", ""] * model.synthetic),
        f"- What it tells: {model.label}, levels from lowest to highest with people: {levels}.",
        f"- Who: {model.n} people with every feature and the label; {model.n_incomplete} left out as incomplete, "
        "nothing imputed.",
        f"- What it is: {kind} of standardised features{penalty}.",
        f"- Made {model.created} with Sarcoscope {model.sarcoscope_version}.",
        *(f"- **Warning:** {warning}" for warning in model.warnings),
        "",
        "## Validation",
        "",
        f"Cross-validation within the study ({model.validation.scheme}): {model.validation.folds} folds, "
        f"{model.validation.repeats} times, seed {model.validation.seed}. Intervals: 95 %, people drawn again; how "
        "much training itself varies is not in them. No other cohort has been predicted: expect less elsewhere.",
        "",
        "| level or higher | people | AUC | Brier score | of the share alone | calibration slope | in the large |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {one.level} | {one.n_reached} | {_text(one.auc)} | {_text(one.brier)} | "
            f"{one.brier_of_prevalence:.3f} | {_text(one.calibration_slope)} | {_text(one.calibration_intercept)} |"
            for one in model.validation.levels
        ),
        "",
        "AUC 0.5 is chance. A slope below 1 means that probabilities are too extreme; calibration in the large above 0 "
        "that they are too low.",
        "",
        f"![Calibration]({PLOT_NAME})",
        "",
        "## Features",
        "",
        "| feature | mean | SD | central 95 % | log odds per SD |",
        "|---|---|---|---|---|",
        *(
            f"| {one.name} | {one.mean:.4g} | {one.sd:.3g} | {one.low:.4g} to {one.high:.4g} | {one.coefficient:+.3f} |"
            for one in model.features
        ),
        "",
        "Values outside the central 95 % are flagged when the model is applied; where a feature is missing it is not.",
        "",
    ]
    return "\n".join(lines)


def save_calibration_plot(model: StudyModel, path: Path) -> None:
    """Observed share against predicted probability, in groups of people with similar predictions."""
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, label="right")
    for index, level in enumerate(model.validation.levels):
        colour = COLOURS[index % len(COLOURS)]
        predicted = [one.predicted for one in level.bins]
        observed = [one.observed for one in level.bins]
        # Wilson's interval holds the share itself; rounding may put an end of it on the wrong side by 1e-17.
        below = [max(one.observed - one.low, 0.0) for one in level.bins]
        above = [max(one.high - one.observed, 0.0) for one in level.bins]
        axes.errorbar(predicted, observed, yerr=[below, above], fmt="o-", color=colour, capsize=2, label=level.level)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set(xlabel="predicted probability", ylabel="observed share (95 % interval)")
    axes.set_title(f"{model.label}: people not seen in training{' (synthetic)' if model.synthetic else ''}")
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(path, metadata={"Date": None})


def _text(estimate: Estimate | None) -> str:
    return "–" if estimate is None else f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
