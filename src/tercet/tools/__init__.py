"""Tools that come ready-made, where code written for the official SDK looks for them."""
