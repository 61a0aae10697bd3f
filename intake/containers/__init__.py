"""What files carry beside their tables: archives, workbook parts, compound files, record streams."""
