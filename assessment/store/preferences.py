"""How each user wants results shown."""

from __future__ import annotations

from pydantic import ValidationError

from assessment.store.database import UserStore
from assessment.store.tables import User
from assessment.visit import Preferences


def get(mine: UserStore) -> Preferences:
    """The user's preferences; what this version does not know any more is as if it had never been set."""
    with mine.reading() as session:
        user = session.get(User, mine.user_id)
        try:
            return Preferences.model_validate(user.preferences if user else {})
        except ValidationError:
            return Preferences()


def put(mine: UserStore, preferences: Preferences) -> None:
    """Keep the user's preferences."""
    with mine.session() as session:
        user = session.get(User, mine.user_id)
        if user is not None:
            user.preferences = preferences.model_dump(mode="json")
            session.add(user)
