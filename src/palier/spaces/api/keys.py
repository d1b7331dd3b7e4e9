"""Keys in addresses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]
