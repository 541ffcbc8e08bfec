"""Whether strangers reach the server in ways that make them look like its operator."""

from dengmi.settings.options import Settings


def unguarded(settings: Settings) -> str:
    """A setting that has people of elsewhere reach this server, through a proxy then, where neither
    `server.public_url` nor `server.admin_token` is set; "" where there is none.

    What comes from this computer may change sources. A proxy on it betrays itself by headers such
    as X-Forwarded-For, by HTTP/1.0, or by the name in Host; one that does none of that cannot be
    told from the operator (`server.access`).
    """
    if settings.server.public_url or settings.server.admin_token:
        return ""
    if settings.channels.widget.origins:
        return "channels.widget.origins"
    for name, desk in settings.desks.items():
        if desk.origins:
            return f"desks.{name}.origins"
    if not (settings.wechat or settings.wecom):
        return ""
    from dengmi.channels.registry import check_of  # few homes have such a channel

    for table in ("wechat", "wecom"):
        for name, each in getattr(settings, table).items():
            if check_of(table).place(name, each):
                return f"{table}.{name}"
    return ""
