"""What is counted: `facts` writes a row with each case, `columns` keeps closed months, `reports` answers."""
