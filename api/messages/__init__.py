"""What people are told, made from a key and values in the language of the reader."""
