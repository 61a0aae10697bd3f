"""The default catalogue: a process of its own that speaks CKAN's Action API and shows the public what was published.

It holds its own SQLite database and files, and knows nothing of the platform: what isn't sent to it with its token
isn't there. Deciding what may be sent is left to the publisher beside it.
"""
