"""The version of crmkit, as reports and the command line print it."""

__version__ = "0.1.0"
