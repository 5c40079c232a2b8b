"""The pathway of a patient between hospitals. Begin with `referral/pathway/`, then follow its imports.

`intake` is how a patient comes in, `deadlines` what is due and who is reminded, `alerts` who hears of it in
which words, `ward` what the specialist ward records, `outcomes` what became of the patient, `queries` what
may be read, `statistics` what is counted.
"""
