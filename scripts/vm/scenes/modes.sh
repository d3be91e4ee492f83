#!/bin/sh
# The collector's other ways: too late, from a debug pod, with a kernel log that overruns, killed and packed, triggered by
# stalls.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
pod reports report-builder-6c9f7d5b48-m2xqk 5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a burstable
container builder 8f3c1d0e7a5b49628d1f0c3e5a7b9d2c4e6f8091a3b5c7d9e1f2031425364758 $((48 * MiB)) $((48 * MiB))
builder=$CONTAINER
container shipper c04e2f9a1d7b5836f1e0a9c2d4b6587930fe1d2c3b4a59687f6e5d4c3b2a1908 $((32 * MiB)) $((32 * MiB))
idle log-shipper 785
pod search indexer-0 a2e1b7c4-0d5f-4c61-8f13-77b0a95d2e48 burstable
container indexer 1b7d92f4c0a8e635d1f70b2c4e9a6837512cfd0e84b9a7631f5d2c0e8a94b671 $((16 * MiB)) $((64 * MiB)) $((32 * MiB))
indexer=$CONTAINER

say 'a kill that nobody recorded'
CONTAINER=$builder
grow report-builder 785 200 0.05
started report-builder missed
until_true 120 was_killed "$builder"
memory_of "$builder" missed
# a program may call itself what it likes
sleep 3
until ! pid_of sleep; do kill "$PID" || true; done
grow "$(printf 'evil\nanon 5')" 785 200 0.05
until_true 120 was_killed "$builder" 6

say 'one shot, afterwards'
run_collector status-none status
run_collector late --duration 12 --since 10m -o "$OUT/late.tgz"

say 'from a debug pod'
mkdir -p /pod/bin /pod/proc /pod/dev /pod/tmp /pod/host
cp /bin/busybox /pod/bin/
chroot /pod /bin/busybox --install -s /bin
cp /vm/collect.sh /pod/collect.sh
mount --rbind / /pod/host
mount -t proc proc /pod/proc
mount --bind /dev /pod/dev
in_pod() {
  _name=$1
  shift
  _r=0
  chroot /pod /bin/sh /collect.sh --root /host "$@" >"$OUT/$_name.txt" 2>&1 || _r=$?
  fact "$_name.status" "$_r"
}
in_pod root-doctor doctor
in_pod root --duration 8 -o /var/out/root.tgz
in_pod outside-doctor --no-chroot doctor
in_pod outside --no-chroot --duration 8 -o /host/var/out/outside.tgz

say 'the kernel log overruns its reader'
run_collector start start --ring 10m --trigger psi=15 --after 5s
spool=$(head -n 1 "$OUT/start.txt")
sleep 3
echo on >/proc/sys/kernel/printk_devkmsg
reader=$(sed -n "s/.*PID_KMSG='\([0-9]*\)'.*/\1/p" "$spool/.run/readers")
fact gap.reader "$reader"
kill -STOP "$reader"
n=0
while [ "$n" -lt 3000 ]; do
  n=$((n + 1))
  echo "<6>flood: line $n of a driver that has much to say about very little indeed"
done >/dev/kmsg
kill -CONT "$reader"
sleep 12

say 'stalls trigger'
CONTAINER=$indexer
grow indexer 893 60 0.1
started indexer indexer
is_sealed() { [ -n "$(find /var/lib/memforensics -maxdepth 1 -name '*.tgz')" ]; }
until_true 120 is_sealed
mv /var/lib/memforensics/*.tgz "$OUT/stalled.tgz"
memory_of "$indexer" indexer

say 'killed'
cat memforensics-*/cgroup.procs >"$OUT/own-pids.txt"
xargs kill -KILL <"$OUT/own-pids.txt"
sleep 2
run_collector status-killed status
run_collector pack pack "$spool" -o "$OUT/packed.tgz"
run_collector again --duration 3 -o "$OUT/again.tgz"
find . -name 'memforensics-*' >"$OUT/left-cgroups.txt"
say end
