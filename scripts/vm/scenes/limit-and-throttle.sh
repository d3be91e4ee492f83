#!/bin/sh
# Two containers on a node with MemoryQoS: one grows into its memory.max and is killed, the other stays above its
# memory.high and is slowed. A flight recorder with a trigger sees both.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
# memory request = limit, so it has no memory.high
pod reports report-builder-6c9f7d5b48-m2xqk 5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a burstable
container builder 8f3c1d0e7a5b49628d1f0c3e5a7b9d2c4e6f8091a3b5c7d9e1f2031425364758 $((128 * MiB)) $((128 * MiB))
builder=$CONTAINER
# A pod's limit is the sum of its containers': with a second one the first meets its own limit before the pod's
container shipper c04e2f9a1d7b5836f1e0a9c2d4b6587930fe1d2c3b4a59687f6e5d4c3b2a1908 $((32 * MiB)) $((32 * MiB))
idle log-shipper 785
# memory.high = request + memoryThrottlingFactor x (limit - request), with 0.8: far enough from the limit not to meet it
pod search indexer-0 a2e1b7c4-0d5f-4c61-8f13-77b0a95d2e48 burstable
container indexer 1b7d92f4c0a8e635d1f70b2c4e9a6837512cfd0e84b9a7631f5d2c0e8a94b671 $((32 * MiB)) $((192 * MiB)) $((160 * MiB))
indexer=$CONTAINER

say doctor
run_collector doctor doctor
say start
run_collector start start --ring 10m --trigger oom --after 20s
sleep 15

say 'the builder grows'
CONTAINER=$builder
grow report-builder 785 400 0.2
started report-builder builder
say 'the indexer grows'
CONTAINER=$indexer
grow indexer 946 400 0.15
started indexer indexer

until_true 240 was_killed "$builder"
read -r up _ </proc/uptime
fact builder.killed_before "$up"
say 'the builder was killed'
is_slowed() { [ "$(sed -n 's/^high //p' "$indexer/memory.events")" -gt 50 ]; }
until_true 240 is_slowed
say 'the indexer is slowed'
run_collector status status
run_collector second start
sleep 45
say snapshot
run_collector snapshot snapshot -o "$OUT/snapshot.tgz"
memory_of "$builder" builder
memory_of "$indexer" indexer
memory_of kubepods.slice kubepods
say stop
run_collector stop stop -o "$OUT/recorded.tgz"
mv /var/lib/memforensics/*.tgz "$OUT/trigger.tgz"
find /var/lib/memforensics -type f >"$OUT/left-files.txt"
find . -name 'memforensics-*' >"$OUT/left-cgroups.txt"
say end
