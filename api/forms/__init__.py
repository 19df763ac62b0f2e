"""What offices fill in: the spreadsheet of the week, the form for mobile collection, and its answers coming back."""
