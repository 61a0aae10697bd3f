"""A dataset in CKAN's form as DCAT: for the embedded catalogue and, inside its plugin (plugin/), for a real CKAN.

The plugin carries this folder under another name and without the rest of the program. So nothing from outside it is
imported here, and what is inside is imported relatively.
"""
