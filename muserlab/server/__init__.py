"""The socket side of a served device."""
