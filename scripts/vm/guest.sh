#!/bin/sh
# What the scenes share: cgroups as a kubelet with the systemd driver and MemoryQoS makes them, programs that take memory
# in them, and a record of what is true, made without the collector. To be sourced; the current directory is the root of
# the cgroups.

OUT=/var/out
# shellcheck disable=SC2034 # for the scenes
MiB=1048576
TOTAL=$(awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)
cd /sys/fs/cgroup || exit 1

# noted NAME COMMAND…: runs it, with what it said in $OUT/NAME.txt, and its exit status
noted() {
  _name=$1
  shift
  _r=0
  "$@" >"$OUT/$_name.txt" 2>&1 || _r=$?
  fact "$_name.status" "$_r"
}

run_collector() { # NAME ARGUMENT…
  _name=$1
  shift
  noted "$_name" "$SHELL_UNDER_TEST" /vm/collect.sh "$@"
}

say() {
  read -r UP _ </proc/uptime
  printf '[%s] %s\n' "$UP" "$*"
  printf '[%s] %s\n' "$UP" "$*" >/dev/console
}

# fact NAME VALUE: something that is true of this run, for those who check what was made of it
fact() { printf '%s\t%s\n' "$1" "$2" >>"$OUT/facts.tsv"; }

# until_true SECONDS COMMAND…
until_true() {
  _left=$1
  shift
  until "$@"; do
    _left=$((_left - 1))
    [ "$_left" -gt 0 ] || { say "waited in vain: $*"; return 1; }
    sleep 1
  done
}

controllers() { echo '+cpu +memory +pids' >"$1/cgroup.subtree_control"; }

# The slices that stand on every node. The kubelet limits kubepods to what is allocatable: capacity less what is reserved.
node() { # RESERVED bytes
  controllers .
  for _s in kubepods.slice kubepods.slice/kubepods-burstable.slice kubepods.slice/kubepods-besteffort.slice; do
    mkdir "$_s"
    controllers "$_s"
  done
  echo $((TOTAL - $1)) >kubepods.slice/memory.max
  mkdir -p system.slice/kubelet.service /var/log/pods /var/log/containers
}

# kubelet_config RESERVED: what a kubelet would be started with; RESERVED is what node() takes off, as a quantity
kubelet_config() {
  mkdir -p /var/lib/kubelet
  cat >/var/lib/kubelet/config.yaml <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
systemReserved:
  memory: $1
evictionHard:
  memory.available: 100Mi
  nodefs.available: 10%
CONFIG
}

# pod NAMESPACE NAME UID QOS: its slice, in POD, with a sandbox in it. QOS: burstable, besteffort.
pod() {
  POD=kubepods.slice/kubepods-$4.slice/kubepods-$4-pod$(echo "$3" | tr - _).slice
  POD_NAME=$2 POD_NAMESPACE=$1 POD_UID=$3 POD_MIN=0 POD_MAX=0
  mkdir "$POD"
  controllers "$POD"
  container '' "$(echo "$3" | sha256sum | cut -c1-64)"
  idle pause -998
}

# container NAME ID [REQUEST LIMIT [HIGH]]: its scope, in CONTAINER. With MemoryQoS memory.min is the request, and memory.high
# lies between request and limit; memory.oom.group is 1 unless singleProcessOOMKill is set.
container() {
  CONTAINER=$POD/cri-containerd-$2.scope
  mkdir "$CONTAINER"
  echo 1 >"$CONTAINER/memory.oom.group"
  [ -n "$1" ] || return 0
  if [ -n "${3-}" ]; then
    echo "$3" >"$CONTAINER/memory.min"
    echo "$4" >"$CONTAINER/memory.max"
    POD_MIN=$((POD_MIN + $3)) POD_MAX=$((POD_MAX + $4))
    echo "$POD_MIN" >"$POD/memory.min"
    echo "$POD_MAX" >"$POD/memory.max"
    # the slices above protect no less than all beneath them
    for _s in kubepods.slice kubepods.slice/kubepods-burstable.slice; do
      echo $(($(cat "$_s/memory.min") + $3)) >"$_s/memory.min"
    done
  fi
  [ -z "${5-}" ] || echo "$5" >"$CONTAINER/memory.high"
  _l=/var/log/pods/${POD_NAMESPACE}_${POD_NAME}_$POD_UID/$1
  mkdir -p "$_l"
  : >"$_l/0.log"
  ln -s "$_l/0.log" "/var/log/containers/${POD_NAME}_${POD_NAMESPACE}_$1-$2.log"
}

# report_builder LIMIT: a pod with a container, in BUILDER, whose memory request is its limit, so that it has no memory.high.
# A pod's limit is the sum of its containers': with a second one the first meets its own limit before the pod's.
report_builder() {
  pod reports report-builder-6c9f7d5b48-m2xqk 5f0c7e52-93d1-4b8e-9a44-c1d7e6b20f3a burstable
  container builder 8f3c1d0e7a5b49628d1f0c3e5a7b9d2c4e6f8091a3b5c7d9e1f2031425364758 "$1" "$1"
  # shellcheck disable=SC2034 # for the scenes
  BUILDER=$CONTAINER
  container shipper c04e2f9a1d7b5836f1e0a9c2d4b6587930fe1d2c3b4a59687f6e5d4c3b2a1908 $((32 * MiB)) $((32 * MiB))
  idle log-shipper 785
}

# checkout HIGH: a pod that has its request and takes no part; with "max" no memory.high slows it
checkout() {
  pod shop checkout-5d8f9c7b6-x4t2p 0c7d1e9a-5b24-4f7e-8a60-3e91b2d4c658 burstable
  container checkout 2a9c4e7f1b3d5860e8f2a4c6d8b0917355e7f9a1b3c5d7e9f1a3b5c7d9e1f304 $((64 * MiB)) $((96 * MiB)) "$1"
  idle checkout 893
}

# search_indexer REQUEST LIMIT HIGH: a pod with a container, in INDEXER, that has a memory.high
search_indexer() {
  pod search indexer-0 a2e1b7c4-0d5f-4c61-8f13-77b0a95d2e48 burstable
  container indexer 1b7d92f4c0a8e635d1f70b2c4e9a6837512cfd0e84b9a7631f5d2c0e8a94b671 "$1" "$2" "$3"
  # shellcheck disable=SC2034 # for the scenes
  INDEXER=$CONTAINER
}

# in_container ADJ: this process, and what it will start
in_container() {
  echo 0 >"$CONTAINER/cgroup.procs"
  echo "$1" >/proc/self/oom_score_adj
}

# awk renames itself: /proc/self/comm can be written by the process alone
RENAME='BEGIN { printf "%s", name >"/proc/self/comm"; close("/proc/self/comm") }'

# idle NAME ADJ: in CONTAINER, a program called NAME that does nothing
idle() {
  [ -p /vm/never ] || mkfifo /vm/never
  (
    in_container "$2"
    exec awk -v name="$1" "$RENAME"' BEGIN { getline <"/vm/never" }'
  ) &
}

# grow NAME ADJ MIB PAUSE: in CONTAINER, a program called NAME that takes MIB MiB, one by one with PAUSE seconds between,
# and holds them. The shell that says when is in the cgroup too, as behind an entrypoint.
grow() {
  (
    in_container "$2"
    {
      n=0
      while [ "$n" -lt "$3" ]; do
        n=$((n + 1))
        echo
        sleep "$4"
      done
      exec sleep 100000
    } | awk -v name="$1" "$RENAME"' { held[NR] = sprintf("%1048576s", "") }'
  ) &
}

# pid_of NAME: the process of that name, in PID
pid_of() {
  PID=''
  for _p in /proc/[0-9]*; do
    read -r _c 2>/dev/null <"$_p/comm" || continue
    [ "$_c" != "$1" ] || PID=${_p#/proc/}
  done
  [ -n "$PID" ]
}

# started NAME FACT: its pid, once it runs
started() {
  until_true 60 pid_of "$1"
  fact "$2.pid" "$PID"
}

# was_killed CGROUP [TIMES]
was_killed() { [ "$(sed -n 's/^oom_kill //p' "$1/memory.events")" -ge "${2:-1}" ]; }

# killed_within SECONDS CGROUP FACT: waits until something in it was killed, and notes an instant after that
killed_within() {
  until_true "$1" was_killed "$2"
  read -r UP _ </proc/uptime
  fact "$3.killed_before" "$UP"
}

# memory_of CGROUP NAME: its memory files as they are now, as facts
memory_of() {
  for _f in current peak min high max oom.group; do fact "$2.memory.$_f" "$(cat "$1/memory.$_f")"; done
  while read -r _k _v; do fact "$2.events.$_k" "$_v"; done <"$1/memory.events"
  fact "$2.cgroup" "/$1"
}

: >"$OUT/facts.tsv"
fact boot "$(cat /proc/sys/kernel/random/boot_id)"
fact kernel "$(uname -r)"
fact total "$TOTAL"
