"""Changes as Atom and JSON Feed."""
