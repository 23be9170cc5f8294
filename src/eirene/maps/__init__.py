"""Base maps that the mission owns: checked, turned into PMTiles, kept beside the log.

They are geography for everybody who is signed in, and no secret: they lie unsealed in the
folder ``maps`` of the node. Nothing of a map is fetched from anywhere.
"""

from eirene.maps.acts import carried_out
from eirene.maps.faults import BadMap
from eirene.maps.shelf import (
    Asked,
    OwnMap,
    add,
    arriving,
    file_of,
    listed,
    remove,
    reorder,
    tidy,
)

__all__ = [
    "Asked",
    "BadMap",
    "OwnMap",
    "add",
    "arriving",
    "carried_out",
    "file_of",
    "listed",
    "remove",
    "reorder",
    "tidy",
]
