"""Files in: readers, mappings, repair, rejects. Nothing here writes to the log."""
