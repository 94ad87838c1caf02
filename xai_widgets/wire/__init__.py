"""What goes over the wire, both ways. No torch."""

from xai_widgets.wire.arrays import decode, encode
from xai_widgets.wire.asides import Aside, Attend, Doubt, Generate, Heads, Menu, Seek, TakeBack, Trial
from xai_widgets.wire.checks import ProtocolError
from xai_widgets.wire.display import SIGNS, check_display
from xai_widgets.wire.files import Other
from xai_widgets.wire.inbound import (
    Ask,
    AskedRequest,
    AskedSpan,
    AskedUnit,
    Cancel,
    CheckModel,
    Close,
    Hello,
    Open,
    Seen,
    ShowAs,
    Wish,
    parse,
)
from xai_widgets.wire.outbound import LIMIT, Message
from xai_widgets.wire.rows import Rules, Scenario
from xai_widgets.wire.spaces import Arrange, Complete, Judge, Near
from xai_widgets.wire.studies import Pick, Study
from xai_widgets.wire.units import Utf16

__all__ = [
    "LIMIT",
    "SIGNS",
    "Arrange",
    "Aside",
    "Ask",
    "AskedRequest",
    "AskedSpan",
    "AskedUnit",
    "Attend",
    "Cancel",
    "CheckModel",
    "Close",
    "Complete",
    "Doubt",
    "Generate",
    "Heads",
    "Hello",
    "Judge",
    "Menu",
    "Message",
    "Near",
    "Open",
    "Other",
    "Pick",
    "ProtocolError",
    "Rules",
    "Scenario",
    "Seek",
    "Seen",
    "ShowAs",
    "Study",
    "TakeBack",
    "Trial",
    "Utf16",
    "Wish",
    "check_display",
    "decode",
    "encode",
    "parse",
]
