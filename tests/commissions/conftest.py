import pytest

from tests.chain.test_chain import Stage


@pytest.fixture
def stage(build) -> Stage:
    return Stage(build)
