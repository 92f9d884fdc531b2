"""What of a package is about a person, in every spelling, and that nothing else goes with it."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cleave.domain.personal_data import ERASED, MARK, erase, is_personal
from hypothesis import given
from hypothesis import strategies as some

from tests.support.template import ROOT
from tests.unit.builders import line, package, unit

PERSONAL = [
    "customerFirstName customerLastName customerEmail customerId customer customer_name CUSTOMER-NAME customername",
    "shipmentAddress invoiceAddress address1 addressLines full_address deliveryAddresses adres AdresSat\u0131r\u0131",
    "firstName FIRSTNAME first-name LastName full_name surname soyad adSoyad recipientName buyerNickName",
    "phone Phone phoneNumber gsm mobilePhone customerphonenumber TELEFON contactPhone",
    "telefonu cepTelefonu musteriAdi M\u00fc\u015fteriAdresi soyadi al\u0131c\u0131Ad\u0131 VORNAME Anschrift plz",
    "email eMail e-mail EMAIL emailAddress invoiceMail ePosta e_posta",
    "identityNumber tcIdentityNumber TCKN tckimlikNo kimlikNo passportNo nationalId",
    "taxNumber invoiceTaxNumber tax_no taxOffice vergiNo vergiDairesi vatNumber VKN",
    "city cityCode district districtId countyName neighborhood postalCode zip zip_code latitude longitude street",
    "birthDate gender iban cardNumber müşteri MÜŞTERİ_ADI al\u0131c\u0131 giftMessage",
]
NOT_PERSONAL = [
    "productName productSize productColor productOrigin displayName brandName cargoProviderName product_name",
    "status shipmentPackageStatus deliveryAddressType customerType shipping_type addressType paymentMethod",
    "vatRate vatAmount vat_amount taxRate customerPrice customerDiscount buyerCurrency totalPrice total_amount",
    "orderCountryCode currencyCode orderDate agreedDeliveryDate marketplace delivery_point_code company_id sku",
    "barcode stockCode merchantSku lineId quantity cargoDeci invoiceNumber invoiceLink hsCode etgbNo warehouseId",
    "smartphoneModel item_number esd spu base_price commission businessUnit isGift giftBoxRequested commercial micro",
]


def spelled(rows: list[str]) -> list[str]:
    return [name for row in rows for name in row.split()]


@pytest.mark.parametrize("name", spelled(PERSONAL))
def test_a_name_address_number_or_mail_is_recognised_by_the_words_of_its_field(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize("name", spelled(NOT_PERSONAL))
def test_what_says_something_of_goods_money_or_time_is_not(name: str) -> None:
    assert not is_personal(name)


def having(details: dict[str, Any], of_line: dict[str, Any] | None = None) -> dict[str, Any]:
    """The details of a package with these, erased."""
    of = replace(package(replace(line(1, 2), details=of_line or {})), details=details)
    return dict(erase(of).details)


def test_all_inside_an_address_or_a_person_goes_whatever_it_is_called_and_its_shape_stays() -> None:
    erased = having(
        {
            "shipmentAddress": {
                "id": 17,
                "unknown": "third door on the left",
                "nested": [{"deeper": "Ada"}, 3, Decimal("1.5"), None, "", True],
            },
            "hepsiGlobal": {
                "customer": {"anything": "Ada"},
                "order_number": "O1",
                "billing": {"name": "Ada", "x": 3},
            },
        }
    )
    assert erased == {
        "shipmentAddress": {"id": 0, "unknown": ERASED, "nested": [{"deeper": ERASED}, 0, 0, None, "", False]},
        "hepsiGlobal": {
            "customer": {"anything": ERASED},
            "order_number": "O1",
            "billing": {"name": ERASED, "x": 3},
        },
        MARK: True,
    }


def test_a_bare_name_is_a_persons_where_something_else_of_a_person_stands_beside_it() -> None:
    erased = having(
        {"x": {"name": "Ada", "phone": "1"}, "y": {"name": "Tray", "sku": "1"}, "z": [{"ad": "Ada", "gsm": 5}]}
    )
    assert erased["x"] == {"name": ERASED, "phone": ERASED}
    assert erased["y"] == {"name": "Tray", "sku": "1"}
    assert erased["z"] == [{"ad": ERASED, "gsm": 0}]


def test_a_value_goes_where_another_field_names_it() -> None:
    erased = having(
        {"extra": [{"key": "buyerPhone", "value": "1"}, {"Name": "taxNumber", "Value": 5}, {"key": "gift", "value": 1}]}
    )
    assert erased["extra"] == [
        {"key": "buyerPhone", "value": ERASED},
        {"Name": "taxNumber", "Value": 0},
        {"key": "gift", "value": 1},
    ]


def test_an_address_of_mail_goes_from_every_text() -> None:
    assert having({"remark": "write to ada@example.com, please"})["remark"] == f"write to {ERASED}, please"


def sample() -> dict[str, Any]:
    """A package as the marketplace shows it."""
    path = Path(ROOT / "events/orders/sample-orders.json")
    document: dict[str, Any] = json.loads(path.read_text())["content"][0]
    return document


def test_of_a_sample_nothing_of_the_customer_is_left_and_everything_of_the_goods() -> None:
    document = sample()
    lines = [replace(line(1, 1), details=each) for each in document["lines"]]
    erased = erase(replace(package(*lines), details=document))
    left = json.dumps([dict(erased.details), [dict(each.details) for each in erased.lines]], default=str)
    personal = {"customerFirstName", "customerLastName", "customerEmail", "identityNumber", "customerId"}
    addresses = ("shipmentAddress", "invoiceAddress")
    values = {str(document[name]) for name in personal & document.keys()}
    values |= {str(value) for name in addresses for value in document[name].values() if isinstance(value, str)}
    assert [value for value in values if len(value) > 2 and f'"{value}"' in left] == []
    kept = document.keys() - personal - {*addresses, "taxNumber", "lines"}
    assert {name: erased.details[name] for name in kept} == {name: document[name] for name in kept}
    assert [dict(each.details) for each in erased.lines] == document["lines"]


def test_units_money_and_story_stay() -> None:
    before = package(line(1, 2), line(2, 1))
    after = erase(before)
    assert replace(after, details=before.details) == before


def test_what_is_true_of_one_package_alone_is_erased_too() -> None:
    own = {"invoiceRecipient": {"name": "Ada"}, "labelText": "to ada@example.com"}
    lines = [line(1, (replace(unit(1), details={"customerNote": "for Ada"}),))]
    erased = erase(replace(package(replace(lines[0], own=own)), own=own))
    shown = json.dumps([dict(erased.own), dict(erased.lines[0].own), dict(erased.lines[0].units[0].details)])
    assert "ada" not in shown.casefold()


NAMES = some.sampled_from(["address", "customer", "note", "name", "billing", "taxNumber", "x"])
LEAVES = some.none() | some.booleans() | some.integers(0, 9) | some.sampled_from(["", "Ada", "a@b.de", ERASED])
OBJECTS = some.dictionaries(NAMES, LEAVES, max_size=3)
VALUES = LEAVES | OBJECTS | some.lists(OBJECTS, max_size=2) | some.dictionaries(NAMES, OBJECTS, max_size=2)


@given(some.dictionaries(NAMES, VALUES, max_size=4))
def test_erasing_again_changes_nothing(details: dict[str, Any]) -> None:
    once = erase(replace(package(line(1, 1)), details=details))
    assert erase(once) == once
