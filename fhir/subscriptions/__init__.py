"""Subscriptions as the R5 backport for R4 means them: read, shown, matched with what changes, notified of.

The queue behind them is `integrations.subscriptions`.
"""
