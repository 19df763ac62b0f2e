"""HTTP without a subject of ours."""
