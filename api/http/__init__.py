"""Middleware and headers: hosts, proxies, CORS, body limits, security headers, slots for heavy requests."""
