#!/bin/sh
# Two containers on a node with MemoryQoS: one grows into its memory.max and is killed, the other stays above its
# memory.high and is slowed. A flight recorder with a trigger sees both.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
report_builder $((128 * MiB))
# memory.high = request + memoryThrottlingFactor x (limit - request), with 0.8: far enough from the limit not to meet it
search_indexer $((32 * MiB)) $((192 * MiB)) $((160 * MiB))

say doctor
run_collector doctor doctor
say start
run_collector start start --ring 10m --trigger oom --after 20s
sleep 15

say 'the builder grows'
CONTAINER=$BUILDER
grow report-builder 785 400 0.2
started report-builder builder
say 'the indexer grows'
CONTAINER=$INDEXER
grow indexer 946 400 0.15
started indexer indexer

killed_within 240 "$BUILDER" builder
say 'the builder was killed'
is_slowed() { [ "$(sed -n 's/^high //p' "$INDEXER/memory.events")" -gt 50 ]; }
until_true 240 is_slowed
say 'the indexer is slowed'
run_collector status status
run_collector second start
sleep 45
say snapshot
run_collector snapshot snapshot -o "$OUT/snapshot.tgz"
memory_of "$BUILDER" builder
memory_of "$INDEXER" indexer
memory_of kubepods.slice kubepods
say stop
run_collector stop stop -o "$OUT/recorded.tgz"
mv /var/lib/memforensics/*.tgz "$OUT/trigger.tgz"
find /var/lib/memforensics -type f >"$OUT/left-files.txt"
find . -name 'memforensics-*' >"$OUT/left-cgroups.txt"
say end
