"""What the user of the command can mend."""


class Mendable(Exception):
    """Its message is one line that says what is wrong and what to do; the command ends with it and exit status 1."""
