#!/bin/sh
# Make .venv from uv.lock. Usage: deploy/environment.sh [serve|test]
# A bare Debian has python3 without venv: installed when we may, said in one line when we may not.
set -eu
cd "$(dirname "$0")/.."
uv_version=0.13.9
stamp=".venv/.${1:-serve}-$(cksum <uv.lock | cut -d' ' -f1)"
[ -e "$stamp" ] && exit 0

say() { echo "shiyou: $*" >&2; }

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || { say "needs Python 3.11 to 3.13: apt-get install python3"; exit 1; }

say "making .venv from uv.lock; the first time this takes a minute or two"
if [ ! -x .venv/bin/pip ]; then
    rm -rf .venv
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
        else
            say "this Python has no venv: sudo apt-get install $package"
            exit 1
        fi
    fi
    "$python" -m venv .venv
fi
[ -x .venv/bin/uv ] || .venv/bin/pip install --quiet --disable-pip-version-check "uv==$uv_version"
groups="--no-dev"
[ "${1:-serve}" = "test" ] && groups="--dev"
# The machine's own certificates, where it has them: an office proxy's is among them and not in uv.
[ -e /etc/ssl/certs/ca-certificates.crt ] && export UV_SYSTEM_CERTS=true
# --inexact: keep uv and pip themselves, and the tests' packages when only serving.
.venv/bin/uv sync --frozen --quiet --inexact --compile-bytecode "$groups"
touch "$stamp"
