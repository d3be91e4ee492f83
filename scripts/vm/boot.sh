#!/bin/sh
# Boots Debian's cloud kernel in a small virtual machine without acceleration, runs one scene in it with scripts/collect.sh
# on a real cgroup v2, and leaves what the scene wrote in a directory:
#
#   sh scripts/vm/boot.sh SCENE OUT [SHELL]
#
#   SCENE   a name in scripts/vm/scenes
#   OUT     a directory that does not exist yet: the scene's files, and console.log
#   SHELL   what runs the collector there: dash (default) or ash
#
# The machine is an initramfs of busybox and dash with one disk for /var, so it needs no image, no network and no root.
# Nothing is installed: it says which Debian packages are missing. The kernel and the static busybox, which cannot stand
# beside what a host has installed, are downloaded with apt-get and unpacked under ${MEMFORENSICS_VM_CACHE}.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scene=${1:?usage: boot.sh SCENE OUT [SHELL]}
out=${2:?usage: boot.sh SCENE OUT [SHELL]}
shell=${3:-dash}
cache=${MEMFORENSICS_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/memforensics-vm}
PATH=$PATH:/usr/sbin:/sbin

die() { printf 'boot.sh: %s\n' "$*" >&2; exit 1; }

[ -f "$here/scenes/$scene.sh" ] || die "no scene $scene: $(cd "$here/scenes" && echo *.sh)"
[ ! -e "$out" ] || die "$out is there already"
missing=''
while read -r command package; do
  command -v "$command" >/dev/null || missing="$missing $package"
done <<'LIST'
qemu-system-x86_64 qemu-system-x86
dash dash
mke2fs e2fsprogs
debugfs e2fsprogs
apt-get apt
dpkg-deb dpkg
LIST
[ -z "$missing" ] || die "missing: apt-get install --no-install-recommends$missing"

# unpacked NAME PACKAGE: a package's files in $cache/NAME, downloaded once
unpacked() {
  [ ! -d "$cache/$1" ] || return 0
  mkdir -p "$cache/$1.new" "$cache/deb"
  (cd "$cache/deb" && rm -f "$2"_*.deb && apt-get download -q "$2" >&2) || die "cannot download $2 (apt-get update?)"
  dpkg-deb -x "$cache/deb/$2"_*.deb "$cache/$1.new"
  mv "$cache/$1.new" "$cache/$1"
}

unpacked busybox busybox-static
if [ ! -d "$cache/kernel" ]; then
  # the name without a version is an empty package that depends on the newest
  image=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p')
  [ -n "$image" ] || die "apt knows no linux-image-cloud-amd64 (apt-get update?)"
  unpacked kernel "$image"
fi
busybox=$cache/busybox/bin/busybox

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

root=$work/root
mkdir -p "$root/bin" "$root/lib/modules" "$root/dev" "$root/proc" "$root/sys" "$root/var" "$root/tmp" "$root/etc" "$root/vm"
cp "$busybox" "$root/bin/busybox"
cp "$here/init.sh" "$root/init"
cp "$here/guest.sh" "$here/../collect.sh" "$root/vm/"
cp "$here/scenes/$scene.sh" "$root/vm/scene.sh"
chmod 755 "$root/init"
# dash and the libraries it is linked with, where its interpreter looks for them
for file in $(command -v dash) $(ldd "$(command -v dash)" | grep -o '/[^ ]*'); do
  to=$root$file
  [ "${file##*/}" != dash ] || to=$root/bin/dash
  mkdir -p "${to%/*}"
  cp -L "$file" "$to"
done
# the disk's driver, in the order in which its modules need each other
for name in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
  find "$cache/kernel/lib/modules" -name "$name.ko" -exec cp {} "$root/lib/modules/" \;
  echo "$name" >>"$root/lib/modules/order"
done
(cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$work/initrd"

truncate -s 512M "$work/disk"
mke2fs -q -F -t ext4 "$work/disk"

mkdir -p "$out"
# One processor, and as little of the host's as it leaves over. The clock goes on while the guest waits.
nice -n "${MEMFORENSICS_VM_NICE:-19}" timeout "${MEMFORENSICS_VM_SECONDS:-900}" qemu-system-x86_64 -accel "${MEMFORENSICS_VM_ACCEL:-tcg}" -M pc -cpu max \
  -smp 1 -m "${MEMFORENSICS_VM_MEMORY:-640}" -nodefaults -no-reboot -display none -rtc base=utc,clock=vm -icount shift=0,sleep=off \
  -serial "file:$out/console.log" \
  -kernel "$(echo "$cache"/kernel/boot/vmlinuz-*)" -initrd "$work/initrd" \
  -append "console=ttyS0 loglevel=4 panic=-1 memforensics.shell=$shell" \
  -drive "file=$work/disk,format=raw,if=none,id=var,cache=unsafe" -device virtio-blk-pci,drive=var </dev/null ||
  die "the machine did not end by itself; see $out/console.log"

debugfs -R "rdump /out $work" "$work/disk" >/dev/null 2>&1
[ -d "$work/out" ] || die "the machine wrote nothing; see $out/console.log"
cp -R "$work/out/." "$out/"
[ -f "$out/done" ] || die "the scene did not come to its end; see $out/console.log"
