"""The one table of carriers by Trendyol's provider codes.

Sources: the list of cargo companies (both of its published versions, whose codes are all still sent by clients), the
list of changeCargoProvider, and updateTrackingNumber's own example, DHLMP.
"""

PROVIDERS = {
    "AGTMP": "AGT Marketplace",
    "ARASMP": "Aras Kargo Marketplace",
    "BIRGUNDEMP": "Bir Günde Kargo Marketplace",
    "BORMP": "Borusan Lojistik Marketplace",
    "CAIMP": "Cainiao Marketplace",
    "CEVAMP": "CEVA Marketplace",
    "CEVATEDARIK": "Ceva Tedarik Marketplace",
    "DHLECOMMP": "DHL eCommerce Marketplace",
    "DHLMP": "DHL Marketplace",
    "HOROZMP": "Horoz Kargo Marketplace",
    "KOLAYGELSINMP": "Kolay Gelsin Marketplace",
    "MARSMP": "Mars Lojistik Marketplace",
    "MNGMP": "MNG Kargo Marketplace",
    "NETMP": "NetKargo Lojistik Marketplace",
    "OCTOMP": "Octovan Lojistik Marketplace",
    "PTTMP": "PTT Kargo Marketplace",
    "SENDEOMP": "Kolay Gelsin Marketplace",
    "SURATMP": "Sürat Kargo Marketplace",
    "TEXMP": "Trendyol Express Marketplace",
    "UPSMP": "UPS Kargo Marketplace",
    "YKMP": "Yurtiçi Kargo Marketplace",
}
