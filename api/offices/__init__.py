"""Country offices, their keys and the audit trail."""
