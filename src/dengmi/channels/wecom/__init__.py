"""WeCom: AI bots, self-built applications, WeChat Customer Service, group robots."""
