"""Out into the open: files for the public, the catalogue entry, and the only road by which approved bytes reach CKAN.

Whether a release may go is decided in review/; here an Approval is taken and everything it names is verified again.
"""
