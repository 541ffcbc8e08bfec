"""MCP, the Model Context Protocol: programs with a model of their own search and ask a desk."""
