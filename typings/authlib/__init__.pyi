"""What is used of authlib, which has no types of its own."""
