# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is to be done for a command, and the steps that do it.

qemu_targets=aarch64-softmmu,x86_64-softmmu
ours=''
cli=''

# Set once the folders are known
name_outputs() {
    ours=$VIRELAY_BUILD/ours
    cli=$ours/virelay
}

qemu_source() {
    downloaded 'qemu_10.0.*.orig.tar.xz'
}

# An installed package serves as well as a download.
linux_source() {
    local installed=/usr/src/linux-source-6.12.tar.xz
    if [[ -r $installed ]]; then
        echo "$installed"
    else
        downloaded 'linux-source-6.12_*.tar.xz'
    fi
}

linux_version() {
    local file version
    file=$(linux_source)
    if [[ $file == /usr/src/* ]]; then
        # shellcheck disable=SC2016 # a format of dpkg-query
        dpkg-query -W -f '${Version}' linux-source-6.12 2>/dev/null || true
    else
        version=${file##*_}
        echo "${version%.tar.xz}"
    fi
}

meson_package() {
    local deb folder
    deb=$(downloaded 'meson_*.deb')
    [[ -n $deb ]] || return 0
    folder=$(meson_folder "$deb")
    [[ ! -d $folder ]] || echo "$folder/usr/lib/python3/dist-packages"
}

qemu_version() {
    local name
    name=$(basename "$(qemu_source)")
    name=${name#qemu_}
    name=${name%%[+-]*}
    echo "${name:-10.0}"
}

run_build_qemu() { # STAGE OPTION...
    local stage=$1
    shift
    "$VIRELAY_ROOT/qemu-devices/build-qemu" --stage "$stage" \
        --source "$(qemu_source)" --meson "$(meson_package)" \
        --patches "$VIRELAY_ROOT/qemu-devices/patches" \
        --hw "$VIRELAY_ROOT/qemu-devices/hw" \
        --include "$VIRELAY_ROOT/cosim" --lib-dir "$ours" \
        --target-i386 "$VIRELAY_ROOT/qemu-devices/target-i386" \
        --jobs "$VIRELAY_JOBS" "$@"
}

build_qemu() { # STAGE
    run_build_qemu "$1" --work "$VIRELAY_BUILD/qemu" --targets "$qemu_targets"
}

# For fuzzing VMX, in a tree of its own
build_sanitized() { # STAGE
    run_build_qemu "$1" --work "$VIRELAY_BUILD/qemu-sanitized" \
        --targets x86_64-softmmu --sanitize yes
}

# What a configured folder of ours depends on, beside its own sources
ours_key() {
    printf '%s\n' "$VIRELAY_ROOT" "$ours" "$(meson_package)" \
        "$(gcc -dumpfullversion)" "$(verilator --version)"
}

ours_configured() {
    [[ -f $ours/build.ninja && -f $ours/virelay-configured \
        && $(<"$ours/virelay-configured") == "$(ours_key)" ]]
}

make_firmware() { # MAKE-OPTION...
    local suite
    for suite in vmx vmxfuzz vtd-ir; do
        make -C "$VIRELAY_ROOT/firmware" O="$ours/firmware" SUITE=$suite \
            -j "$VIRELAY_JOBS" "$@" || return
    done
}

ours_up_to_date() {
    ours_configured && [[ -e $cli ]] && make_firmware -q >/dev/null 2>&1 \
        && [[ $(ninja -C "$ours" -n 2>&1) == *'no work to do'* ]]
}

build_ours() {
    if ! ours_configured; then
        rm -rf "$ours"
        CC='ccache gcc' CXX='ccache g++' OBJCACHE=ccache \
            "$(meson_package)/meson.py" setup "$ours" "$VIRELAY_ROOT"
        ours_key >"$ours/virelay-configured.new"
        mv "$ours/virelay-configured.new" "$ours/virelay-configured"
    fi
    OBJCACHE=ccache ninja -C "$ours" -j "$VIRELAY_JOBS"
    make_firmware
    # What others use by name is found at the top of the folder.
    local file
    for file in cosim/cli/virelay kvm-patches/agent/agent-{arm64,x86}.cpio; do
        [[ ! -e $ours/$file ]] || ln -sfn "$file" "$ours/${file##*/}"
    done
}

prepare_qemu() {
    [[ -f $VIRELAY_BUILD/qemu/unpacked ]] || verify_download "$(qemu_source)"
    build_qemu prepare
}

# Steps to do: log name, title, function with its arguments
# (the words of a step have no spaces)
plan_log=() plan_title=() plan_do=() plan_mb=0

plan() { # LOG-NAME MEGABYTES TITLE FUNCTION [ARGUMENT...]
    plan_log+=("$1")
    plan_mb=$((plan_mb + $2))
    plan_title+=("$3")
    shift 3
    plan_do+=("$*")
}

needs() { # NEED: is it among this command's needs?
    [[ " ${command_needs[*]} " == *" $1 "* ]]
}

make_plan() {
    local -a missing
    local qemu=0
    mapfile -t missing < <(missing_packages "${command_needs[@]}")
    if ((${#missing[@]})); then
        want_packages "${missing[@]}"
        check_space / 1500
        plan 01-packages 0 "Install ${#missing[@]} Debian packages" \
            install_packages "${missing[@]}"
    fi
    [[ -n $(meson_package) ]] || plan_meson
    if needs qemu && [[ -z $(qemu_source) ]]; then
        plan 03-fetch-qemu 50 'Fetch the source of QEMU 10.0' fetch_qemu
    fi
    if needs linux && [[ -z $(linux_source) ]]; then
        plan 04-fetch-linux 320 'Fetch the source of Linux 6.12' fetch_linux
    fi
    if ((${#plan_do[@]})) || ! ours_up_to_date; then
        plan 05-build-ours 100 'Build Virelay' build_ours
    fi
    if needs qemu; then
        if ((${#missing[@]})) || [[ -z $(qemu_source) ]]; then
            qemu=10
        else
            build_qemu check >/dev/null 2>&1 || qemu=$?
        fi
        ((qemu != 10 && qemu <= 11)) || plan 06-prepare-qemu 200 \
            'Prepare QEMU (unpack, patch, configure)' prepare_qemu
        ((qemu == 0)) || plan 07-build-qemu 450 \
            "Build QEMU $(qemu_version)" build_qemu build
    fi
    if needs sanitized && { ((${#plan_do[@]})) \
        || ! build_sanitized check >/dev/null 2>&1; }; then
        plan 08-build-sanitized 2500 \
            'Build QEMU with ASan and UBSan' build_sanitized all
    fi
}

plan_meson() {
    if [[ -n $(downloaded 'meson_*.deb') ]]; then
        plan 02-meson 10 'Unpack meson' unpack_meson
    else
        plan 02-meson 10 'Fetch meson' fetch_meson
    fi
}

want_packages() { # PACKAGE...
    if ((no_install)); then
        printf 'Missing Debian packages (%d); install them with:\n' $# >&2
        install_line "$@"
        exit 3
    fi
    become_root "$@"
}

check_space() { # DIR MEGABYTES
    local free
    free=$(free_mb "$1")
    ((free >= $2)) || die \
        "no disk space: $1 has $free MB free, and about $2 MB are needed." \
        'Free some, or use --build DIR and --cache DIR on another disk.'
}

carry_out_plan() {
    local i
    local -a words
    step_total=${#plan_do[@]}
    ((step_total)) || return 0
    # Where no kernel is cached yet, a kernel tree is going to be built.
    if needs linux && [[ ! -d $VIRELAY_CACHE/kernels ]]; then
        plan_mb=$((plan_mb + 2500))
    fi
    check_space "$VIRELAY_BUILD" "$plan_mb"
    check_space "$VIRELAY_CACHE" "$plan_mb"
    rm -f "$VIRELAY_BUILD/apt/fresh"
    for ((i = 0; i < step_total; i++)); do
        read -r -a words <<<"${plan_do[i]}"
        run_step "${plan_log[i]}" "${plan_title[i]}" "${words[@]}"
    done
    rm -rf "$VIRELAY_BUILD/apt"
}

# Kernels are the compiled command's business, with its own progress; it does
# nothing where they are there.
build_kernels() {
    local status=0
    step_title='the kernels'
    set -m
    "$cli" kernels --build >&2 </dev/null &
    step_pid=$!
    wait "$step_pid" || status=$?
    step_pid='' step_title=''
    set +m
    ((status == 0)) || die \
        "the kernels could not be built (exit code $status)." \
        'The message above says what to do; the same command goes on from here.'
}

json_entry() { # NAME VERSION SHA256 [LAST]
    printf '    "%s": {"version": "%s", "sha256": "%s"}%s\n' \
        "$1" "$2" "$3" "${4-,}"
}

package_versions() {
    local -a packages
    mapfile -t packages < <(needed_packages ours qemu linux)
    # shellcheck disable=SC2016 # a format of dpkg-query
    dpkg-query -W -f '    "${Package}": "${Version}",\n' "${packages[@]}" \
        2>/dev/null | sort -u | sed '$ s/,$//'
}

patch_sums() {
    (
        cd "$VIRELAY_ROOT" || exit
        find qemu-devices/patches kvm-patches -name '*.patch' 2>/dev/null \
            | sort | xargs -r sha256sum \
            | sed -E 's/^([0-9a-f]+) +(.*)/    "\2": "\1",/; $ s/,$//'
    )
}

linux_sha256() {
    local file key stamp=$VIRELAY_BUILD/linux-source.sha256
    file=$(linux_source)
    if [[ -f $file.sha256 ]]; then
        sha256_of "$file"
        return
    fi
    key=$(stat -Lc '%n %s %Y' "$file")
    if [[ ! -f $stamp || $(tail -n 1 "$stamp") != "$key" ]]; then
        printf '%s\n%s\n' "$(sha256sum <"$file" | cut -d' ' -f1)" "$key" \
            >"$stamp.new"
        mv "$stamp.new" "$stamp"
    fi
    head -n 1 "$stamp"
}

repository_version() {
    git -C "$VIRELAY_ROOT" describe --always --dirty --tags 2>/dev/null \
        || echo unknown
}

write_manifest() {
    local to=$VIRELAY_BUILD/manifest.json deb file
    deb=$(downloaded 'meson_*.deb')
    {
        printf '{\n  "virelay": "%s",\n  "fetched": {\n' \
            "$(repository_version)"
        file=$(qemu_source)
        [[ -z $file ]] || json_entry "${file##*/}" "$(qemu_version)" \
            "$(sha256_of "$file")"
        file=$(linux_source)
        [[ -z $file ]] || json_entry "${file##*/}" "$(linux_version)" \
            "$(linux_sha256)"
        file=${deb##*/meson_}
        json_entry "${deb##*/}" "${file%_all.deb}" "$(sha256_of "$deb")" ''
        printf '  },\n  "patches": {\n%s\n  },\n' "$(patch_sums)"
        printf '  "packages": {\n%s\n  }\n}\n' "$(package_versions)"
    } >"$to.new"
    mv "$to.new" "$to"
}
