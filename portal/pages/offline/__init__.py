"""What a browser keeps at hand."""
