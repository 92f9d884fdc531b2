#!/bin/sh
# Stand-in for AWS's image of Lambda's Python 3.13, where no registry of images can be reached: Debian 13, Lambda's runtime client and boto3.
# As root, with debootstrap and Docker: sh tests/machines/lambda_image.sh [FOLDER of a finished root of Debian 13]
set -eu
cd "$(dirname "$0")/../.."
case "$(uname -m)" in x86_64 | amd64) architecture=x86_64 ;; *) architecture=arm64 ;; esac
image="public.ecr.aws/lambda/python:3.13-$architecture"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root="${1:-$scratch/root}"
test -n "${1:-}" || debootstrap --variant=minbase --include=python3,ca-certificates trixie "$root"
mkdir -p "$scratch/more/var/runtime"
.venv-uv/bin/uv pip install --quiet --no-deps --require-hashes --requirement requirements/ric.txt \
	--python .venv/bin/python --target "$scratch/more/var/runtime"
cat > "$scratch/more/var/runtime/bootstrap" <<'BOOTSTRAP'
#!/bin/sh
export PYTHONPATH="${LAMBDA_TASK_ROOT:-/var/task}:/opt/python:/var/runtime"
exec /usr/bin/python3 -m awslambdaric "$_HANDLER"
BOOTSTRAP
chmod 755 "$scratch/more/var/runtime/bootstrap"
# What Docker gives a container of its own is left out.
tar -C "$root" --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* -c . > "$scratch/image.tar"
(cd "$scratch/more" && find . -type f) | tar -C "$scratch/more" -rf "$scratch/image.tar" -T -
docker import --change "WORKDIR /var/task" --change "ENV LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime LANG=C.UTF-8 TZ=:UTC" \
	"$scratch/image.tar" "$image"
