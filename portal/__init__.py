"""The face for people: pages drawn on the server, each in a folder of `portal/pages/`."""
