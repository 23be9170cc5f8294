"""HTTP, live stream, OGC API: the only room that knows status numbers."""

from eirene.web.app import make_app
from eirene.web.serve import serve

__all__ = ["make_app", "serve"]
