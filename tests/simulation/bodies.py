"""A new order as a channel sends it, without what tells it from others."""

CREATED_BODY = {
    "marketplace": "hepsiglobal",
    "order_date": "2026-10-17T16:01:26+03:00",
    "shipping_type": 1,
    "delivery_point_code": "501652397",
    "order_amount": 37.17,
    "currency": "USD",
    "original_order_amount": 39.03,
    "original_currency": "EUR",
    "currency_rate": 1.05,
    "customer": {"name": "Ada Example", "phone": "+10000000000", "email": "ada@example.com"},
}
CREATED_ITEM = {
    "esd": "2026-10-20T16:05:26+00:00",
    "spu": "1807656240281686025",
    "product_name": "Bag",
    "unit_product_price": 9,
    "total_amount_excl_vat": 22.78,
    "total_amount": 23.78,
    "vat_amount": 1,
    "currency": "USD",
    "original_total_amount": 24.97,
    "original_currency": "EUR",
    "base_price": 12.39,
    "campaign": {"merchant_campaign_amount": 0.5},
}
