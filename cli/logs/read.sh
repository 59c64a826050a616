# Lines of the log collector's files, for `minicluster logs`. Only looks; runs as root on the collector's node.
# Comes after lines that set:
#   services  services whose files are read, separated by spaces
#   nodes     only lines of these, separated by spaces; empty: of all
#   first     the first day to look at (a line is filed on the day of its arrival, never before it was said); empty: every day
#   since     lines said before are left out, RFC 3339 in UTC; empty: none
#   until     lines said after are left out; empty: none
#   follow    yes: then lines that arrive, as they arrive, and an empty line each second
# Prints the lines as they are filed, sorted by time. The time is what each of them begins with.
# shellcheck shell=sh disable=SC2154  # the variables above
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

cd /var/log/minicluster 2>/dev/null || {
    echo 'no log was collected on this node yet' >&2
    exit 3
}

# files DAY...: those that are wanted, as DAY/NODE/SERVICE.log or .log.gz
files() {
    for day in "$@"; do
        [ -d "$day" ] || continue
        for node in ${nodes:-$(ls "$day")}; do
            for service in $services; do
                for file in "$day/$node/$service.log.gz" "$day/$node/$service.log"; do
                    [ ! -f "$file" ] || printf '%s\n' "$file"
                done
            done
        done
    done
}

days() {
    for day in 20[0-9][0-9]-[01][0-9]-[0-3][0-9]; do
        if [ -d "$day" ] && [ "$(printf '%s\n' "$day" "$first" | sort | head -n 1)" = "$first" ]; then printf '%s\n' "$day"; fi
    done
}

within() {
    awk -v since="$since" -v until="$until" '
        /^\{"time":"/ { time = substr($0, 10, 26); if ((since == "" || time >= since) && (until == "" || time <= until)) print }'
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM PIPE

# What is open is read up to where it is now, so that following begins there.
# shellcheck disable=SC2046  # days
files $(days) >"$scratch/files"
: >"$scratch/places"
while IFS= read -r file; do
    case $file in
    *.gz) gzip --decompress --stdout "$file" ;;
    *)
        size=$(stat -c %s "$file")
        printf '%s %s\n' "$size" "$file" >>"$scratch/places"
        head -c "$size" "$file"
        ;;
    esac
done <"$scratch/files" 2>/dev/null | within | sort -u --temporary-directory="$scratch"

[ "$follow" = yes ] || exit 0
while :; do
    echo || exit 0
    sleep 1
    # Yesterday's, too: its last lines, just after midnight.
    files "$(date --utc --date=yesterday +%F)" "$(date --utc +%F)" | grep '\.log$' | while IFS= read -r file; do
        from=$(awk -v file="$file" '$2 == file { place = $1 } END { print place + 0 }' "$scratch/places")
        to=$(stat -c %s "$file" 2>/dev/null) || continue
        # Emptied since: read from its beginning.
        [ "$to" -ge "$from" ] || from=0
        if [ "$to" -gt "$from" ]; then
            tail -c "+$((from + 1))" "$file" | head -c "$((to - from))" >"$scratch/part"
            # A line of which the rest is still to come waits for it.
            lines=$(wc -l <"$scratch/part")
            head -n "$lines" "$scratch/part" >"$scratch/lines"
            to=$((from + $(stat -c %s "$scratch/lines")))
            cat "$scratch/lines" >>"$scratch/batch"
        fi
        printf '%s %s\n' "$to" "$file" >>"$scratch/places"
    done
    # One entry for each file.
    awk '{ place[$2] = $1 } END { for (file in place) print place[file], file }' "$scratch/places" >"$scratch/places.new"
    mv "$scratch/places.new" "$scratch/places"
    if [ -s "$scratch/batch" ]; then within <"$scratch/batch" | sort -u; fi
    : >"$scratch/batch"
done
