"""Read OpenSim models safely, and leave only what inverse kinematics and dynamics need of them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree as ElementTree
import opensim as osim
from defusedxml import DefusedXmlException

from models.errors import ModelError
from models.files import once_per_file
from models.skeleton import marker_sets
from models.skeleton.marker_sets import MarkerSetName, ModelMarker

GENERIC_MODEL = Path(__file__).parent / "LaiUhlrich2022.osim"
"""OpenCap's LaiUhlrich2022 without muscles, with the 43 video markers; written by `models.skeleton.builder`."""

# The full LaiUhlrich2022 with 80 muscles takes 0.8 MB; 30 MB leaves room for far larger models and stops a
# file that would exhaust memory.
MAX_MODEL_BYTES = 30 * 2**20


def quiet_opensim() -> None:
    """Stop OpenSim from printing: one warning per bone mesh otherwise, 75 for this skeleton."""
    osim.Logger.setLevelString("Off")
    osim.Logger.removeFileSink()


def opensim_cause(error: Exception) -> str:
    """OpenSim's own words for what went wrong, without the C++ function and file they were thrown in."""
    words = re.sub(
        r"^std::exception in '.*?': (SimTK Exception thrown at \S+\s+)?(Error detected by Simbody method \S+ )?",
        "",
        str(error).strip(),
    )
    return words.splitlines()[0].rstrip(".")


def load_model(path: Path, marker_set: MarkerSetName | None = None) -> osim.Model:
    """Load an .osim file without its muscles, actuators, controllers and probes.

    Joint angles and joint moments do not depend on any of these, and they cost most of the computing time.

    Parameters
    ----------
    path : Path
        An .osim file.
    marker_set : {'study', 'optical'}, optional
        Replace the model's own markers by one of ours. Only for models with the generic skeleton's proportions:
        our marker offsets are those of the unscaled body.

    Returns
    -------
    opensim.Model
        Connected; ``initSystem`` has not been called.

    Raises
    ------
    ModelError
        The file is missing, too large, not XML, unsafe, not an OpenSim model, or one OpenSim cannot build.
    """
    quiet_opensim()
    _check(path)
    try:
        model = osim.Model(str(path))
        remove_actuation(model)
    except RuntimeError as error:
        raise ModelError(
            f"OpenSim cannot build the model: {opensim_cause(error)}.",
            hint="Open the model in the OpenSim application, correct what it reports, and save it again.",
            file=path.name,
        ) from error
    if model.getNumBodies() == 0:
        raise ModelError(
            "The model has no bodies.",
            hint="Give the .osim of a whole-body model, such as LaiUhlrich2022.",
            file=path.name,
        )
    if marker_set is not None:
        replace_markers(model, marker_sets.marker_set(marker_set).markers)
    return model


def remove_actuation(model: osim.Model) -> None:
    """Take out muscles, actuators and all other forces, and the controllers and probes that refer to them."""
    for components in (model.updControllerSet(), model.updProbeSet(), model.updForceSet()):
        components.clearAndDestroy()
    model.finalizeFromProperties()
    model.finalizeConnections()


def replace_markers(model: osim.Model, markers: tuple[ModelMarker, ...]) -> None:
    """Put these markers in place of the model's own.

    Raises
    ------
    ModelError
        A marker sits on a body that the model does not have.
    """
    bodies = model.getBodySet()
    absent = sorted({marker.body for marker in markers if not bodies.contains(marker.body)})
    if absent:
        present = ", ".join(bodies.get(index).getName() for index in range(bodies.getSize()))
        raise ModelError(
            f"The model has no body {', '.join(absent)}, on which our markers sit.",
            hint=f"Use a model with the body names of LaiUhlrich2022. This one has: {present}.",
        )
    model.updMarkerSet().clearAndDestroy()
    for parameters in markers:
        marker = osim.Marker(parameters.name, bodies.get(parameters.body), osim.Vec3(*parameters.offset_m))
        marker.set_fixed(parameters.fixed)
        model.addMarker(marker)
    model.finalizeConnections()


@once_per_file
def _check(path: Path) -> None:
    if not path.is_file():
        raise ModelError("There is no such model file.", hint="Give the path of an .osim file.", file=path.name)
    size = path.stat().st_size
    if size > MAX_MODEL_BYTES:
        raise ModelError(
            f"The model file is too large: {size / 2**20:.0f} MB.",
            hint=f"Accepted: up to {MAX_MODEL_BYTES // 2**20} MB. An .osim holds no meshes or recordings.",
            file=path.name,
        )
    root = _parse(path)
    if root.tag != "OpenSimDocument" or root.find("Model") is None:
        raise ModelError(
            f"The file holds no OpenSim model: it begins with <{root.tag}>.",
            hint="Give an .osim file, which holds <OpenSimDocument> with a <Model>; set-up files are not models.",
            file=path.name,
        )
    # OpenSim reads a set from another file where its element names one; such a file would come in unchecked.
    elsewhere = [element.tag for element in root.iter() if "file" in element.attrib]
    if elsewhere:
        raise ModelError(
            f"The model keeps parts in other files: {', '.join(sorted(set(elsewhere)))}.",
            hint="Save the model as one file in the OpenSim application.",
            file=path.name,
        )


def _parse(path: Path) -> Element:
    try:
        return ElementTree.parse(path, forbid_dtd=True).getroot()
    except DefusedXmlException as error:
        raise ModelError(
            "The model file holds a document type or entities, which could read other files or exhaust memory.",
            hint="Remove the <!DOCTYPE ...> part, or save the model again in the OpenSim application.",
            file=path.name,
        ) from error
    except (ParseError, UnicodeDecodeError, ValueError, LookupError) as error:
        raise ModelError(
            f"The model file is not well-formed XML: {error}.",
            hint="The file may be cut off or of another kind. Download or export the .osim again.",
            file=path.name,
        ) from error
