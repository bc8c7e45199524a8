"""Rules and the facts they are asked with."""

from datetime import datetime

from hypothesis import strategies as st

from complaint_qms.engine.rules import (
    OPERATORS,
    compile_rules,
    evaluate,
)

NOW = datetime(2024, 5, 20, 12, 0)


def rule(when=None, then=None, **more):
    return {
        "name": "r",
        "when": when if when is not None else {"all": []},
        "then": then or [{"do": "add_tag", "tag": "hit"}],
        **more,
    }


def run(rules, record, **more):
    return evaluate(compile_rules(rules if isinstance(rules, list) else [rules]), record, now=NOW, **more)


leaf = st.builds(
    lambda field, op, value: {
        "field": field,
        "op": op,
        **({} if OPERATORS[op] == "none" else {"value": value}),
    },
    st.sampled_from("abc"),
    st.sampled_from(["=", "!=", ">", "<", "is set", "is not set"]),
    st.integers(0, 3),
)
condition = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)
