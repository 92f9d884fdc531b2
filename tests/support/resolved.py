"""A processed template as CloudFormation resolves it: what references come to, and which resources are replaced."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from tests.support.processed import REGION, Resources

__all__ = ["ACCOUNT", "REGION", "STACK", "Stack", "create_only"]

STACK = "cleave"
ACCOUNT = "111122223333"  # not the one that the template knows `sam local` by
_PSEUDO = {
    "AWS::StackName": STACK,
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1f2e3d4c-0000-0000-0000-000000000000",
}
NO_VALUE = {"Ref": "AWS::NoValue"}
_SECRET_SUFFIX = 6
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Stack:
    """``parameters`` with their values; ``conditions`` as the template has them."""

    name: str
    parameters: dict[str, str]
    conditions: dict[str, Any]
    resources: Resources

    @staticmethod
    def of(made: dict[str, Any], parameters: dict[str, str], name: str = STACK) -> "Stack":
        """Of a processed template; parameters that are not given have their defaults."""
        defaults = {each: str(parameter.get("Default", "")) for each, parameter in made["Parameters"].items()}
        return Stack(name, defaults | parameters, made["Conditions"], made["Resources"])

    def value(self, node: Any) -> Any:  # noqa: ANN401, PLR0911 - any part of a template, by what it is
        """The node with everything in it resolved."""
        match node:
            case {"Ref": str(name)}:
                return self._reference(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return self._attribute(name, attribute)
            case {"Fn::If": [str(condition), yes, no]}:
                return self.value(yes if self.holds(self.conditions[condition]) else no)
            case {"Fn::Join": [str(between), parts]}:
                return between.join(self.value(part) for part in parts)
            case {"Fn::Sub": text}:
                return self._filled(*([text, {}] if isinstance(text, str) else text))
            case {"Fn::Split": [str(at), text]}:
                return self.value(text).split(at)
            case {"Fn::Select": [index, parts]}:
                return self.value(parts)[int(index)]
            case dict():
                return {key: self.value(each) for key, each in node.items() if each != NO_VALUE}
            case list():
                return [self.value(each) for each in node if each != NO_VALUE]
        return node

    def _filled(self, text: str, given: dict[str, Any]) -> str:
        known = {name: self.value(each) for name, each in given.items()}
        return _VARIABLE.sub(lambda found: known.get(found[1]) or self._variable(found[1]), text)

    def _variable(self, name: str) -> str:
        resource, dot, attribute = name.partition(".")
        return self._attribute(resource, attribute) if dot else self._reference(name)

    def holds(self, condition: Any) -> bool:  # noqa: ANN401 - a condition
        match condition:
            case {"Fn::Equals": [one, other]}:
                return str(self.value(one)) == str(self.value(other))
            case {"Fn::Not": [one]}:
                return not self.holds(one)
            case {"Fn::And": several}:
                return all(self.holds(each) for each in several)
        raise AssertionError(condition)

    def _reference(self, name: str) -> str:
        if name in self.parameters:
            return self.parameters[name]
        if name in _PSEUDO:
            return _PSEUDO[name].replace(STACK, self.name)
        if self.resources[name]["Type"] == "AWS::Lambda::LayerVersion":
            layer = self.resources[name]["Properties"]["LayerName"]
            return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{layer}:{int(self._identity(name), 16) % 10_000}"
        if self.resources[name]["Type"] == "AWS::KMS::Key":
            return f"{self._identity(name)[:8]}-0000-0000-0000-000000000000"
        return f"{self.name}-{name}-{self._identity(name)[:13].upper()}"

    def _attribute(self, name: str, attribute: str) -> str:
        if self.resources[name]["Type"] == "AWS::SecretsManager::Secret":
            made = f"{name}-{self._identity(name)[:12]}-{self._identity(name)[:_SECRET_SUFFIX]}"
            return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{made}"
        physical = self._reference(name)
        if attribute == "Arn":
            _, service, kind = self.resources[name]["Type"].lower().split("::")
            return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{kind}/{physical}"
        return physical if attribute.endswith("Name") else f"{physical}.{attribute}"

    def _identity(self, name: str) -> str:
        """Another one where CloudFormation makes another resource: by its logical id, or by what it cannot update."""
        resource = self.resources[name]
        fixed = {key: resource.get("Properties", {}).get(key) for key in create_only(resource["Type"])}
        text = json.dumps([self.name, name, self.value(fixed)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@cache
def create_only(kind: str) -> frozenset[str]:
    """The properties of a resource type of which AWS's own schema says that a change of them makes another resource."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    paths = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return frozenset(path.split("/")[2] for path in paths)
