"""Bad weather on the way to a server: a relay on loopback that does to a client what networks do.

`kinds.py` is the catalogue of weather, `gateways.py` and `edges.py` of what stands before a server
for good, `relay.py` carries it out, `behind` puts a server of the catalogue behind it. The server
itself stays as it is.
"""

from servers.weather import edges as _edges  # noqa: F401 - they register themselves
from servers.weather import gateways as _gateways  # noqa: F401
from servers.weather.behind import behind, relayed
from servers.weather.kinds import KINDS
from servers.weather.relay import Relay

__all__ = ["KINDS", "Relay", "behind", "relayed"]
