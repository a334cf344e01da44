"""The FHIR Bundle: valid, complete, honest in its codes, and the same for the same session."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fhirclient.models.bundle import Bundle

from assessment.catalogue import catalogue
from assessment.criteria.definitions import quantities
from assessment.exports import fhir_bundle
from assessment.exports.codes import quantity, system, tables
from assessment.exports.fhir_check import checked, references
from assessment.exports.terminology import code_systems
from assessment.results_folder import read_summary
from models.errors import SettingsError
from tests.assessment.exports.results import ESTIMATED, visit, write_results

UCUM_PART = r"(?:%|1|\{[a-z]+\}|deg|N|m|s|kg|J|W|cm|mm|mm2|m2|a|min|\(kg/m2\))"


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def observations(bundle: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [
        one
        for one in resources(bundle, "Observation")
        if any(coding["code"] == code for coding in one["code"].get("coding", []))
    ]


def components(observation: dict[str, Any]) -> dict[str, Any]:
    return {part["code"]["coding"][0]["code"]: part for part in observation.get("component", [])}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_results(tmp_path / "results")
    return tmp_path / "results"


@pytest.fixture
def bundle(folder: Path) -> dict[str, Any]:
    return fhir_bundle(folder, read_summary(folder), visit(), deidentified=False, user="clinician")


def test_it_is_valid_and_every_reference_leads_to_an_entry(bundle: dict[str, Any]) -> None:
    assert Bundle(json.loads(json.dumps(bundle))).as_json() == bundle
    assert bundle["type"] == "collection"
    targets = set(references(bundle))
    assert len(targets) > 10
    assert targets <= {entry["fullUrl"] for entry in bundle["entry"]}
    for entry in bundle["entry"]:
        assert re.fullmatch(r"[A-Za-z0-9.\-]{1,64}", entry["resource"]["id"])
        assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"


def test_a_fault_in_it_is_not_exported(bundle: dict[str, Any]) -> None:
    lost = json.loads(json.dumps(bundle))
    lost["entry"] = lost["entry"][1:]
    with pytest.raises(ValueError, match="not in the bundle"):
        checked(lost)
    wrong = json.loads(json.dumps(bundle))
    wrong["entry"][3]["resource"]["status"] = 7
    with pytest.raises(ValueError, match="not valid"):
        checked(wrong)


def test_the_same_session_gives_the_same_bytes(folder: Path) -> None:
    once, again = (json.dumps(fhir_bundle(folder, read_summary(folder), visit(), deidentified=False)) for _ in range(2))
    assert once == again


def test_the_patient_is_a_code_and_nothing_else(bundle: dict[str, Any]) -> None:
    (patient,) = resources(bundle, "Patient")
    assert set(patient) == {"resourceType", "id", "identifier", "gender"}
    assert patient["identifier"] == [{"system": system("study_codes"), "value": "P-017"}]
    assert patient["gender"] == "female"


def test_a_value_has_unit_error_interval_side_method_and_reasons(bundle: dict[str, Any]) -> None:
    right, left = observations(bundle, "peak_knee_extension_moment_per_kg")
    assert right["valueQuantity"] == {
        "value": 1.1, "unit": "Nm/kg", "system": "http://unitsofmeasure.org", "code": "N.m/kg"
    }  # fmt: skip
    assert [one["bodySite"]["text"] for one in (right, left)] == ["Right side", "Left side"]
    parts = components(right)
    assert parts["standard-error"]["valueQuantity"]["value"] == 0.2
    interval = parts["95-percent-interval"]["valueRange"]
    assert (interval["low"]["value"], interval["high"]["value"]) == (0.7, 1.5)
    assert parts["values-averaged"]["valueInteger"] == 2
    assert right["method"]["coding"][0]["code"] == "forces-estimated"
    assert right["note"][0]["text"] == f"Quality: with caution. {ESTIMATED}"
    assert right["effectiveDateTime"] == "2026-11-19"
    assert "referenceRange" not in right


def test_a_withheld_value_says_why_and_has_no_number(bundle: dict[str, Any]) -> None:
    (withheld,) = observations(bundle, "thirty_second_sit_to_stand_count")
    assert "valueQuantity" not in withheld
    assert withheld["dataAbsentReason"]["text"] == "No rise is seen in this trial."


def test_loinc_stands_only_where_the_protocol_is_the_same(bundle: dict[str, Any]) -> None:
    text = json.dumps(bundle)
    used = {
        coding["code"]
        for one in resources(bundle, "Observation")
        for coding in one["code"]["coding"]
        if coding["system"] == system("loinc")
    }
    assert used == {"8302-2", "29463-7", "39156-5", "66247-8"}
    # Gait speed of the NIH Toolbox, and grip of one hand.
    assert not any(code in text for code in ("83172-7", "83173-5", "83174-3"))
    (height,) = observations(bundle, "8302-2")
    assert height["valueQuantity"]["value"] == 156
    assert height["method"]["coding"][0]["code"] == "typed-in"


def test_a_reference_range_names_its_population(bundle: dict[str, Any]) -> None:
    (time,) = observations(bundle, "five_times_sit_to_stand_time")
    ranges = time["referenceRange"]
    assert ranges[0]["high"]["value"] == 12
    for one in ranges:
        assert one["appliesTo"][0]["text"]
        assert "does not meet this criterion" in one["text"]
    (grip,) = observations(bundle, "grip_kg")
    # AWGS 2025 was not read in the paper: its cut-offs are no reference.
    assert all("AWGS 2025" not in one["text"] for one in grip["referenceRange"])


def test_criteria_are_observations_in_words_that_do_not_diagnose(bundle: dict[str, Any]) -> None:
    assert not resources(bundle, "Condition")
    (grip,) = observations(bundle, "awgs_2019.low_grip")
    assert grip["valueCodeableConcept"]["coding"][0]["code"] == "meets"
    assert grip["valueCodeableConcept"]["text"] == "Meets Grip strength < 18 kg (AWGS 2019)"
    assert components(grip)["cut-off"]["valueQuantity"]["comparator"] == "<"
    typed_in = observations(bundle, "grip_kg")[0]["id"]
    assert grip["derivedFrom"] == [{"reference": f"urn:uuid:{typed_in}"}]
    (chair,) = observations(bundle, "awgs_2019.slow_chair_stand")
    assert chair["valueCodeableConcept"]["coding"][0]["code"] == "indeterminate"
    (muscle,) = observations(bundle, "awgs_2019.low_asm_height2")
    assert muscle["valueCodeableConcept"]["text"].startswith("Not assessable for")
    (framework,) = observations(bundle, "awgs_2019")
    assert {"reference": f"urn:uuid:{grip['id']}"} in framework["hasMember"]
    assert "has sarcopenia" not in json.dumps(bundle)


def test_the_report_is_final_only_when_these_results_are_signed(folder: Path) -> None:
    def report(of: Any, pdf: bytes | None = None) -> dict[str, Any]:
        found = fhir_bundle(folder, read_summary(folder), of, deidentified=False, pdf=pdf)
        statuses = {one["status"] for one in resources(found, "Observation")}
        (one,) = resources(found, "DiagnosticReport")
        assert statuses == {one["status"]}
        return one

    signed = visit(folder)
    final = report(signed, b"%PDF-1.7")
    assert final["status"] == "final"
    assert final["resultsInterpreter"] == [{"display": "Dr. Who"}]
    assert final["conclusion"] == "interpretation text\n\nrecommendation text"
    assert base64.b64decode(final["presentedForm"][0]["data"]) == b"%PDF-1.7"
    assert report(visit())["status"] == "preliminary"
    assert signed.signature is not None
    older = signed.model_copy(update={"signature": signed.signature.model_copy(update={"summary_sha256": "0" * 64})})
    unsigned = report(older)
    assert unsigned["status"] == "preliminary"
    assert "resultsInterpreter" not in unsigned
    of_text = signed.model_copy(update={"signature": signed.signature.model_copy(update={"text_sha256": "0" * 64})})
    assert report(of_text)["status"] == "preliminary"


def test_synthetic_data_is_marked_as_test_data_everywhere(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r", synthetic=True)
    found = fhir_bundle(tmp_path / "r", summary, visit(), deidentified=False)
    for one in [found, *(entry["resource"] for entry in found["entry"])]:
        if one["resourceType"] != "CodeSystem":
            assert [label["code"] for label in one["meta"]["security"]] == ["HTEST"]


def test_provenance_names_software_user_and_inputs(bundle: dict[str, Any]) -> None:
    (provenance,) = resources(bundle, "Provenance")
    assert provenance["recorded"] == "2026-11-20T10:11:12+00:00"
    assert [agent["who"].get("display") for agent in provenance["agent"]] == [None, "clinician"]
    assert provenance["entity"][0]["what"]["identifier"]["value"] == "deadbeefdeadbeef"
    (device,) = resources(bundle, "Device")
    versions = {one["type"]["text"]: one["value"] for one in device["version"]}
    assert versions["Sarcoscope"] == "0.1.0"
    assert versions["scaling policy"] == "adults 1a2b3c"


def test_every_code_of_our_own_is_declared(bundle: dict[str, Any]) -> None:
    declared = {(one["url"], concept["code"]) for one in resources(bundle, "CodeSystem") for concept in one["concept"]}

    def codings(part: Any) -> list[tuple[str, str]]:
        if isinstance(part, list):
            return [found for one in part for found in codings(one)]
        if not isinstance(part, dict):
            return []
        own = [(part["system"], part["code"])] if {"system", "code"} <= set(part) else []
        return own + [found for one in part.values() for found in codings(one)]

    systems = {system(name) for name in ("indicators", "criteria", "terms")}
    used = {one for entry in bundle["entry"] for one in codings(entry["resource"]) if one[0] in systems}
    assert used
    assert used <= declared
    for one in code_systems():
        codes = [concept["code"] for concept in one["concept"]]
        assert len(codes) == len(set(codes)) == one["count"]


def test_every_unit_of_catalogue_and_criteria_is_one_of_ucum() -> None:
    units = {one.unit for one in catalogue().values()} | {one.unit for one in quantities().values()} | {"years"}
    assert units <= set(tables()["ucum"])
    for unit in units:
        code = quantity(1.0, unit)["code"]
        assert re.fullmatch(rf"{UCUM_PART}(?:[./]{UCUM_PART})*", code), code


def test_an_age_that_is_not_given_says_so(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r", age_years=None)
    found = fhir_bundle(tmp_path / "r", summary, visit(), deidentified=False)
    (age,) = observations(found, "age")
    assert age["dataAbsentReason"]["text"] == "Not given."


def test_a_deidentified_bundle_refuses_what_names_people(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    for given in ({"pdf": b"%PDF"}, {"user": "clinician"}):
        with pytest.raises(SettingsError, match="no PDF report and no user"):
            fhir_bundle(tmp_path / "r", summary, visit(), deidentified=True, **given)  # type: ignore[arg-type]
