"""The muserlab command."""
