"""Placing orders, and the customers who carry them."""
