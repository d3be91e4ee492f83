#!/bin/sh
# A pod writes files into its memory-backed emptyDir until the node has nothing left. No process holds them, so the kernel's
# kills give nothing back, and others die with the writer.
set -eu
# shellcheck source=scripts/vm/guest.sh
. /vm/guest.sh

node $((64 * MiB))
kubelet_config 64Mi
pod shop checkout-5d8f9c7b6-x4t2p 0c7d1e9a-5b24-4f7e-8a60-3e91b2d4c658 burstable
container checkout 2a9c4e7f1b3d5860e8f2a4c6d8b0917355e7f9a1b3c5d7e9f1a3b5c7d9e1f304 $((64 * MiB)) $((96 * MiB))
idle checkout 893
grow checkout-heap 893 40 0.02
pod media transcoder-7d9c5f6b8d-h8zkq 7e3b5d1f-2c48-4a9e-b6d0-91f8c3a7e524 burstable
container transcoder d41f8e2c6a0b9573e1c5f7a9b3d8e6042f4a6c8e0b1d3f5a7c9e2b4d6f8a0c1e
transcoder=$CONTAINER
volume=/var/lib/kubelet/pods/$POD_UID/volumes/kubernetes.io~empty-dir/frames
mkdir -p "$volume"
mount -t tmpfs -o size=95% tmpfs "$volume"

run_collector start start --interval 2
sleep 40
say 'the transcoder writes its frames'
(
  in_container 975
  n=0
  while [ "$n" -lt 1200 ]; do
    n=$((n + 1))
    dd if=/dev/zero of="$volume/frame.$n" bs=1M count=1 2>/dev/null
    sleep 0.03
  done
  exec sleep 100000
) &
killed_within 300 "$transcoder" node
fact files "$(($(du -s "$volume" | cut -f 1) * 1024))"
sleep 12
run_collector stop stop -o "$OUT/recorded.tgz"
fact oom_kill "$(sed -n 's/^oom_kill //p' /proc/vmstat)"
say end
