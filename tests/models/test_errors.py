"""Errors: what a user reads, and that nothing of it is lost on the way out of a worker process."""

from __future__ import annotations

import pickle

import pytest

from models import errors
from models.errors import MarkerDataError, SarcoscopeError, SessionReadError, UploadRejectedError

ALL_ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SarcoscopeError)]


def test_the_text_says_what_where_and_what_to_do():
    error = MarkerDataError("A marker is missing.", hint="Export it again.", session="s1", trial="walk", stage=None)
    assert str(error) == "A marker is missing. [session s1, trial walk] Export it again."
    assert error.where == "session s1, trial walk"


def test_without_whereabouts_the_text_has_no_brackets():
    assert str(MarkerDataError("Broken.", hint="Mend it.")) == "Broken. Mend it."


def test_outer_stages_add_whereabouts_without_overwriting_inner_ones():
    error = MarkerDataError("Broken.", hint="Mend it.", trial="walk").within(session="s1", trial="other", file=None)
    assert error.context == {"session": "s1", "trial": "walk"}
    assert isinstance(error, MarkerDataError)


@pytest.mark.parametrize("kind", ALL_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_survives_pickling_with_its_context(kind):
    error = kind("What.", hint="Do.", trial="walk").within(session="s1")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 (made here)
    assert type(copy) is kind
    assert (copy.message, copy.hint, copy.context) == ("What.", "Do.", {"trial": "walk", "session": "s1"})
    assert str(copy) == str(error)


def test_a_rejected_upload_can_be_handled_as_an_unreadable_session():
    with pytest.raises(SessionReadError):
        raise UploadRejectedError("Too large.", hint="Split it.")
