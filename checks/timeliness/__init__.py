"""Legal deadlines: the official calendar, and what is due when. What is late is said, never stopped."""
