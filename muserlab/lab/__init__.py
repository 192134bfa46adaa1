"""What is being served."""
