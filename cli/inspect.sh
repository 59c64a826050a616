# What a node holds, for `minicluster status` and `minicluster diff`. Only looks; runs as root; reads no key.
# Comes after lines that set:
#   units     names of the units that should run, separated by spaces
#   wanted    lines of: sha256 of the content a file should have, tab, its path
#   ask_for   status | contents | doctor
#   lookups   for doctor: names to look up, separated by spaces
# Prints lines with fields separated by tabs, the last one is "end"; cli/inspection.ts reads them.
# shellcheck shell=sh disable=SC2154  # the variables above
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

tab=$(printf '\t')
library=/var/lib/minicluster
manifest=$library/current/manifest
[ -f "$manifest" ] || manifest=/dev/null
# What the probe of the log relay found last.
log_metrics=/var/lib/prometheus/node-exporter/minicluster-logs.prom
# Larger files are told by their size.
largest=1048576

generation() {
    if [ -e "$library/plan" ]; then echo unfinished; fi
    [ "$manifest" != /dev/null ] || return 0
    printf 'generation\t%s\t%s\n' "$(basename "$(readlink "$library/current")")" "$(stat -c %Y "$library/current")"
    awk '$1 != "instance" && $1 != "rollout" { print "manifest\t" $0 }' "$manifest"
}

# Every path that is a file of ours, or should become one.
file_paths() {
    awk -F'\t' '$1 == "file" { print $2 }' "$manifest"
    printf '%s\n' "$wanted" | cut -f 2
}

credential_paths() {
    awk -F'\t' '$1 == "credential" { print $2 }' "$manifest"
}

# Contents of what lies among credentials are never read, whatever the manifest calls it.
regular_files() {
    file_paths | sort -u | grep -v -e '^$' -e '^/etc/credentials/' | while IFS= read -r path; do
        if [ -f "$path" ] && [ ! -L "$path" ]; then printf '%s\n' "$path"; fi
    done
}

disk() {
    { file_paths; credential_paths; } | sort -u | grep . |
        xargs -rd '\n' stat -c "disk$tab%n$tab%F$tab%a$tab%U$tab%G$tab%s" 2>/dev/null
    regular_files | xargs -rd '\n' sha256sum -z 2>/dev/null | tr '\0' '\n' | sed "s/^\(.\{64\}\)  /sum$tab\1$tab/"
}

# The content of files that are not as they should be.
contents() {
    regular_files | xargs -rd '\n' sha256sum -z 2>/dev/null | tr '\0' '\n' | sed "s/^\(.\{64\}\)  /\1$tab/" | sort >"$scratch/have"
    printf '%s\n' "$wanted" | sort >"$scratch/wanted"
    comm -23 "$scratch/have" "$scratch/wanted" | cut -f 2 | while IFS= read -r path; do
        [ "$(stat -c %s "$path")" -le "$largest" ] || continue
        printf 'content\t%s\t%s\n' "$path" "$(base64 -w 0 <"$path")"
    done
}

unit_states() {
    # shellcheck disable=SC2046,SC2086  # a list of words
    set -- $(printf '%s\n' $units $(awk -F'\t' '$1 == "unit" { print $2 }' "$manifest") | sort -u)
    [ $# -gt 0 ] || return 0
    systemctl show --property=LoadState,ActiveState,SubState,Type,Result -- "$@" | names="$*" awk '
        BEGIN { split(ENVIRON["names"], name, " "); i = 1 }
        /^$/ { i++; next }
        { print "unit\t" name[i] "\t" $0 }'
}

certificates() {
    credential_paths | grep -E '/(cert|ca)\.pem$' | while IFS= read -r path; do
        [ ! -f "$path" ] || printf 'certificate\t%s\t%s\n' "$path" "$(base64 -w 0 <"$path")"
    done
}

# Its members as this core node sees them. --cluster asks every member, the endpoints only those that we know of, but
# without a quorum.
etcd() {
    [ -r /etc/etcd/etcdctl.env ] && [ -r /etc/etcd/endpoints.env ] && command -v etcdctl >/dev/null || return 0
    (
        set -a
        # shellcheck disable=SC1091
        . /etc/etcd/etcdctl.env
        # shellcheck disable=SC1091
        . /etc/etcd/endpoints.env
        set +a
        etcd_says members member list --consistency=s
        etcd_says status endpoint status --cluster || etcd_says status endpoint status
        etcd_says health endpoint health --cluster || etcd_says health endpoint health
    )
}

# Of several endpoints those that answer are printed, and the exit status tells of the others: what counts is the text.
etcd_says() { # NAME ARGUMENT...
    name=$1
    shift
    answer=$(timeout 15 etcdctl --dial-timeout=2s --command-timeout=3s --write-out=json "$@" 2>/dev/null | tr -d '\n')
    [ -n "$answer" ] || return 1
    printf 'etcd\t%s\t%s\n' "$name" "$answer"
}

# What this Prometheus knows of the whole cluster, as JSON.
prometheus() {
    folder=/etc/minicluster/prometheus
    [ -r $folder/url ] && command -v promtool >/dev/null || return 0
    # Seen of late: a Prometheus that was killed believes for five minutes in whatever went away meanwhile.
    prometheus_says targets 'up and last_over_time(up[45s])'
    alerts='ALERTS{alertstate="firing", severity!="deadman"}'
    prometheus_says alerts "$alerts and last_over_time($alerts[45s])"
}

prometheus_says() { # NAME QUERY
    answer=$(timeout 10 promtool query instant -o json --http.config.file=$folder/client.yml "$(cat $folder/url)" "$2" 2>/dev/null | tr -d '\t\n')
    [ -z "$answer" ] || printf 'fact\tprometheus\t%s\t%s\n' "$1" "$answer"
}

# What the whole machine is like. The clock comes last before its line is sent.
facts() {
    df -Pk / /var /var/lib 2>/dev/null | awk 'NR > 1 && !seen[$6]++ { print "fact\tdisk\t" $6 "\t" $5 "\t" $4 }'
    systemctl list-units --failed --plain --no-legend --no-pager | awk '{ print "fact\tfailed\t" $1 }'
    for name in $lookups; do
        printf 'fact\tlookup\t%s\t%s\n' "$name" "$(timeout 5 getent ahosts "$name" | awk '{ print $1 }' | sort -u | paste -sd ' ' -)"
    done
    if [ -r "$log_metrics" ]; then
        awk '/^minicluster_log_[a-z_]+ [0-9]+$/ { print "fact\tlogs\t" $1 "\t" $2 }' "$log_metrics"
    fi
    prometheus
    printf 'fact\tclock\t%s\n' "$(date +%s.%N)"
}

printf 'minicluster-inspection\t1\n'
generation
disk
unit_states
case $ask_for in
status)
    certificates
    etcd
    ;;
doctor)
    certificates
    etcd
    facts
    ;;
contents)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    contents
    ;;
esac
echo end
