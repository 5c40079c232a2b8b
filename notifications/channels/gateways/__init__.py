"""Whose network carries SMS and voice calls: Alibaba Cloud, Tencent Cloud, or a gateway of one's own."""
