"""Mingjing's profile for ckanext-dcat."""
