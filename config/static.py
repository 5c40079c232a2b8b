"""Static files: our own, bundles of them, and from npm packages exactly the files that pages name."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config import bundles

PREFIX = "vendor"
FILES = (
    "echarts/dist/echarts.min.js",
    "htmx.org/dist/htmx.min.js",
    "idiomorph/dist/idiomorph.min.js",
    "swagger-ui-dist/favicon-32x32.png",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css",
)


class PackageFinder(BaseFinder):
    """Serves `FILES` of node_modules as `vendor/<package>/<path>`."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.NODE_MODULES)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # how collectstatic asks for it

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        file = path.removeprefix(f"{PREFIX}/")
        paths = [str(Path(settings.NODE_MODULES) / file)] if file != path and file in FILES else []
        return paths if find_all else next(iter(paths), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        return ((file, self.storage) for file in FILES)


class BundleFinder(BaseFinder):
    """Serves what `config.bundles` makes as `bundles/<name>`."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=bundles.FOLDER)
        self.storage.prefix = bundles.PREFIX  # type: ignore[attr-defined]  # how collectstatic asks for it
        self.names = (*bundles.BUNDLES, *bundles.MODULES)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix(f"{bundles.PREFIX}/")
        paths = [str(bundles.made() / name)] if name != path and name in self.names else []
        return paths if find_all else next(iter(paths), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        bundles.made()
        return ((name, self.storage) for name in self.names)


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed names; no source maps."""

    patterns = tuple(
        (files, tuple(pattern for pattern in patterns if "sourceMappingURL" not in str(pattern)))
        for files, patterns in CompressedManifestStaticFilesStorage.patterns
    )


class ServeStaticFiles(WhiteNoiseMiddleware):
    """Answers with the whole file: it is small, and ASGI would gather WhiteNoise's synchronous stream anyway,
    with a warning for each."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        answer = static_file.get_response(request.method, request.META)
        content = b""
        if answer.file is not None:
            with answer.file:
                content = answer.file.read()
        response = HttpResponse(content, status=int(answer.status))
        del response.headers["Content-Type"]
        for name, value in answer.headers:
            response.headers[name] = value
        return response
