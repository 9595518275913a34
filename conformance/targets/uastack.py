"""The one door to the OPC UA library, whose types are declared only in part."""

from __future__ import annotations

from typing import Any

import asyncua.client.client
import asyncua.ua
from asyncua.crypto import security_policies as _policies

ua: Any = asyncua.ua
Client: Any = asyncua.client.client.Client
security_policies: Any = _policies
