"""Whether a package can be kept, whatever its seller does with it later."""

from cleave.domain.package import Package
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.store.documents import pack

# A split into 26 packages writes each of them and its event, beside the old one, in one transaction of at most 4 MB;
# one package with the marks of 50 cancellations must fit an item of 400 KB.
_KILOBYTES = 64


def check_fits(package: Package, field: str | None) -> None:
    """Raise Refusal for a package that could be stored, and then not be split. ``field`` is for the refusal."""
    if len(pack(package)) > _KILOBYTES * 1024:
        message = f"package {package.package_id} may have {_KILOBYTES} KB compressed"
        raise Refusal(RefusalCode.BODY_TOO_LARGE, message, field=field)
