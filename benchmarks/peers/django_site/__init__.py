"""A Django site with django-scim2 on SQLite, as that project's documentation sets one up.

Run as a program: ``python -m benchmarks.peers.django_site PORT``, with ``DATABASE`` naming the database's file.
"""
