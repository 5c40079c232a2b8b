"""Voice calls to a telephone, through the gateway of the settings."""

from notifications.channels.voice.channel import VoiceChannel

__all__ = ["VoiceChannel"]
