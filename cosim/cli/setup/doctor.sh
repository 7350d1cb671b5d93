# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# virelay doctor: what is there, what is missing, what to type next. It changes
# nothing, and works before anything is built.

doctor_line() { # ok|no|-- WHAT DETAIL
    printf '  %-3s %-22s %s\n' "$1" "$2" "$3"
}

doctor_file() { # FILE WHAT DETAIL IF-MISSING
    if [[ -n $1 && -e $1 ]]; then
        doctor_line ok "$2" "$3"
    else
        doctor_line no "$2" "$4"
        doctor_missing=1
    fi
}

doctor_packages() {
    local need
    local -a missing
    for need in ours qemu linux test; do
        mapfile -t missing < <(missing_packages "$need")
        if ((${#missing[@]} == 0)); then
            doctor_line ok "packages ($need)" 'all installed'
        elif [[ $need == test ]]; then
            doctor_line -- 'packages (test)' \
                "only ./virelay test needs them: ${missing[*]}"
        else
            doctor_line no "packages ($need)" "missing: ${missing[*]}"
            doctor_missing=1
        fi
    done
}

doctor_tools() {
    local tool version
    for tool in gcc aarch64-linux-gnu-gcc verilator ninja ccache python3; do
        if type -p "$tool" >/dev/null; then
            version=$("$tool" --version 2>&1 | head -n 1)
            doctor_line ok "$tool" "$version"
        else
            doctor_line no "$tool" 'not installed'
        fi
    done
}

doctor_builds() {
    local target binary
    doctor_file "$(meson_package)" meson "$(meson_package)" 'not fetched'
    doctor_file "$(qemu_source)" 'QEMU source' \
        "$(qemu_version) ($(qemu_source))" 'not fetched'
    doctor_file "$(linux_source)" 'Linux source' \
        "$(linux_version) ($(linux_source))" 'not fetched'
    doctor_file "$cli" 'virelay command' "$cli" 'not built'
    for target in ${qemu_targets//,/ }; do
        binary=$VIRELAY_BUILD/qemu/build/qemu-system-${target%-softmmu}
        doctor_file "$binary" "QEMU ${target%-softmmu}" "$binary" 'not built'
    done
}

doctor_kernels() {
    local image found=0
    if [[ -x $cli ]]; then
        "$cli" doctor | sed 's/^/      /' || true
    fi
    for image in "$VIRELAY_BUILD"/kernels/*/Image; do
        [[ -e $image ]] || continue
        found=$((found + 1))
    done
    if ((found)); then
        doctor_line ok kernels "$found in $VIRELAY_BUILD/kernels"
    else
        doctor_line no kernels 'none built'
        doctor_missing=1
    fi
}

doctor() {
    doctor_missing=0
    printf 'Virelay %s\n\nMachine\n' "$(repository_version)"
    doctor_line -- system "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' \
        /etc/os-release), $(nproc) processors"
    doctor_line -- 'build folder' \
        "$VIRELAY_BUILD ($(free_mb "$VIRELAY_BUILD") MB free)"
    doctor_line -- 'cache folder' \
        "$VIRELAY_CACHE ($(free_mb "$VIRELAY_CACHE") MB free)"
    doctor_packages
    printf '\nTools\n'
    doctor_tools
    printf '\nFetched and built\n'
    doctor_builds
    doctor_kernels
    if ((doctor_missing)); then
        printf '\nNext: ./virelay setup    (does what is missing)\n'
        exit 3
    fi
    printf '\nAll is there. Next: ./virelay conform\n'
}
