"""Dictionaries that compress packages: text that most packages share, so that repeating it costs almost nothing.

A document can only be unpacked with the dictionary that packed it. So dictionaries are numbered and never change; a
better one gets the next number. They hold names of fields and words of the marketplace, never anything of a customer.
zlib finds what stands late in a dictionary with fewer bits: the most frequent comes last.
"""

_LINE_FIELDS = (
    '"productOrigin":"","salesCampaignId":0,"businessUnit":"","fastDeliveryOptions":[],"commission":0,'
    '"laborCost":0,"productCode":0,"merchantSku":"","sku":"","scheduledCodeVersion":null,"tyDiscount":0,'
    '"hepsiGlobal":{"item_number":"","esd":"","company_id":0,"spu":"","sku":"","product_name":"","quantity":1,'
    '"unit_product_price":0,"total_amount_excl_vat":0,"total_amount":0,"vat_amount":0,"currency":"USD",'
    '"base_price":0,"campaign":{}},'
    '{"barcode":"86","contentId":1,"productName":"","productSize":"","productColor":"","productCategoryId":1,'
    '"sellerId":1,"currencyCode":"EUR","currencyCode":"TRY","vatRate":20.0,"vatRate":10.0,"cancelledBy":"",'
    '"cancelReason":"","cancelReasonCode":0}'
)
_PACKAGE_FIELDS = (
    '"deliveredByService":false,"agreedDeliveryDateExtendible":false,"extendedAgreedDeliveryDate":0,'
    '"agreedDeliveryExtensionStartDate":0,"agreedDeliveryExtensionEndDate":0,"groupDeal":false,'
    '"isGift":false,"warehouseId":0,"invoiceTaxNumber":null,"invoiceLink":"","invoiceStatus":"NotInvoiced",'
    '"etgbNo":"","etgbDate":0,"hsCode":"","cargoDeci":0,"sellerDeliveryMethod":"","sellerOtpCode":"",'
    '"tcIdentityNumber":"","hepsiGlobal":{"order_number":"","marketplace":"","order_date":"20","shipping_type":"",'
    '"delivery_point_code":"","order_amount":0,"currency":"USD","original_order_amount":0,"original_currency":"TRY",'
    '"currency_rate":0,"exchange_rate":0,"customer":{"name":"","phone":"","email":""}}'
    '{"shipmentNumber":1,"customerId":1,"customerFirstName":"","customerLastName":"","customerEmail":"@",'
    '"identityNumber":"11111111111","taxNumber":null,"paymentMethod":"-","orderCountryCode":"TR","channelId":1,'
    '"currencyCode":"EUR","discountDisplays":[{"displayName":"","discountAmount":0}],"shipmentAddress":{"id":1,'
    '"firstName":"","lastName":"","company":"","address1":"","address2":"","city":"","cityCode":0,"district":"",'
    '"districtId":0,"countyId":0,"countyName":"","shortAddress":"","stateName":"","addressLines":{"addressLine1":"",'
    '"addressLine2":""},"postalCode":"","countryCode":"TR","neighborhoodId":0,"neighborhood":"","phone":"000",'
    '"fullAddress":"","fullName":""},"invoiceAddress":{"id":2,"firstName":"","lastName":"","company":"","address1":"",'
    '"address2":"","city":"","cityCode":0,"district":"","districtId":0,"countyId":0,"countyName":"","shortAddress":"",'
    '"stateName":"","addressLines":{"addressLine1":"","addressLine2":""},"postalCode":"","sector":"",'
    '"countryCode":"DE","neighborhoodId":0,"phone":"000","latitude":"0","longitude":"0","fullAddress":"",'
    '"fullName":""},"deliveryAddressType":"Shipment","deliveryAddressType":"CollectionPoint",'
    '"sellerDeliveryMethod":"","sellerOtpCode":"","cargoDeci":1,"orderDate":17,"originShipmentDate":17,'
    '"agreedDeliveryDate":17,"estimatedDeliveryStartDate":17,"estimatedDeliveryEndDate":17,"deliveryType":"normal",'
    '"timeSlotId":0,"fastDelivery":false,"fastDeliveryType":"","deliveredByService":false,"commercial":false,'
    '"micro":false,"giftBoxRequested":false,"3pByTrendyol":false,"is4P":false,"isCod":false,'
    '"containsDangerousProduct":false,"warehouseId":0,"invoiceLink":"","invoiceStatus":"NotInvoiced","etgbNo":"",'
    '"etgbDate":0,"hsCode":""}'
)
_ROWS = (
    '"Awaiting","Shipped","AtCollectionPoint","Delivered","UnDelivered","Returned","customer_demand","Customer"]'
    '"damaged_product","wrong_price","wrong_listing","integration_error","bulk_purchase","force_majeure",'
    '"hepsiglobal##item#","trendyol##key#","split",'
    '0,"Invoiced",["0.0","0.0","0.0","0.0","0.0"],[["",1,1,"0.0","0.0","0.0"]],0,null],["'
    '"trendyol##content#","out_of_stock","Seller"],"Trendyol Express",null,"https://",""'
    '"UnPacked",[""UnSupplied",["'
    '0,"Created",["10.00","0.00","0.00","0.00","10.00"],[["-",1,1,"10.00","0.00","0.00"]],0,null],["'
    '],[[17,"Created"],[17,"Picking"],[17,"Invoiced"],[17,"Cancelled"]],false,null,17,"order-creation",[],null,[],[],'
    '"cancel",[1],1,[],["trendyol#'
)

# Since the second one, fields that are true of one package only are stored separately.
_RARE_FIELDS = (
    '"agreedDeliveryDateExtendible":false,"extendedAgreedDeliveryDate":0,"agreedDeliveryExtensionStartDate":0,'
    '"agreedDeliveryExtensionEndDate":0,"groupDeal":false,"isGift":false,"invoiceTaxNumber":null,'
    '"tcIdentityNumber":"","hepsiGlobal":{"order_number":"","marketplace":"","order_date":"20","shipping_type":"",'
    '"delivery_point_code":"","order_amount":0,"currency":"USD","original_order_amount":0,"original_currency":"TRY",'
    '"currency_rate":0,"exchange_rate":0,"customer":{"name":"","phone":"","email":""}}'
)
_KEPT_FIELDS = (
    '{"customerId":1,"customerFirstName":"","customerLastName":"","customerEmail":"@","identityNumber":"11111111111",'
    '"taxNumber":null,"paymentMethod":"-","orderCountryCode":"TR","channelId":1,"currencyCode":"EUR",'
    '"shipmentAddress":{"id":1,"firstName":"","lastName":"","company":"","address1":"","address2":"","city":"",'
    '"cityCode":0,"district":"","districtId":0,"countyId":0,"countyName":"","shortAddress":"","stateName":"",'
    '"addressLines":{"addressLine1":"","addressLine2":""},"postalCode":"","countryCode":"TR","neighborhoodId":0,'
    '"neighborhood":"","phone":"000","fullAddress":"","fullName":""},"invoiceAddress":{"id":2,"firstName":"",'
    '"lastName":"","company":"","address1":"","address2":"","city":"","cityCode":0,"district":"","districtId":0,'
    '"countyId":0,"countyName":"","shortAddress":"","stateName":"","addressLines":{"addressLine1":"",'
    '"addressLine2":""},"postalCode":"","sector":"","countryCode":"DE","neighborhoodId":0,"phone":"000",'
    '"latitude":"0","longitude":"0","fullAddress":"","fullName":""},"deliveryAddressType":"Shipment",'
    '"sellerDeliveryMethod":"","orderDate":17,"originShipmentDate":17,"agreedDeliveryDate":17,'
    '"estimatedDeliveryStartDate":17,"estimatedDeliveryEndDate":17,"deliveryType":"normal","timeSlotId":0,'
    '"fastDelivery":false,"fastDeliveryType":"","deliveredByService":false,"commercial":false,"micro":false,'
    '"giftBoxRequested":false,"3pByTrendyol":false,"is4P":false,"isCod":false,"containsDangerousProduct":false,'
    '"warehouseId":0,"hsCode":""}\n'
)
_OWN_FIELDS = (
    '{"shipmentNumber":1,"discountDisplays":[{"displayName":"","discountAmount":0}],"sellerOtpCode":"","cargoDeci":10,'
    '"invoiceLink":"","invoiceStatus":"NotInvoiced","etgbNo":"","etgbDate":0}'
)
# The usual end of a package's row, and a usual line behind it.
_ENDS = ',null,null,0,1]]\n],"",null,1,2]]\n'
_USUAL_LINE = (
    '{"barcode":"86","contentId":1,"productName":"","productSize":"","productColor":"","productOrigin":"TR",'
    '"productCategoryId":1,"salesCampaignId":1,"sellerId":1,"currencyCode":"EUR","vatRate":20.0,"commission":13,'
    '"businessUnit":"","fastDeliveryOptions":[],"cancelledBy":"","cancelReason":"","cancelReasonCode":0}\n'
)

DICTIONARIES = {
    1: (_LINE_FIELDS + _PACKAGE_FIELDS + _ROWS).encode(),
    2: (_LINE_FIELDS + _RARE_FIELDS + _ENDS + _USUAL_LINE + _KEPT_FIELDS + _OWN_FIELDS + _ROWS).encode(),
}
NEWEST = 2
