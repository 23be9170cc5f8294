"""Work on the picture. A desk decides or computes; what it states enters through ``log.append``."""
