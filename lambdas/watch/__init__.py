"""What the clock triggers: notices that provisioning stopped, that users keep failing, and that credentials expire."""
