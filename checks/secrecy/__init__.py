"""What must not go out because it is secret, internal, or on the negative list. Markings and lists come from packs.

The platform is not a classified system (保密法第三十一条): a hit stops the release and is named by rule and place,
its content is copied nowhere.
"""
