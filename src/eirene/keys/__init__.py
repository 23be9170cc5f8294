"""Key store, sealing, signing, and the secrets that belong to this machine alone."""
