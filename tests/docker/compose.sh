#!/usr/bin/env bash
# compose - compose.yaml parses, and waits for what it has to wait for.
. tests/support/check.sh

cat >"$work/compose.py" <<'END'
import os, re, yaml

text = open("compose.yaml").read()
text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)  # the defaults of the environment
assert "${" not in text, "a variable without a default"
services = yaml.safe_load(text)["services"]
db, loader, api = services["db"], services["loader"], services["api"]
for service in (loader, api):
    build = service["build"]
    assert os.path.isfile(os.path.join(build["context"], build["dockerfile"]))
    assert service["depends_on"]["db"]["condition"] == "service_healthy"
    uri = service["environment"]["DATABASE_URI"]
    env = db["environment"]
    assert uri == "postgresql://%s:%s@db:5432/%s" % (
        env["POSTGRES_USER"], env["POSTGRES_PASSWORD"], env["POSTGRES_DB"]), uri
assert "healthcheck" in db
assert loader["restart"] == "no"
assert api["depends_on"]["loader"]["condition"] == "service_completed_successfully"
assert api["ports"] == ["5000:5000"]
assert "HEALTHCHECK" in open("api/Dockerfile").read()
END
check compose_says_who_waits_for_whom python3 "$work/compose.py"

if docker compose version >/dev/null 2>&1; then
    check compose_parses docker compose config --quiet
else
    skip_check compose_parses "there is no docker compose here"
fi
finish
