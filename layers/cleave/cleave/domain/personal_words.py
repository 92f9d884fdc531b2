"""Words, and pairs of words, that mark a field as personal by its name: lower case, without accents."""


def _words_of(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


# Everything inside an object with one of these names is personal data.
_PERSON = _words_of(
    "customer buyer recipient receiver consignee addressee purchaser payer shopper cardholder contact person user",
    "alici empfaenger ansprechpartner",
)
_ADDRESS = _words_of("address addresses anschrift")
# Objects in which a field called ``name`` is a person's name, and fields that hold such a name.
OF_A_PERSON = _words_of("billing invoice shipping shipment delivery")
BARE_NAMES = _words_of("name ad adi isim unvan")
NAMES = _words_of(
    "firstname lastname middlename fullname givenname familyname maidenname secondname surname forename nickname",
    "username fname lname vorname nachname adsoyad",
)
_PLACES = _words_of(
    "street strasse hausnummer plz neighborhood neighbourhood district ilce city town village county postal postcode",
    "zip zipcode latitude longitude coordinates buildingno buildingnumber doorno doornumber apartmentno",
    "apartmentnumber housenumber",
)
REACHED_AT = _words_of("phone telephone phonenumber tel gsm cep mobile msisdn fax whatsapp email mail eposta")
IDENTITIES = _words_of(
    "identity tckn tckimlik passport ssn nationalid citizenid vkn taxnumber taxno taxid taxoffice",
    "taxidentification steuernummer ustid vatnumber vatno vatid iban cardnumber birth birthdate birthday dob gender",
)
_WORDS_TO = _words_of("giftmessage giftnote deliverynote ordernote")
PERSONAL = _PERSON | _ADDRESS | NAMES | _PLACES | REACHED_AT | IDENTITIES | _WORDS_TO
# Turkish words may have endings.
STEMS = ("adres", "cadde", "kimlik", "mahalle", "musteri", "soyad", "sokak", "telefon", "vergi")
# Words that are written together cannot be separated: there only words count that are too long to be part of another.
_LONG = 7
RUN_TOGETHER = tuple(sorted(word for word in {*PERSONAL, *STEMS} if len(word) >= _LONG))
# A field with such an ending is a kind or an amount, not a person.
OF_A_KIND = tuple(
    sorted(
        _words_of(
            "type types status count kind option options format language currency",
            "price amount total discount fee rate quantity commission",
        )
    )
)
