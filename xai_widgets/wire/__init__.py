"""What goes over the wire, both ways. No torch."""

from xai_widgets.wire.arrays import decode, encode
from xai_widgets.wire.inbound import Ask, AskedRequest, Cancel, Close, Hello, ProtocolError, ShowAs, parse
from xai_widgets.wire.outbound import LIMIT, Message

__all__ = [
    "LIMIT",
    "Ask",
    "AskedRequest",
    "Cancel",
    "Close",
    "Hello",
    "Message",
    "ProtocolError",
    "ShowAs",
    "decode",
    "encode",
    "parse",
]
