"""Faults in what operators do to a table."""

from tests.proofs.fault import Fault

_ERASING = "tests/proofs/test_erasing.py"
_AUDIT = "tests/unit/test_audit.py::test_what_cannot_be_true_is_told"

OPERATING = (
    Fault(
        "erase a package so that an older change can still be written",
        "store/erasing.py",
        '"next": kept.version + 1}',
        '"next": kept.version}',
        f"{_ERASING}::test_an_order_that_is_erased_while_it_is_split_stays_erased",
    ),
    Fault(
        "look only once for packages to erase",
        "application/operate/erase_order.py",
        "        if not _erase_packages(table, order_number, done) and done.writes == before:\n",
        "        _erase_packages(table, order_number, done)\n"
        "        _erase_events(table, order_number, done)\n"
        "        return done\n"
        "        if before:\n",
        f"{_ERASING}::test_a_split_while_an_order_is_erased_brings_nothing_back[SET document]",
    ),
    Fault(
        "let a later export restore erased personal data",
        "domain/exported.py",
        "said = erase(said) if is_erased(package) else said",
        "said = said if is_erased(package) else said",
        f"{_ERASING}::test_a_later_export_of_an_erased_package_brings_nothing_back",
    ),
    Fault(
        "do not count the units that a closed package passed on",
        "domain/balance.py",
        "is_first = package.parent_id not in packages and (is_there or not came_closed)",
        "is_first = is_there",
        f"{_AUDIT}[a unit too many]",
    ),
)
