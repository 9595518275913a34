"""The loaded profile: everything that a profile and its pack say, in one frozen object."""
