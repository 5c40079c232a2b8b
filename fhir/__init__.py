"""The face for hospital systems: FHIR R4 (4.0.1) at `/fhir/R4/`, on the same verbs and the same doors."""
