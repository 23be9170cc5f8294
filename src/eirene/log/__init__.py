"""The log: append-only, signed, sealed by compartment, durable before acknowledged."""
