"""Enterprise registration number right behind its own word, where the word behind it leads another number.

`注册号…，身份证…` and `注册号…；卡号…`: the word of identity or card numbers stands near both, and fifteen digits that are
possible there would be called a person's. Shape and check digit are bizreg15.py's.

>>> import re
>>> bool(re.search(PATTERNS[0][1], "注册号110108000000016，本人身份证1"))
True
"""

from __future__ import annotations

from random import Random

from redaction.recognisers import bizreg15
from redaction.recognisers.bizreg15 import is_possible, is_valid
from redaction.shapes import EDGE, behind

__all__ = ["is_possible", "is_valid"]

ENTITY = "BIZREG15"
SCORE = 0.5
_OWN = behind(("注册号", "执照号"), ("", ":", " ", ": ", "为", "是", "为:"))
_ANOTHERS = f"(?=[,，;；。、\\s][^0-9]{{0,12}}(?:{bizreg15.PERSON}|[卡账帐]号)[^0-9)]{{0,9}}[0-9])"
PATTERNS = (("number", f"{EDGE}(?=[0-9]){_OWN}{bizreg15.NUMBER}{_ANOTHERS}", 0.05),)
PREFILTER = None
PREFILTER_IN_CONTEXT = bizreg15.PREFILTER_IN_CONTEXT
CONTEXT = bizreg15.CONTEXT


def made_up(draw: Random) -> str:
    """An invented number of an authority that doesn't exist, with no month in it: no identity number either."""
    head = f"1199000000{draw.randrange(10**4):04}"
    return head + bizreg15.check_digit(head)


def made_up_head(draw: Random) -> str:
    """Its own word right before it, one of identity numbers before that: bizreg15.py says nothing there."""
    return draw.choice(("身份证在后，注册号", "证件号在后，营业执照号为"))


def made_up_tail(draw: Random) -> str:
    """What must follow it: the word of another number, and a digit of that."""
    return f"，身份证号{draw.randrange(1, 10)}"
