"""How the local engine's server reads requests: with a parser in C, also at the root, and with undecoded paths."""

from contextlib import nullcontext
from typing import Any

_OUR_PATHS = ("/integration/", "/sapigw/", "/webhooks/", "/v1/", "/console")


def serve_with_uvicorn(replaced: Any, uvicorn: Any) -> None:  # noqa: ANN401 - modules of another environment
    """Have a parser in C read requests, which takes a fifth of the engine's processor time away."""

    class Server(uvicorn.Server):  # type: ignore[misc] # has no types here
        """MiniStack ends itself when it is told to, with all that it started."""

        capture_signals = staticmethod(nullcontext)

    async def serve(application: object, config: Any) -> None:  # noqa: ANN401 - Hypercorn's
        host, port = config.bind[0].rsplit(":", 1)
        settings = {"http": "httptools", "ws": "none", "log_config": None, "access_log": False}
        settings |= {"server_header": False, "date_header": False, "timeout_keep_alive": config.keep_alive_timeout}
        await Server(uvicorn.Config(application, host=host, port=int(port), **settings)).serve()

    replaced.serve = serve


def serve_at_the_root(app: Any, gateway: Any) -> None:  # noqa: ANN401 - modules of another environment
    """Serve the first API at the root too, as a domain of its own would: clients drop a path in their base URL."""
    parse = app._parse_execute_api_url  # noqa: SLF001 - no other way in

    def parsed(host: str, path: str) -> Any:  # noqa: ANN401 - as the engine has it
        return parse(host, path) or (_at_first_api(gateway, path) if path.startswith(_OUR_PATHS) else None)

    app._parse_execute_api_url = parsed  # noqa: SLF001


def _at_first_api(gateway: Any, path: str) -> tuple[str, str, str] | None:  # noqa: ANN401
    """Its id, its stage, and the path; None as long as none is deployed."""
    for (*_, api_id), stages in gateway._stages_v1.all_items():  # noqa: SLF001
        for stage in stages:
            return api_id, stage, path
    return None


def leave_paths_encoded(app: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Match and pass on paths as they are in the URL, like a REST API: the function decodes them once."""
    handle = app._handle_execute_api_request  # noqa: SLF001

    async def handle_encoded(host: str, path: str, *request: Any, raw_path: str | None = None, **more: Any) -> Any:  # noqa: ANN401
        return await handle(host, raw_path or path, *request, raw_path=raw_path, **more)

    app._handle_execute_api_request = handle_encoded  # noqa: SLF001
