"""HTTP without a subject of ours: which hosts are answered, and what every answer says to browsers."""
