from hypothesis import HealthCheck, settings

# The first draw builds Hypothesis's table of characters, which a busy machine takes seconds for.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
