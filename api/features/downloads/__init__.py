"""Files of all features of a query: streamed, or written in a subprocess and cached."""
