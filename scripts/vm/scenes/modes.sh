#!/bin/sh
# The collector's other ways: too late, from a debug pod, with a kernel log that overruns, killed and packed, triggered by
# stalls.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
report_builder $((48 * MiB))
search_indexer $((16 * MiB)) $((64 * MiB)) $((32 * MiB))

say 'a kill that nobody recorded'
CONTAINER=$BUILDER
grow report-builder 785 200 0.05
started report-builder missed
until_true 120 was_killed "$BUILDER"
memory_of "$BUILDER" missed
# a program may call itself what it likes
sleep 3
until ! pid_of sleep; do kill "$PID" || true; done
grow "$(printf 'evil\nanon 5')" 785 200 0.05
until_true 120 was_killed "$BUILDER" 6

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
  noted "$_name" chroot /pod /bin/sh /collect.sh --root /host "$@"
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
CONTAINER=$INDEXER
grow indexer 893 60 0.1
started indexer indexer
is_sealed() { [ -n "$(find /var/lib/memforensics -maxdepth 1 -name '*.tgz')" ]; }
until_true 120 is_sealed
mv /var/lib/memforensics/*.tgz "$OUT/stalled.tgz"
memory_of "$INDEXER" indexer

say 'killed'
cat memforensics-*/cgroup.procs >"$OUT/own-pids.txt"
xargs kill -KILL <"$OUT/own-pids.txt"
sleep 2
run_collector status-killed status
run_collector pack pack "$spool" -o "$OUT/packed.tgz"
run_collector again --duration 3 -o "$OUT/again.tgz"
find . -name 'memforensics-*' >"$OUT/left-cgroups.txt"
say end
