"""The names of fields before December 2025: read if the new name is missing."""

# Old names and new ones, of a package, a line, and an entry of discountDetails.
PACKAGE_NAMES = {
    "id": "shipmentPackageId",
    "grossAmount": "packageGrossAmount",
    "totalDiscount": "packageSellerDiscount",
    "totalTyDiscount": "packageTyDiscount",
    "totalPrice": "packageTotalPrice",
}
LINE_NAMES = {
    "id": "lineId",
    "amount": "lineGrossAmount",
    "discount": "lineSellerDiscount",
    "tyDiscount": "lineTyDiscount",
    "price": "lineUnitPrice",
    "merchantSku": "stockCode",
    "merchantId": "sellerId",
    "productCode": "contentId",
    "vatBaseAmount": "vatRate",
}
UNIT_NAMES = {"lineItemDiscount": "lineItemSellerDiscount"}
