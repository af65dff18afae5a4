#!/usr/bin/env bash
# The Debian package in a bare Debian 12: installed, used, upgraded, removed, purged.
#   package.sh OLD.deb NEW.deb    as root, with network; OLD and NEW differ in their version only
set -euo pipefail

old=$1 new=$2
work=$(mktemp -d)
root=$work/root
running=()
cleanup() {
  for process in "${running[@]}"; do
    kill "$process" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap cleanup EXIT
fail() {
  printf 'prove: %s\n' "$*" >&2
  exit 1
}
expect() {
  [[ $2 == "$3" ]] || fail "$1: '$2' instead of '$3'"
  printf 'prove: %s: %s\n' "$1" "$2"
}
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive "$@"; }
as_service() { chroot --userspec=cohort-sync:cohort-sync "$root" "$@"; }
# Without what apt, dpkg and the making of a user leave.
files() { (cd "$root" && find . -xdev \( -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg \
  -o -path ./var/log -o -path ./tmp -o -path ./run -o -path './etc/*shadow-' -o -path './etc/group-' \
  -o -path './etc/passwd-' \) -prune -o -print | sort); }

echo "prove: a bare Debian 12 (debootstrap, minbase)"
debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian >"$work/debootstrap.log" ||
  fail "debootstrap: $(tail -3 "$work/debootstrap.log")"
inside apt-get update --quiet --quiet
cp "$old" "$root/tmp/old.deb"
cp "$new" "$root/tmp/new.deb"

echo "prove: what the package depends on comes first, so that what it leaves behind itself can be told"
mapfile -t depends < <(dpkg-deb --field "$old" Depends | tr ',|' '\n\n' | sed 's/(.*//; s/ //g')
begin=$(date +%s%N)
inside apt-get install --yes --quiet --quiet --no-install-recommends "${depends[@]}" >"$work/apt.log" 2>&1 ||
  fail "its dependencies: $(tail -3 "$work/apt.log")"
dependencies=$(($(date +%s%N) - begin))
files >"$work/before"

begin=$(date +%s%N)
inside apt-get install --yes --quiet --quiet --no-install-recommends /tmp/old.deb >"$work/apt.log" 2>&1 ||
  fail "installing: $(tail -3 "$work/apt.log")"
# A plain command and no function, so that $! is the program itself.
chroot "$root" cohort-sync simulate --json >"$work/stand-ins.json" 2>/dev/null &
running+=($!)
for _ in $(seq 100); do
  jq -e .control_url "$work/stand-ins.json" >/dev/null 2>&1 && break
  sleep 0.1
done
value() { jq -r ".$1" "$work/stand-ins.json"; }
keys=("AMPLITUDE_API_KEY=$(value amplitude_api_key)" "AMPLITUDE_SECRET_KEY=$(value amplitude_secret_key)"
  "CORDIAL_API_KEY=$(value cordial_api_key)")
inside sh -c 'mkdir /tmp/demo && cp /usr/share/cohort-sync/demo.json /tmp/demo/cohort-sync.json'
inside env "${keys[@]}" cohort-sync --config /tmp/demo/cohort-sync.json sync 9apg8e8f >"$work/sync.txt" ||
  fail "the first sync: $(cat "$work/sync.txt")"
took=$(($(date +%s%N) - begin))
grep -q 'delivered  10 operations' "$work/sync.txt" || fail "the first sync: $(cat "$work/sync.txt")"
printf 'prove: from the package to the demo'\''s first sync: %d.%d s, and %d.%d s for what it depends on\n' \
  $((took / 1000000000)) $((took / 100000000 % 10)) \
  $((dependencies / 1000000000)) $((dependencies / 100000000 % 10))
((took + dependencies < 60000000000)) || fail "that is a minute or more"

expect "version" "$(inside cohort-sync --version | cut -d' ' -f1)" cohort-sync
expect "the state's folder" "$(inside stat -c '%a %U %G' /var/lib/cohort-sync)" "700 cohort-sync cohort-sync"
expect "the folder of keys" "$(inside stat -c '%a %U %G' /etc/cohort-sync/keys)" "700 root root"
expect "the user's shell" "$(inside getent passwd cohort-sync | cut -d: -f7)" /usr/sbin/nologin
for file in /lib/systemd/system/cohort-sync.service /usr/share/man/man1/cohort-sync.1.gz \
  /usr/share/bash-completion/completions/cohort-sync /usr/share/zsh/vendor-completions/_cohort-sync \
  /usr/share/doc/cohort-sync/copyright /usr/share/doc/cohort-sync/changelog.gz; do
  [[ -s $root/$file ]] || fail "$file is missing or empty"
done

# The service by hand, as its user, with keys as systemd gives them.
sed 's#"cohort-sync.db"#"/var/lib/cohort-sync/cohort-sync.db"#; s#"env:AMPLITUDE_API_KEY"#"credential:key_api"#;
     s#"env:AMPLITUDE_SECRET_KEY"#"credential:key_secret"#; s#"env:CORDIAL_API_KEY"#"credential:key_cordial"#' \
  "$root/usr/share/cohort-sync/demo.json" >"$root/etc/cohort-sync/cohort-sync.json"
inside install -d -m 500 -o cohort-sync -g cohort-sync /run/cohort-sync-keys
credential() {
  printf '%s\n' "$2" >"$root/run/cohort-sync-keys/key_$1"
  inside chown cohort-sync: "/run/cohort-sync-keys/key_$1"
  inside chmod 400 "/run/cohort-sync-keys/key_$1"
}
credential api "$(value amplitude_api_key)"
credential secret "$(value amplitude_secret_key)"
credential cordial "$(value cordial_api_key)"
serve_until() {  # FILE TEXT: serves until the log has TEXT, then stops it
  CREDENTIALS_DIRECTORY=/run/cohort-sync-keys chroot --userspec=cohort-sync:cohort-sync "$root" \
    cohort-sync --config /etc/cohort-sync/cohort-sync.json --log-level info serve 2>"$1" &
  local daemon=$!
  running+=("$daemon")
  for _ in $(seq 300); do
    grep -q "$2" "$1" && break
    kill -0 "$daemon" 2>/dev/null || fail "serve ended: $(cat "$1")"
    sleep 0.1
  done
  grep -q "$2" "$1" || fail "serve said no '$2': $(cat "$1")"
  kill "$daemon"
  wait "$daemon" || fail "serve ended with $?: $(cat "$1")"
}
runs() { as_service cohort-sync --config /etc/cohort-sync/cohort-sync.json --json runs | jq '.runs | length'; }
serve_until "$work/serve.txt" 'run ended run=2 .*state=succeeded'
expect "runs of the service" "$(runs)" 2

inside dpkg --install /tmp/new.deb >"$work/dpkg.log" 2>&1 || fail "upgrading: $(tail -3 "$work/dpkg.log")"
expect "version after the upgrade" "$(inside dpkg-query -W -f '${Version}' cohort-sync)" \
  "$(dpkg-deb --field "$new" Version)"
expect "runs after the upgrade" "$(runs)" 2
serve_until "$work/serve.txt" 'serving 2 syncs'

inside dpkg --remove cohort-sync >"$work/dpkg.log" 2>&1 || fail "removing: $(tail -3 "$work/dpkg.log")"
files | comm -13 "$work/before" - >"$work/left"
echo "prove: left by 'remove':" && sed 's/^/  /' "$work/left"
for file in ./etc/cohort-sync/cohort-sync.json ./var/lib/cohort-sync/cohort-sync.db; do
  grep -qx "$file" "$work/left" || fail "'remove' took $file along"
done
! grep -q '^./usr\|^./lib' "$work/left" || fail "'remove' left something of the program"

inside dpkg --install /tmp/old.deb >"$work/dpkg.log" 2>&1 || fail "installing again: $(tail -3 "$work/dpkg.log")"
expect "runs after an installation over what was left" "$(runs)" 2
inside dpkg --purge cohort-sync >"$work/dpkg.log" 2>&1 || fail "purging: $(tail -3 "$work/dpkg.log")"
files | comm -13 "$work/before" - >"$work/left"
expect "left by 'purge' besides the user" "$(cat "$work/left")" ""
inside getent passwd cohort-sync >/dev/null || fail "'purge' removed the user"
echo "prove: the package does what a package has to"
