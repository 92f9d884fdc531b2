"""Words, and pairs of words, by which a field's name says that it is about a person: lower case, without accents."""


def _words_of(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


# What holds a person or an address is theirs with everything in it.
_PERSON = _words_of(
    "customer buyer recipient receiver consignee addressee purchaser payer shopper cardholder contact person user",
    "alici empfaenger ansprechpartner",
)
_ADDRESS = _words_of("address addresses anschrift")
# Of objects in which a bare name is a person's, and what a bare name is called.
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
# Turkish words go on with endings.
STEMS = ("adres", "cadde", "kimlik", "mahalle", "musteri", "soyad", "sokak", "telefon", "vergi")
# In one run of letters words cannot be told apart: those count there that are too long to be part of another.
_LONG = 7
RUN_TOGETHER = tuple(sorted(word for word in {*PERSONAL, *STEMS} if len(word) >= _LONG))
# A field whose name ends so says of what kind something is, or how much, and not who.
OF_A_KIND = tuple(
    sorted(
        _words_of(
            "type types status count kind option options format language currency",
            "price amount total discount fee rate quantity commission",
        )
    )
)
