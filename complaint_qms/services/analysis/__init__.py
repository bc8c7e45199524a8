"""Reports that count complaints by a dimension and set them against deliveries, receipts and earlier complaints."""
