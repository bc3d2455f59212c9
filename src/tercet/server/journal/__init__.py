"""What was asked and answered, without credentials: for assertions, the inspector, and the disk."""
