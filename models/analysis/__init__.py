"""Statements that count points over many days, and what is made of their rows."""
