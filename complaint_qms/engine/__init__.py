"""What is computed: plain Python without frappe, clock or I/O."""
