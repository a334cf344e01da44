"""One session as a FHIR R4 Bundle.

It is a *collection*: resources that belong together, without instructions to a server. A *document* would be an
attested clinical document under a Composition; the report that a clinician signs is the PDF, which the DiagnosticReport
carries, and an unsigned session must be exportable too.
"""

from __future__ import annotations

import base64
from pathlib import Path

from assessment.exports.codes import Json, reference, resource_id, system, term, urn
from assessment.exports.content import Content
from assessment.exports.criteria_observations import criteria_observations
from assessment.exports.deidentify import content_of
from assessment.exports.fhir_check import checked
from assessment.exports.judged import quantity_of
from assessment.exports.observations import (
    Frame,
    circumstance_observations,
    indicator_observations,
    person_observations,
)
from assessment.exports.terminology import code_systems
from assessment.results_folder import summary_sha256
from assessment.summary import Summary
from assessment.uncertainty.measured import Measured
from assessment.visit import VisitDetails

GENDER = {"f": "female", "m": "male", "unspecified": "unknown"}


def fhir_bundle(
    folder: Path,
    summary: Summary,
    visit: VisitDetails,
    *,
    deidentified: bool,
    pdf: bytes | None = None,
    user: str | None = None,
    identity: str | None = None,
) -> Json:
    """A session as a Bundle, validated with FHIR R4's models. The same input gives the same Bundle.

    Parameters
    ----------
    folder : Path
        Results folder.
    summary : Summary
        What `assessment.results_folder.read_summary` read there.
    visit : VisitDetails
    deidentified : bool
        See `assessment.exports.deidentify`.
    pdf : bytes or None
        The report, to be carried by the DiagnosticReport.
    user : str or None
        Who exports, for the Provenance; None: the program alone.
    identity : str or None
        What stands in place of the study code where de-identified; None draws one.

    Raises
    ------
    SettingsError
        A PDF report or a user was given for a de-identified export.
    """
    content = content_of(folder, summary, visit, deidentified=deidentified, identity=identity, pdf=pdf, user=user)
    return bundle(content, pdf=pdf, user=user)


def bundle(content: Content, *, pdf: bytes | None = None, user: str | None = None) -> Json:
    """The same of a content that is made already."""
    summary = content.summary
    # Of a de-identified session nothing but the random code may shape an id.
    seed = summary.session if content.deidentified else summary_sha256(content.folder)
    patient = _patient(content)
    device = _device(summary)
    frame = Frame(content, seed, patient, device)
    of_person = list(person_observations(frame))
    measured = list(indicator_observations(frame))
    observations = [
        *of_person,
        *(one for _, one in measured),
        *criteria_observations(frame, _sources(of_person, measured)),
        *circumstance_observations(frame),
    ]
    report = _report(frame, observations, pdf)
    # An instant cannot be cut to its year: a de-identified export has its software in the Device, and no Provenance.
    provenance = [] if content.deidentified else [_provenance(frame, report, user)]
    resources = [patient, device, report, *observations, *provenance, *code_systems()]
    security = _security(content)
    found: Json = {
        "resourceType": "Bundle",
        "id": resource_id(seed, "Bundle"),
        "type": "collection",
        "entry": [
            {"fullUrl": urn(one["id"]), "resource": one | (security if one["resourceType"] != "CodeSystem" else {})}
            for one in resources
        ],
    }
    if not content.deidentified:
        found["timestamp"] = summary.provenance.created
    return checked(found | security)


def _security(content: Content) -> Json:
    labels = []
    if content.summary.synthetic:
        labels.append({"system": system("act_reason"), "code": "HTEST", "display": "test health data"})
    if content.deidentified:
        labels.append({"system": system("observation_value"), "code": "PSEUDED", "display": "pseudonymized"})
    return {"meta": {"security": labels}} if labels else {}


def _patient(content: Content) -> Json:
    code = content.visit.study_code
    return {
        "resourceType": "Patient",
        "id": resource_id("Patient", code),
        "identifier": [{"system": system("study_codes"), "value": code}],
        "gender": GENDER[content.summary.subject.sex],
    }


def _device(summary: Summary) -> Json:
    made = summary.provenance
    policies = sorted({model.policy for model in summary.models if model.policy})
    versions = {
        "Sarcoscope": made.sarcoscope_version,
        "OpenSim": made.opensim_version,
        "generic model (SHA-256)": made.generic_model_sha256,
        "criteria (SHA-256)": made.criteria_sha256,
        "scaling policy": ", ".join(policies),
    }
    return {
        "resourceType": "Device",
        "id": resource_id("Device", *versions.values()),
        "deviceName": [{"name": "Sarcoscope", "type": "user-friendly-name"}],
        "version": [{"type": {"text": name}, "value": value} for name, value in versions.items() if value],
        "note": [{"text": summary.disclaimer}],
    }


def _sources(of_person: list[Json], measured: list[tuple[Measured, Json]]) -> dict[str, Json]:
    """Quantity of the criteria -> the observation that its value was taken from."""
    from_trials = {
        quantity: resource
        for one, resource in measured
        if one.value is not None and (quantity := quantity_of(one.indicator, one.activity.partition("/")[2]))
    }
    own = system("indicators")
    by_hand = {
        coding["code"]: resource
        for resource in of_person
        for coding in resource["code"]["coding"]
        if coding["system"] == own
    }
    return from_trials | by_hand


def _report(frame: Frame, observations: list[Json], pdf: bytes | None) -> Json:
    content, visit = frame.content, frame.content.visit
    found: Json = {
        "resourceType": "DiagnosticReport",
        "id": resource_id(frame.seed, "DiagnosticReport"),
        "status": "final" if content.signed else "preliminary",
        "code": term("movement-assessment", "Assessment of movement"),
        "subject": reference(frame.patient),
        "result": [reference(one) for one in observations],
    }
    if content.when:
        found["effectiveDateTime"] = content.when
    if visit.site:
        found["performer"] = [{"display": visit.site}]
    if visit.signature is not None and content.signed:
        found["issued"] = visit.signature.signed_at.isoformat()
        found["resultsInterpreter"] = [{"display": visit.signature.signer}]
    if text := "\n\n".join(part for part in (visit.interpretation, visit.recommendation) if part):
        found["conclusion"] = text
    if pdf is not None:
        found["presentedForm"] = [
            {"contentType": "application/pdf", "data": base64.b64encode(pdf).decode(), "title": "Report"}
        ]
    return found


def _provenance(frame: Frame, report: Json, user: str | None) -> Json:
    made = frame.content.summary.provenance
    agents = [_agent("assembler", reference(frame.device))]
    if user is not None:
        agents.append(_agent("enterer", {"display": user}))
    found: Json = {
        "resourceType": "Provenance",
        "id": resource_id(frame.seed, "Provenance"),
        "target": [reference(report)],
        "recorded": made.created,
        "agent": agents,
    }
    inputs = [
        {
            "role": "source",
            "what": {"identifier": {"type": {"text": "SHA-256"}, "value": digest}, "display": name},
        }
        for name, digest in made.input_sha256.items()
    ]
    return found | ({"entity": inputs} if inputs else {})


def _agent(kind: str, who: Json) -> Json:
    return {"type": {"coding": [{"system": system("provenance_participant"), "code": kind}]}, "who": who}
