"""Who may see what: pure decisions, no state, no input or output."""
