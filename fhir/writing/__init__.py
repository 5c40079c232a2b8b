"""What hospital systems send: read strictly, done by the verbs of the pathway, answered as FHIR says."""
