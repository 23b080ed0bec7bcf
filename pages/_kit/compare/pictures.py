"""The figures of the Compare page, from the matrices down to the curves."""

import streamlit as st

from core import cca, intrinsic_dimension, rsa, similarity
from core.comparing.comparison import AGAINST, Comparison, Side
from core.figures import compared, compared_curves
from core.figures.figure import Figure
from core.intrinsic_dimension import Dimension
from core.text import _, n_
from pages._kit import figure
from pages._kit.plain import plain


def draw(found: Comparison) -> None:
    """Draw likeness and agreement beside each other, then dimensions, then what is in common with sound and phones."""
    light = st.context.theme.type != "dark"
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("Which layers are alike"), anchor=False, help=_(similarity.MEANING))
        _figure(found, compared.cka(found, light), "likeness")
        _behind(found)
    with right:
        st.header(_("Which find the same sentences alike"), anchor=False, help=_(rsa.MEANING))
        _figure(found, compared.rsa(found, light), "agreement")
        _chance(found)
    _dimensions(found)
    _common(found)
    for caution in found.cautions:
        st.caption(caution)


def _behind(found: Comparison) -> None:
    st.caption(
        _(
            "Unbiased CKA on {moments} moments at least 0.1 s apart, {utterances} sentences by {voices} voices of "
            "{corpus}; every unit in its own spread. Chance gives {chance:.2f}; 95 % intervals from halves of the "
            "sentences, under the pointer and in the numbers."
        ).format(
            moments=found.cka.moments,
            utterances=found.utterances,
            voices=found.voices,
            corpus=plain(found.corpus),
            chance=round(found.cka.chance, 2) + 0.0,
        )
    )


def _chance(found: Comparison) -> None:
    st.caption(
        _(
            "Rank correlation of the distances between {utterances} sentences, each averaged over time. Up to "
            "{chance:.2f} is no more than chance: 95 of 100 shuffles stay below."
        ).format(utterances=found.rsa.utterances, chance=float(found.rsa.chance.max()))
    )


def _dimensions(found: Comparison) -> None:
    sides = [side for side in _sides(found) if side.dimension]
    if not sides:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("In how many directions a layer varies"), anchor=False, help=_(intrinsic_dimension.MEANING))
        _figure(found, compared_curves.dimension(found), "dimension")
    with right:
        st.header(
            _("…told from fewer moments"),
            anchor=False,
            help=_("A number that hangs on how many moments were looked at is not the dimension of the layer."),
        )
        _figure(found, compared_curves.subsamples(found), "subsamples")
    counts = ", ".join(dict.fromkeys(str(side.dimension[0].count) for side in sides))
    lines = [_("TwoNN on {counts} moments, every unit in its own spread.").format(counts=counts)]
    st.caption(" ".join([*lines, *(line for side in sides for line in _warned(side))]))


def _warned(side: Side) -> list[str]:
    """Say of which layers the number is not to be trusted, and why."""
    told = []
    for kind, text in {
        "noisy": _(
            "{model}, hollow: noise is counted along at {layers}, as the number grows when moments move closer."
        ),
        "twins": _("{model}, hollow: too small at {layers}, as many moments have a near twin (the same word again)."),
        "many": _("{model}: above 10 the method finds too few, so read {layers} as at least so many."),
    }.items():
        layers = [str(layer) for layer, each in enumerate(side.dimension) if _kind(each) == kind]
        if layers:
            every = len(layers) == len(side.dimension)
            told.append(text.format(model=compared.named(side), layers=_("every layer") if every else _listed(layers)))
    return told


def _kind(each: Dimension) -> str:
    return "noisy" if each.noisy else "twins" if each.twins else "many" if each.caution else ""


def _listed(layers: list[str]) -> str:
    return n_("layer {layers}", "layers {layers}", len(layers)).format(layers=", ".join(layers))


def _common(found: Comparison) -> None:
    names = [name for name in AGAINST if any(name in side.common for side in _sides(found))]
    if not names:
        return
    st.header(_("What a layer has in common with…"), anchor=False, help=_(cca.MEANING))
    for name, column in zip(names, st.columns(2, gap="large"), strict=False):
        with column:
            st.markdown(f"**{_(AGAINST[name])}**")
            _figure(found, compared_curves.common(found, name), f"common-{name}")
    st.caption(
        _(
            "Mean correlation of the {count} leading pairs of directions (CCA, its ridge chosen on a part of its own), "
            "on voices and sentences that were not fitted on. Compare layers within one chart; the two have no common "
            "scale."
        ).format(count=cca.LEADING)
    )


def _sides(found: Comparison) -> tuple[Side, ...]:
    return (found.first,) if found.itself else (found.first, found.second)


def _figure(found: Comparison, drawn: Figure, part: str) -> None:
    second = "" if found.itself else f" {compared.named(found.second)}"
    figure.draw(drawn, "compare", part, file=f"{part} {found.first.model}{second}")
