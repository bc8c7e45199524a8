"""What installing brings and uninstalling takes away."""
