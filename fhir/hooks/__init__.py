"""CDS Hooks 2.0 at `/cds-services`: a card about the risk, shown in the patient record itself."""
