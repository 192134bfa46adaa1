"""Registers and fields."""
