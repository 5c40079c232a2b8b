"""Laboratory reports that somebody has read for a form: asked for, waited for, proposed."""
