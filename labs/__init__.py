"""What a laboratory says, in any form, read into proposals that a person takes one by one.

`reading` is a library without framework, database or clock (pyproject.toml names its modules); `readings` has
it done for a person who waits. Pictures need the extra `ocr`, which is imported only where one is read.
"""
