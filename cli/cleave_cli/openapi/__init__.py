"""docs/openapi.json and docs/api.md, made from the template, the wire models and the catalogue of refusals."""
