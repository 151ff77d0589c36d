"""The peers benchmark: open SCIM servers and this endpoint, asked the same over HTTP in one run.

Each server is a process of its own on 127.0.0.1 and answers one client. Its CPU time is what the kernel accounts to it, so that the
client, the engine below our table and whatever else runs on the machine are left out.
"""
