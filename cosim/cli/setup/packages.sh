# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian packages: which are needed for what, which are missing, and how they
# get installed.

# shellcheck disable=SC2034 # used by name in needed_packages
packages_ours=(
    gcc g++ libc6-dev make ninja-build pkg-config python3 ccache
    libglib2.0-dev libjson-glib-dev libsqlite3-dev libdw-dev verilator zlib1g-dev
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross cpio xz-utils
)
# The firmware of the x86 machine: SeaBIOS, and the ROM that loads a kernel.
# shellcheck disable=SC2034
packages_qemu=(
    python3-venv libfdt-dev libslirp-dev bzip2 patch seabios qemu-system-data
)
# shellcheck disable=SC2034
packages_linux=(flex bison bc kmod lz4 libelf-dev libssl-dev perl rsync patch)
# shellcheck disable=SC2034
packages_prove=(yosys z3 patch)
# shellcheck disable=SC2034
packages_test=(cppcheck shellcheck yosys)

# The packages that a set of needs asks for: needed_packages ours qemu ...
needed_packages() {
    local need
    for need; do
        local -n list=packages_$need
        printf '%s\n' "${list[@]}"
    done | sort -u
}

missing_packages() { # NEED...
    local -a needed
    mapfile -t needed < <(needed_packages "$@")
    comm -23 <(printf '%s\n' "${needed[@]}") \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${needed[@]}" \
            2>/dev/null | sed -n 's/^installed //p' | sort -u)
}

install_line() { # PACKAGE...
    echo "apt-get install --no-install-recommends $*"
}

# Before the step itself, because a password may have to be typed.
become_root() { # PACKAGE...
    ((EUID != 0)) || return 0
    if ! type -p sudo >/dev/null; then
        die "${#} Debian packages are missing, and there is no sudo." \
            'Ask for, or type as root:' "$(install_line "$@")"
    fi
    sudo -n true 2>/dev/null || sudo -v -p \
        'Password for %u, to install Debian packages (Ctrl-C to leave): ' \
        || die 'sudo did not let us install Debian packages.' \
            'Ask for, or type as root:' "$(install_line "$@")"
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -n "$@"
    fi
}

install_packages() { # PACKAGE...
    # One dead third-party repository must not stop the rest.
    as_root apt-get -q -o DPkg::Lock::Timeout=600 update \
        || echo 'virelay: some package lists could not be fetched; going on'
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
        install --no-install-recommends "$@"
}
