"""Prints what SAM makes of the template, as JSON. Run by SAM's own Python: its translator is in no other environment.

python sam_transform.py TEMPLATE LAYER_KEY PARAMETER=VALUE…
"""

import json
import logging
import os
import sys
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse  # type: ignore[import-not-found]  # SAM's own Python has it
from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]  # SAM's own Python has it
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]  # SAM's own Python has it

logging.disable(logging.CRITICAL)
os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"

path, layer_key, *given = sys.argv[1:]
template = yaml_parse(Path(path).read_text())
for name, resource in template["Resources"].items():
    for code in ("CodeUri", "ContentUri"):
        if code in resource.get("Properties", {}):
            resource["Properties"][code] = f"s3://bucket/{layer_key if name == 'CleaveLayer' else 'same'}"
values = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
values |= dict(each.split("=", 1) for each in given)
session = boto3.Session(region_name="eu-central-1")
made = Translator({}, Parser(), boto_session=session).translate(template, values)["Resources"]
sys.stdout.write(json.dumps(made))
