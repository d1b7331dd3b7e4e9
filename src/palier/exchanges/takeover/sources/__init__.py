"""Files of older tools as rows of cells, read in a memory that does not grow with them."""

from palier.exchanges.takeover.sources.opening import open_source
from palier.exchanges.takeover.sources.rows import Row, Source

__all__ = ["Row", "Source", "open_source"]
