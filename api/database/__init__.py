"""Connections to the database: engine, pools, routing of reads, prepared statements, write queue and errors."""
