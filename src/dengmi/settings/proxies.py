"""The proxies of the environment: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY."""

import ipaddress


def proxy_of(secure: bool, host: str, port: int) -> str:
    """The address of the proxy that leads to a host, "" where none does. What is on this computer
    is never reached through one. Reads the environment; on some systems, their settings: call it in
    a thread."""
    from urllib.request import getproxies, proxy_bypass

    if _is_here(host):
        return ""
    proxies = getproxies()
    found = proxies.get("https" if secure else "http") or proxies.get("all") or ""
    if not found or proxy_bypass(f"{host}:{port}") or proxy_bypass(host):
        return ""
    return found if "://" in found else f"http://{found}"


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
