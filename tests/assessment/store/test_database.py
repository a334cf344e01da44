from assessment.store import UserStore, participants


def test_x(mine: UserStore) -> None:
    a = participants.add(mine, "P1", name="Hong Gildong")
    assert participants.get(mine, a).name == "Hong Gildong"
    participants.delete(mine, a)
    assert participants.find(mine) == []
