"""Where code written for the official SDK looks for its helpers."""
