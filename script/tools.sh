# Where the tools are and how they are called. Sourced by the other scripts; installs nothing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CARGO_LEPTOS_VERSION=0.3.11
CARGO_LEPTOS_RUST=1.96.0
NEXTEST_VERSION=0.9.143
MACHETE_VERSION=0.9.2
DENY_VERSION=0.20.2
GARAGE_VERSION=2.5.0
# script/bindgen must use the same version as the library.
WASM_BINDGEN_VERSION=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)

cache="${HOLDALL_CACHE:-$HOME/.cache/holdall}"
tools="$cache/tools"
mkdir -p "$tools/bin"
export PATH="$tools/bin:$PATH"
# Outside the clone, so that another clone reuses the compiled dependencies.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
# Cargo identifies source files by their path within the clone and their modification time alone. If the files here are
# older than a build of another clone, it would take that build's results for this clone's.
if [ "$PWD" != "$(cat "$CARGO_TARGET_DIR/clone" 2>/dev/null)" ]; then
    touch src/lib.rs src/main.rs tests/*/main.rs
    mkdir -p "$CARGO_TARGET_DIR" && printf '%s\n' "$PWD" >"$CARGO_TARGET_DIR/clone"
fi
# A missing tool must be reported, and not be downloaded.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The wasm32 target comes from rustup, or, if rustup cannot download it, from Debian's compiler.
rustup_has_wasm() { [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; }
debian_has_wasm() { ls /usr/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib >/dev/null 2>&1; }

# for_wasm COMMAND...: runs it with a compiler that supports wasm32 first on PATH.
for_wasm() {
    if rustup_has_wasm; then "$@"; else env -u RUSTC PATH="/usr/bin:$tools/bin:/bin" "$@"; fi
}

# The browser for the tests, without its windows if there is one, which is twice as fast; empty to use Playwright's own.
# `type -P` finds the command rather than this function.
chromium() { type -P chromium-headless-shell || type -P chromium || type -P google-chrome || true; }

# Debian does not put PostgreSQL's programs on PATH.
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
