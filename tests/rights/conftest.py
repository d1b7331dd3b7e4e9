import pytest


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Each test has its own documents' folder."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "documents"}},
    }
    return tmp_path / "documents"
