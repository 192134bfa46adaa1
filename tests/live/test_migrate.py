"""Which values a new layout keeps."""

from hypothesis import given
from hypothesis import strategies as st

from muserlab.live import migrate

names = st.lists(st.sampled_from("ABCDEFGH"))


def test_same_names_are_kept_new_ones_reset_and_the_rest_dropped() -> None:
    plan = migrate({"A": 1, "B": 2}, ["B", "C"])
    assert (plan.kept, plan.reset, plan.dropped) == ({"B": 2}, ("C",), {"A": 1})


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers()), names)
def test_every_name_goes_to_exactly_one_place(old: dict[str, int], new: list[str]) -> None:
    plan = migrate(old, new)
    assert {**plan.kept, **plan.dropped} == old
    assert sorted([*plan.kept, *plan.reset]) == sorted(set(new))
    assert not set(plan.kept) & set(plan.dropped)
