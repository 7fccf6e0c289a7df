"""Types, adapters and clients in C++ for the interfaces of wit/."""
