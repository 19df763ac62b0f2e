"""Messages to users in four languages: a key and values, put into words when they are sent."""
