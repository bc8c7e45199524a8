"""What reports, charts and number cards share: filters, permission, columns, and the query behind each of them."""
