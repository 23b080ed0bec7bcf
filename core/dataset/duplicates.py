"""Find sounds that are (nearly) the same: copies, louder or quieter ones, shifted ones, stretches of one recording."""

import numpy as np
from jaxtyping import Float32, Float64

from core.dataset.prepared import PreparedSet
from core.progress import Report, Step, silent
from core.text import _

SAME = 0.95
"""From this correlation on, two sounds count as one. Two takes by one speaker stay far below, see the tests."""

ALIKE_SPECTRUM = 0.9
BANDS = 128
NEAREST = 3  # others that each sound is held against
MOST_PAIRS = 4000
ROWS_AT_ONCE = 500
LEAST_SHARED = 0.4  # share of the shorter sound's energy that the overlap must hold
TOLD_EVERY = 100


def components(data: PreparedSet, report: Report = silent) -> tuple[tuple[int, ...], ...]:
    """Return sets of two or more places whose sounds are the same or nearly so, in order; silent sounds are left out.

    Candidates are neighbours in a spectrum over the whole sound, which does not know of level or shift; each pair is
    then laid over the other at the best shift. Work grows with the square of the number of sounds only in a matrix
    product.
    """
    parent = list(range(len(data.items)))
    first: dict[str, int] = {}
    for index, item in enumerate(data.items):
        parent[index] = first.setdefault(item.fingerprint, index)
    own = [index for index, item in enumerate(data.items) if parent[index] == index and item.loudness > -100]
    pairs = _candidates(data, own, report)
    for done, (one, other) in enumerate(pairs):
        if done % TOLD_EVERY == 0:
            report(Step(done, len(pairs), _("Looking for the same sound twice")))
        if _root(parent, one) != _root(parent, other) and overlap(data.samples(one), data.samples(other)) >= SAME:
            parent[_root(parent, other)] = _root(parent, one)
    together: dict[int, list[int]] = {}
    for index in range(len(parent)):
        together.setdefault(_root(parent, index), []).append(index)
    return tuple(tuple(members) for members in together.values() if len(members) > 1)


def overlap(one: Float32[np.ndarray, " _some"], other: Float32[np.ndarray, " _others"]) -> float:
    """Return the correlation of two sounds where they lie over each other, at the best shift, 0 to 1.

    The overlap must hold at least 40 % of the energy of either sound; level and polarity do not matter.
    """
    a, b = one.astype(np.float64), other.astype(np.float64)
    size = 1 << (a.size + b.size - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    shifts = np.arange(-b.size + 1, a.size)
    lengths = np.minimum(a.size, shifts + b.size) - np.maximum(shifts, 0)
    energy_a, energy_b = (np.concatenate([[0.0], np.cumsum(values**2)]) for values in (a, b))
    from_a, from_b = np.maximum(shifts, 0), np.maximum(-shifts, 0)
    inside_a = energy_a[from_a + lengths] - energy_a[from_a]
    inside_b = energy_b[from_b + lengths] - energy_b[from_b]
    enough = np.minimum(inside_a / max(energy_a[-1], 1e-20), inside_b / max(energy_b[-1], 1e-20)) >= LEAST_SHARED
    if not enough.any():
        return 0.0
    found = np.abs(product[shifts]) / np.sqrt(np.maximum(inside_a * inside_b, 1e-20))
    return float(min(found[enough].max(), 1.0))


def _candidates(data: PreparedSet, places: list[int], report: Report) -> list[tuple[int, int]]:
    """Return pairs of neighbours by spectrum, most alike first."""
    if len(places) < 2:
        return []
    spectra = np.empty((len(places), BANDS), np.float32)
    for row, index in enumerate(places):
        if row % TOLD_EVERY == 0:
            report(Step(row, len(places), _("Looking for the same sound twice")))
        spectra[row] = _spectrum(data.samples(index))
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(places), ROWS_AT_ONCE):
        alike = spectra[start : start + ROWS_AT_ONCE] @ spectra.T
        rows = np.arange(len(alike))
        alike[rows, rows + start] = -1
        nearest = np.argpartition(-alike, min(NEAREST, len(places) - 1), axis=1)[:, :NEAREST]
        for row, columns in enumerate(nearest):
            for column in columns:
                if alike[row, column] >= ALIKE_SPECTRUM:
                    one, other = sorted((places[row + start], places[int(column)]))
                    found[one, other] = float(alike[row, column])
    return sorted(found, key=lambda pair: (-found[pair], pair))[:MOST_PAIRS]


def _spectrum(samples: Float32[np.ndarray, " time"]) -> Float32[np.ndarray, " bands"]:
    """Return the amplitude in 128 bands over the whole sound, of length 1; a shift or another level changes nothing."""
    power: Float64[np.ndarray, " bins"] = np.abs(np.fft.rfft(samples, max(samples.size, 2 * BANDS))) ** 2
    edges = np.linspace(0, power.size, BANDS + 1).astype(int)
    amplitude = np.sqrt(np.add.reduceat(power, edges[:-1]))
    return (amplitude / max(float(np.linalg.norm(amplitude)), 1e-20)).astype(np.float32)


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index
