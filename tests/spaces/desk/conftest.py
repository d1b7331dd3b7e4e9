from tests.exchanges.registers import desk, register, server, tls, to_register

__all__ = ["desk", "register", "server", "tls", "to_register"]
