"""Packaging lives in pyproject.toml; this door stays for tools that still ask for a setup.py."""

from setuptools import setup

setup()
