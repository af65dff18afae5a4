#!/usr/bin/env bash
# The container of config/Containerfile: built from the Debian package on a bare Debian 12, then it
# serves the demo until both of its syncs have ended.
#   container.sh DEB    as root, with network and buildah
# No registry is asked: the image that the file begins with is made by debootstrap.
set -euo pipefail

deb=$1
work=$(mktemp -d)
# Nothing of it shares a store with the containers of this machine.
images=(buildah --root "$work/images" --runroot "$work/run" --storage-driver vfs)
simulator=
cleanup() {
  [[ -z $simulator ]] || kill "$simulator" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
fail() {
  printf 'prove: %s\n' "$*" >&2
  exit 1
}
options=()
inside() { "${images[@]}" run --isolation chroot "${options[@]}" "$container" -- "$@"; }

echo "prove: a bare Debian 12 (debootstrap, minbase) as the image to begin with"
debootstrap --variant=minbase bookworm "$work/root" http://deb.debian.org/debian >"$work/debootstrap.log" ||
  fail "debootstrap: $(tail -3 "$work/debootstrap.log")"
base=$("${images[@]}" from scratch)
"${images[@]}" copy --quiet "$base" "$work/root" / >/dev/null
"${images[@]}" commit --quiet "$base" "$(sed -n 's/^FROM //p' config/Containerfile)" >/dev/null

echo "prove: the image of config/Containerfile"
mkdir "$work/context"
cp "$deb" "$work/context"
"${images[@]}" bud --isolation chroot --pull-never --format docker --file config/Containerfile \
  --tag cohort-sync "$work/context" >"$work/build.log" 2>&1 || fail "building: $(tail -3 "$work/build.log")"
container=$("${images[@]}" from --pull-never localhost/cohort-sync)

# The program of the package is also the stand-ins; they run beside the container, on this machine's
# loopback.
dpkg-deb --extract "$deb" "$work/unpacked"
"$work/unpacked/usr/bin/cohort-sync" simulate --json --amplitude-port 0 --cordial-port 0 \
  --control-port 0 >"$work/stand-ins.json" 2>/dev/null &
simulator=$!
for _ in $(seq 100); do
  jq -e .control_url "$work/stand-ins.json" >/dev/null 2>&1 && break
  sleep 0.1
done
value() { jq -r ".$1" "$work/stand-ins.json"; }
sed "s#\"cohort-sync.db\"#\"/var/lib/cohort-sync/cohort-sync.db\"#; s#http://127.0.0.1:8401#$(value amplitude_url)#
     s#http://127.0.0.1:8402/v2#$(value cordial_endpoint)#" config/demo.json >"$work/cohort-sync.json"
chmod 644 "$work/cohort-sync.json"
chmod 755 "$work"

mapfile -t program < <("${images[@]}" inspect "$container" |
  jq -r '.Docker.config | (.Entrypoint + .Cmd)[]')
printf 'prove: it runs: %s\n' "${program[*]}"
options=(--volume "$work/cohort-sync.json:/etc/cohort-sync/cohort-sync.json:ro"
  --env "AMPLITUDE_API_KEY=$(value amplitude_api_key)"
  --env "AMPLITUDE_SECRET_KEY=$(value amplitude_secret_key)"
  --env "CORDIAL_API_KEY=$(value cordial_api_key)")
: >"$work/serve.log"
inside "${program[@]}" >"$work/serve.log" 2>&1 &
serving=$!
succeeded() { grep -c '"run ended".*"state":"succeeded"' "$work/serve.log" || true; }
for _ in $(seq 600); do
  [[ $(succeeded) == 2 ]] && break
  kill -0 "$serving" 2>/dev/null || fail "serve ended: $(cat "$work/serve.log")"
  sleep 0.1
done
sed 's/^/  /' "$work/serve.log"
[[ $(succeeded) == 2 ]] || fail "not both syncs ended well"
kill "$serving"
wait "$serving" || true
options=()
user=$(inside id -un)
[[ $user == cohort-sync ]] || fail "it runs as '$user'"
echo "prove: the container serves as its user"
