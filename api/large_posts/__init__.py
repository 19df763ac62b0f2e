"""Large posts are answered by a process of their own, so that those who read are not kept waiting."""
