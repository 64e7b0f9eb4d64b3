"""An independent, conforming implementation of Libredesk's two published message operations.

It shows how a correct server looks. Read it in this order, ten minutes in all:

1. `protocol`        a request, a response, a refusal: plain data, no sockets
2. `store`, `seed`   what a conversation holds, and what it holds from the start
3. `server`          from the request's path and method to one of the two operations
4. `authentication`, `listing`, `body`, `sending`   the contract itself
5. `asgi`, `process`, `journal`, `__main__`   the thin shell that puts it on a port

The core is one synchronous function, `Server.handle(request) -> response`. Whatever wants to
behave differently, a fault or a variant, wraps that function (`protocol.Wrap`).
"""
