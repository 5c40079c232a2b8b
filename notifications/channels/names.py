"""The channels that come with the product, by name; an installation uses those it has settings for."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChannelName(TextChoices):
    INAPP = "inapp", _("in the portal")
    EMAIL = "email", _("e-mail message")
    SMS = "sms", _("text message")
    VOICE = "voice", _("voice call")
    WEBPUSH = "webpush", _("browser")
    FCM = "fcm", _("mobile app")
    VENDORPUSH = "vendorpush", _("mobile app")
    WECOM = "wecom", _("WeCom robot")
    DINGTALK = "dingtalk", _("DingTalk robot")
    FEISHU = "feishu", _("Feishu robot")
    WEBHOOK = "webhook", _("webhook")
