"""Pictures and documents: taken in, checked, kept encrypted, and given out again. Knows nothing of cases.

Who may see a file is decided above, where it is attached to something. Others use `intake.receive`,
`intake.keep`, `contents.read`, `links`, `downloads.answer`, `signals.file_settled`, and the models.
"""
