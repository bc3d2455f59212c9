"""Limits of what a key may ask: rates, quotas of endpoints, growth, money, and the overload of everybody."""
