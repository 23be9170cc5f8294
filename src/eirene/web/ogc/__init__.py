"""OGC API - Features: each kind of report a collection, for QGIS, GDAL and their like."""
