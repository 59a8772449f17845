import numba
import pytest


@pytest.fixture(scope="module")
def one_thread():
    """Solve on one thread: a few cases a call, which several threads take longer to share out than to solve."""
    if numba.config.DISABLE_JIT:
        yield
        return
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)
