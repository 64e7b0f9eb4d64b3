"""How to get to the target: certificates and proxies, from the variables `requests` users know.

REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE name a file or folder of certificates; HTTP_PROXY,
HTTPS_PROXY, ALL_PROXY and NO_PROXY (upper or lower case, lower first) the way out. The embedded
server is never behind a proxy.
"""

from __future__ import annotations

import base64
import os
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import (  # type: ignore[attr-defined]
    getproxies_environment,
    proxy_bypass_environment,
)

from urllib3 import PoolManager, ProxyManager, make_headers

from harness.client.wire import Target

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class TargetError(ValueError):
    """The target cannot be used as it is configured; the message says what to do about it."""


def manager(target: Target, connections: int) -> tuple[PoolManager, str]:
    """The connection manager, and the base URL without its path."""
    url = _base(target.base_url)
    options: dict[str, Any] = {"num_pools": 1, "maxsize": connections, "block": True}
    options |= _certificates(target)
    if target.certificate and url.scheme == "https":
        options["cert_file"], options["key_file"] = target.certificate
    origin = f"{url.scheme}://{url.netloc}/"
    proxy = None if target.embedded else proxy_for(url)
    if proxy is None:
        return PoolManager(**options), origin
    if proxy.username is not None:
        login = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        options["proxy_headers"] = make_headers(proxy_basic_auth=login)
    where = f"[{proxy.hostname}]" if ":" in str(proxy.hostname) else proxy.hostname
    port = f":{proxy.port}" if proxy.port else ""
    return ProxyManager(f"{proxy.scheme}://{where}{port}", **options), origin


def proxy_login(target: Target) -> tuple[str, ...]:
    """What of a proxy's login nobody may see: the password, and what the header makes of both.

    Raises TargetError, as `manager` does.
    """
    proxy = None if target.embedded else proxy_for(_base(target.base_url))
    if proxy is None or not proxy.password:
        return ()
    password = unquote(proxy.password)
    login = f"{unquote(proxy.username or '')}:{password}"
    return password, base64.b64encode(login.encode("latin-1", "replace")).decode()


def _base(base_url: str) -> SplitResult:
    try:
        url = urlsplit(base_url)
        valid = url.scheme in {"http", "https"} and url.hostname and (url.port or 1)
    except ValueError:
        valid = False
    if not valid:
        raise TargetError("the target's URL must look like https://host or http://host:port/prefix")
    if url.username is not None:
        raise TargetError("the target's URL must not hold credentials; set the key and the secret")
    if url.query or url.fragment:
        raise TargetError("the target's URL must end with its path; take away what follows ? or #")
    return url


def _certificates(target: Target) -> dict[str, str]:
    named = [(name, os.environ[name]) for name in CA_VARIABLES if os.environ.get(name)]
    name, path = ("the setting", target.ca) if target.ca else (named or [("", "")])[0]
    if not path or not target.base_url.startswith("https"):
        return {}
    if not os.path.exists(path):
        raise TargetError(f"{name} names the certificates {path}, but there is no such file")
    return {"ca_cert_dir" if os.path.isdir(path) else "ca_certs": path}


def proxy_for(url: SplitResult) -> SplitResult | None:
    """The proxy that the environment names for this URL, if any."""
    proxies = getproxies_environment()
    host = url.hostname or ""
    keys = (f"{url.scheme}://{host}", url.scheme, f"all://{host}", "all")
    found = next((proxies[key] for key in keys if proxies.get(key)), "")
    if not found or _bypasses(url, proxies.get("no", "")):
        return None
    proxy = urlsplit(found if "://" in found else f"http://{found}")
    if proxy.scheme not in {"http", "https"} or not proxy.hostname:
        raise TargetError(
            f"the proxy for {url.scheme} must look like http://host:port; correct "
            f"{url.scheme.upper()}_PROXY or add {host} to NO_PROXY"
        )
    return proxy


def _bypasses(url: SplitResult, no_proxy: str) -> bool:
    host = url.hostname or ""
    for entry in no_proxy.replace(" ", "").split(","):
        try:
            if "/" in entry and ip_address(host) in ip_network(entry, strict=False):
                return True
        except ValueError:
            continue
    if not no_proxy:
        return False
    with_port = f"{host}:{url.port}" if url.port else host
    return bool(proxy_bypass_environment(with_port, {"no": no_proxy}))
