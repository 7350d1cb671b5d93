# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is fetched: QEMU's source, Linux's source and meson, all from Debian's
# archive through apt, which verifies the signatures. Each call has an apt
# configuration of its own; the machine's is only read, for its mirror.
#
# Every file in the downloads folder has its SHA-256 beside it, written last:
# a file without one is not there.

downloads() {
    echo "$VIRELAY_CACHE/downloads"
}

# The newest complete download of that name pattern, or nothing
downloaded() { # GLOB
    local file
    # shellcheck disable=SC2086 # the pattern is to be expanded
    while read -r file; do
        if [[ -f $file && -f $file.sha256 ]]; then
            echo "$file"
            break
        fi
    done < <(printf '%s\n' "$(downloads)"/$1 | sort -rV)
}

sha256_of() { # DOWNLOAD
    cut -d' ' -f1 "$1.sha256"
}

verify_download() { # FILE
    local sum
    sum=$(sha256sum <"$1")
    [[ ${sum%% *} == "$(sha256_of "$1")" ]] && return
    rm -f "$1" "$1.sha256"
    echo "virelay: $1 was damaged, and is removed; call again to fetch it"
    return 1
}

keep_download() { # FILE NAME
    local to
    to=$(downloads)/$2
    mkdir -p "$(downloads)"
    rm -f "$to.sha256"
    cp "$1" "$to.part"
    (cd "$(downloads)" && sha256sum "$2.part" | sed 's/\.part$//') \
        >"$to.sha256.part"
    mv "$to.part" "$to"
    mv "$to.sha256.part" "$to.sha256"
    rm -f "$1"
}

private_apt() { # PROGRAM ARGUMENT...
    local program=$1 dir=$VIRELAY_BUILD/apt
    shift
    local -a options=(
        -o Dir::Etc::SourceList="$dir/sources.list"
        -o Dir::Etc::SourceParts=/dev/null
        -o Dir::Etc::Preferences=/dev/null
        -o Dir::Etc::PreferencesParts=/dev/null
        -o Dir::State::Lists="$dir/lists"
        -o Dir::Cache="$dir/cache"
        -o APT::Default-Release=
        -o APT::Update::Error-Mode=any
        -o Acquire::Languages=none
        -o Acquire::GzipIndexes=true
        -o Acquire::Retries=2
        -o Acquire::http::Timeout=30
        -o Acquire::https::Timeout=30
    )
    # The private folder may be closed to apt's own user.
    ((EUID != 0)) || options+=(-o APT::Sandbox::User=root)
    "$program" -q "${options[@]}" "$@"
}

# The machine's own repositories, as "URI SUITE" lines
configured_repositories() {
    local lists=$VIRELAY_BUILD/apt/none
    rm -rf "$lists"
    mkdir -p "$lists/partial"
    apt-get -o Dir::State::Lists="$lists" update --print-uris 2>/dev/null \
        | sed -n -E "s,^'(.*)/dists/([^']+)/(In)?Release.*,\1 \2,p" | sort -u
}

write_sources() { # SUITE
    local codename keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    local repositories main security option=''
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    repositories=$(configured_repositories)
    main=$(awk -v own="$codename" '$2 == own || $2 ~ /^(old)*stable$/ {
        print $1; exit }' <<<"$repositories")
    security=$(awk '$2 ~ /-security$|\/updates$/ { print $1; exit }' \
        <<<"$repositories")
    if [[ -z $main ]]; then
        echo "virelay: apt knows no Debian mirror for '$codename'."
        echo 'Add one to /etc/apt/sources.list, as for any Debian system.'
        return 1
    fi
    [[ ! -r $keyring ]] || option="[signed-by=$keyring] "
    {
        echo "deb ${option}$main $1 main"
        echo "deb-src ${option}$main $1 main"
        if [[ -n $security && $1 != *-backports ]]; then
            echo "deb ${option}$security $1-security main"
            echo "deb-src ${option}$security $1-security main"
        fi
    } >"$VIRELAY_BUILD/apt/sources.list"
    echo "Suite $1 from $main"
}

# Make a suite's package lists available. Trixie has all that is needed;
# bookworm's backports have it too, should a mirror not carry trixie.
refresh_lists() {
    local suite
    [[ ! -f $VIRELAY_BUILD/apt/fresh ]] || return 0
    mkdir -p "$VIRELAY_BUILD"/apt/{lists,cache/archives}/partial
    for suite in trixie bookworm-backports; do
        write_sources "$suite" || return 1
        if private_apt apt-get update; then
            touch "$VIRELAY_BUILD/apt/fresh"
            return
        fi
    done
    echo
    echo 'virelay: the mirror named above could not be reached, or does not'
    echo 'carry what is needed. Check the network (and Acquire::http::Proxy in'
    echo "apt's configuration), then call again."
    return 1
}

# The newest version of a package within one upstream series
newest() { # source|binary PACKAGE SERIES
    local versions
    if [[ $1 == source ]]; then
        versions=$(private_apt apt-cache showsrc --only-source "$2" \
            | sed -n 's/^Version: //p')
    else
        versions=$(private_apt apt-cache show "$2" | sed -n 's/^Version: //p')
    fi
    versions=$(grep -E "^([0-9]+:)?${3//./\\.}" <<<"$versions" \
        | sort -rV || true)
    if [[ -z $versions ]]; then
        echo "virelay: the mirror has no $2 ${3}x" >&2
        return 1
    fi
    head -n 1 <<<"$versions"
}

# A clean folder to download to, as the current one
enter_scratch() {
    rm -rf "$VIRELAY_BUILD/apt/scratch"
    mkdir -p "$VIRELAY_BUILD/apt/scratch"
    cd "$VIRELAY_BUILD/apt/scratch" || return 1
}

fetch_qemu() {
    local version
    refresh_lists
    version=$(newest source qemu 10.0.)
    enter_scratch
    private_apt apt-get source --only-source --download-only --tar-only \
        "qemu=$version"
    keep_download qemu_*.orig.tar.xz "$(echo qemu_*.orig.tar.xz)"
}

# Either the package linux-source-6.12 is installed on the machine, or its
# tarball is taken out of the package without installing it.
fetch_linux() {
    local version
    refresh_lists
    version=$(newest binary linux-source-6.12 6.12.)
    enter_scratch
    private_apt apt-get download "linux-source-6.12=$version"
    dpkg-deb --fsys-tarfile linux-source-6.12_*.deb \
        | tar -xO ./usr/src/linux-source-6.12.tar.xz >linux.tar.xz
    rm -f linux-source-6.12_*.deb
    keep_download linux.tar.xz "linux-source-6.12_$version.tar.xz"
}

fetch_meson() {
    local version
    refresh_lists
    version=$(newest binary meson 1.)
    enter_scratch
    private_apt apt-get download "meson=$version"
    keep_download meson_*.deb "$(echo meson_*.deb)"
    unpack_meson
}

meson_folder() { # DEB
    echo "$VIRELAY_CACHE/tools/$(basename "$1" .deb)"
}

unpack_meson() {
    local deb folder
    deb=$(downloaded 'meson_*.deb')
    verify_download "$deb"
    folder=$(meson_folder "$deb")
    rm -rf "$folder.part" "$folder"
    mkdir -p "$folder.part"
    dpkg-deb -x "$deb" "$folder.part"
    # Python looks for modules beside the script, so that this one runs without
    # a search path, also when ninja calls it again.
    {
        echo '#!/usr/bin/python3'
        echo 'import sys'
        echo 'from mesonbuild.mesonmain import main'
        echo 'sys.exit(main())'
    } >"$folder.part/usr/lib/python3/dist-packages/meson.py"
    chmod +x "$folder.part/usr/lib/python3/dist-packages/meson.py"
    mv "$folder.part" "$folder"
}
