"""Fitting and validating risk models on cohorts. Needs the `research` extra; nothing else imports this
package.
"""
