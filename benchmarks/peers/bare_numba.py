"""A bare Numba loop over the stations: no states, no items, no accounts, no log, no streams. About the most that Numba could give."""

from __future__ import annotations

import numba
import numpy as np

from peers.lines import BenchLine, CanNot, Fixed


def run(line: BenchLine, horizon: float, seed: int) -> int:
    """Parts finished by ``horizon``."""
    if line.trays:
        raise CanNot("written for stations in a row")
    first = line.stations[0]
    fixed = isinstance(first.process, Fixed)
    return int(
        bare_loop(len(line.stations), line.buffers[0], fixed, first.mtbf or np.inf, first.mttr or 0.0, horizon, seed)
    )


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def bare_loop(stations: int, buffer: int, fixed: bool, mtbf: float, mttr: float, horizon: float, seed: int) -> int:
    """Next event over equal stations with a mean service of 1 s, blocking after service; a repair prolongs the service. Returns parts."""
    np.random.seed(seed)
    ends = np.full(stations, np.inf)
    held = np.zeros(stations, np.bool_)  # done, but the buffer behind is full
    stock = np.zeros(stations, np.int64)  # in front of a station
    left = np.array(
        [np.random.exponential(mtbf) if mtbf < np.inf else np.inf for _ in range(stations)]
    )  # to the next failure, in work
    done, now, ended = 0, 0.0, -1
    while now <= horizon:
        if ended == stations - 1:
            done += 1
        elif ended >= 0:
            if stock[ended + 1] < buffer or (ends[ended + 1] == np.inf and not held[ended + 1]):
                stock[ended + 1] += 1
            else:
                held[ended] = True
        at = min(ended + 1, stations - 1)
        while at >= 0:  # what can start now: the next station, this one, and those before it that were held
            if ends[at] == np.inf and not held[at] and (at == 0 or stock[at] > 0):
                length = 1.0 if fixed else np.random.exponential(1.0)
                if mtbf < np.inf:
                    work = length
                    while left[at] < work:
                        length += np.random.exponential(mttr)
                        work -= left[at]
                        left[at] = np.random.exponential(mtbf)
                    left[at] -= work
                ends[at] = now + length
                if at > 0:
                    stock[at] -= 1
                    if held[at - 1]:
                        held[at - 1] = False
                        stock[at] += 1
            elif at < ended:
                break
            at -= 1
        ended, now = 0, ends[0]
        for j in range(1, stations):
            if ends[j] < now:
                ended, now = j, ends[j]
        ends[ended] = np.inf
    return done
