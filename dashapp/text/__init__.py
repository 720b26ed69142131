"""Every word a person reads, and the colours that go with a status."""
