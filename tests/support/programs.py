"""What the commands of a page take for granted, and a minimal machine lacks."""

import shutil

import pytest


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip, and say which are missing."""
    missing = [each for each in programs if shutil.which(each) is None]
    return pytest.mark.skipif(
        bool(missing), reason=f"the page's commands need what this machine lacks: {', '.join(missing)}"
    )
