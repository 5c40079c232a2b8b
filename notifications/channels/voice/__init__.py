from notifications.channels.voice.channel import VoiceChannel

__all__ = ["VoiceChannel"]
