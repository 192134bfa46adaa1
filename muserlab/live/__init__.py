"""Hooks, versions, patches."""
