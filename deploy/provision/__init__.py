"""`make provision`, `make deprovision`: an agent, a key, an inbox, conversations to test with.

In the order in which a run passes through them: `asked` (what is wanted, every mistake told at
once), `server` (one request, its answer or one sentence), `found` (what an earlier run left),
`steps` and `messages` (what is still missing is made), `envfile` (what `make gate` reads),
`removing` (the way back). `journal` says what was done, and never a secret.
"""
