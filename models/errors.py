"""The one exception tree of Sarcoscope.

Every error a user can meet says what happened, where, which values are accepted, and what to do next. It lives on
the ground floor so that every package can raise it. Errors cross process borders (trials run in workers), so they
pickle with their context.
"""

from __future__ import annotations

from typing import Any


class SarcoscopeError(Exception):
    """Base of all errors Sarcoscope raises on purpose.

    Parameters
    ----------
    message : str
        What happened, in words a clinician can read. Never contains a person's name.
    hint : str
        What to do next; names the accepted values where there are any.
    **context : str or None
        Where it happened: ``session``, ``trial``, ``stage``, ``file``, ...
    """

    def __init__(self, message: str, *, hint: str, **context: str | None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context = {key: value for key, value in context.items() if value is not None}

    def within(self, **context: str | None) -> SarcoscopeError:
        """Return the same error with more of its whereabouts; what is already known is kept."""
        self.context = {key: value for key, value in context.items() if value is not None} | self.context
        return self

    @property
    def where(self) -> str:
        """The context as one line, empty when nothing is known."""
        return ", ".join(f"{key} {value}" for key, value in self.context.items())

    def __str__(self) -> str:
        where = f" [{self.where}]" if self.context else ""
        return f"{self.message}{where} {self.hint}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.context)


def _rebuild(kind: type[SarcoscopeError], message: str, hint: str, context: dict[str, str]) -> SarcoscopeError:
    return kind(message, hint=hint, **context)


class SessionReadError(SarcoscopeError):
    """A session folder, archive or description cannot be read as one."""


class UploadRejectedError(SessionReadError):
    """An archive is unsafe: too large, escaping its folder, or holding what no session holds."""


class MarkerDataError(SarcoscopeError):
    """Marker trajectories are missing, malformed or unusable."""


class MissingMetadataError(SarcoscopeError):
    """Height, mass or sex is not known and must be given by the user."""


class ModelError(SarcoscopeError):
    """An OpenSim model cannot be read, built or written."""


class ScalingError(SarcoscopeError):
    """Scale factors cannot be determined or applied."""


class InverseKinematicsError(SarcoscopeError):
    """Joint angles cannot be determined."""


class ForceDataError(SarcoscopeError):
    """Measured forces are missing, malformed, or do not belong to the movement."""


class ContactForceError(SarcoscopeError):
    """Contact forces cannot be estimated."""


class InverseDynamicsError(SarcoscopeError):
    """Joint moments cannot be determined."""


class OpenCapServerError(SarcoscopeError):
    """The OpenCap server refused, failed, or answered what was not expected."""


class SettingsError(SarcoscopeError):
    """An option, a manifest or a configuration holds a value that is not accepted."""


class SessionFailedError(SarcoscopeError):
    """Not one trial of a session could be assessed."""


class WorkerError(SarcoscopeError):
    """A worker process died or ran past its limit."""


class DiskFullError(SarcoscopeError):
    """Results cannot be written because the disk is full."""


class StoreError(SarcoscopeError):
    """The store cannot be opened, read or written, or does not hold what was asked for."""


class AccessError(SarcoscopeError):
    """The user may not do this, or is not known."""
