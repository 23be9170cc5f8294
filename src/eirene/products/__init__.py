"""Products: documents made of the picture for one reader."""

from eirene.products.export import FORMATS, Export, export, format_of

__all__ = ["FORMATS", "Export", "export", "format_of"]
