"""Products: documents made of the picture for one reader."""

from eirene.products.counts import COUNT_FORMATS, Borders, export_counts
from eirene.products.export import FORMATS, Export, export, format_of

__all__ = [
    "COUNT_FORMATS",
    "FORMATS",
    "Borders",
    "Export",
    "export",
    "export_counts",
    "format_of",
]
