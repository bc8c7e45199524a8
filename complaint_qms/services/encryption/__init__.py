"""Fields of records that the site keeps encrypted in the database: keys, values, and where they pass from one form to the other."""
