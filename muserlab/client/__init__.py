"""A driver of any vfio-user server."""
