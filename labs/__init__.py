"""What a laboratory says, in any form, read into proposals that a person takes one by one.

Pure but for `apps`, `management` and `texts`: no framework, no database, no clock. Pictures need the extra
`ocr`, which is imported only where one is read.
"""
