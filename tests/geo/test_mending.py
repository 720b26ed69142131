import time

import numpy as np
import pytest
import shapely

from geo.mending import CHILD_FROM_VERTICES, Mender

BOW = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def spikes(n):
    return shapely.Polygon(np.random.default_rng(1).uniform(0, 1, (n, 2)))


@pytest.mark.parametrize("shape", [BOW, spikes(CHILD_FROM_VERTICES + 50)], ids=["here", "by_child"])
def test_a_shape_is_made_valid(shape):
    with Mender() as mender:
        assert shapely.is_valid(mender.mend(shape))
        assert mender.spent_s > 0


def test_a_repair_that_takes_too_long_is_ended_and_the_next_shape_is_repaired():
    began = time.monotonic()
    with Mender(seconds=0.3) as mender:
        assert mender.mend(spikes(60_000)) is None
        assert shapely.is_valid(mender.mend(BOW))
    assert time.monotonic() - began < 20


def test_a_child_is_started_once_and_ends_with_the_block():
    with Mender() as mender:
        mender.mend(spikes(250))
        child = mender._child
        mender.mend(spikes(260))
        assert mender._child is child
    assert child.returncode is not None


def test_a_child_that_dies_is_a_repair_given_up():
    with Mender() as mender:
        mender.mend(spikes(250))
        mender._child.kill()
        mender._child.wait()
        assert mender.mend(spikes(250)) is None
        assert shapely.is_valid(mender.mend(spikes(250)))


def test_small_shapes_need_no_child():
    with Mender() as mender:
        mender.mend(BOW)
        assert mender._child is None
