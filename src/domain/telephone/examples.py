#!/usr/bin/env python3
"""Writes examples.csv: libphonenumber's examples of every region and type, as PyPI's `phonenumbers` has them.

    pip install phonenumbers==9.0.43 && python3 examples.py > examples.csv

The numbers are E.164; the last column is how people in the country, or callers abroad, write them.
"""
from phonenumbers import (COUNTRY_CODES_FOR_NON_GEO_REGIONS, SUPPORTED_REGIONS, PhoneNumberFormat, PhoneNumberType,
                          example_number_for_non_geo_entity, example_number_for_type, format_number)

names = {value: name for name, value in vars(PhoneNumberType).items() if isinstance(value, int)}
examples = [(region, names[kind], example_number_for_type(region, kind))
            for region in sorted(SUPPORTED_REGIONS) for kind in PhoneNumberType.values()]
examples += [("001", "ANY", example_number_for_non_geo_entity(code)) for code in sorted(COUNTRY_CODES_FOR_NON_GEO_REGIONS)]
seen = set()
print("region,type,e164,international")
for region, kind, number in examples:
    if number is None or (e164 := format_number(number, PhoneNumberFormat.E164)) in seen:
        continue
    seen.add(e164)
    print(",".join([region, kind, e164, format_number(number, PhoneNumberFormat.INTERNATIONAL)]))
