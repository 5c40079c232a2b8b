"""The board of one ward on a screen on its wall: set up once, then shown without anybody signed in."""
