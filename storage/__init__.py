"""Artefacts by sha256, on the file system (the default) or in S3: what is read back is what was stored, or an error.

What an artefact means, who may see it and how long a release needs it are left to others; `flows` chooses the store.
"""
