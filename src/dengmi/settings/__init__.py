"""Settings: the option table and how it is filled.

Values come from `dengmi.toml` in the home, then from `DENGMI_*` variables, which win:
`server.port` is `DENGMI_SERVER_PORT`. Nothing else in Dengmi reads the environment.
"""
