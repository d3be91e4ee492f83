#!/bin/sh
# memforensics collector: records what the kernel, the kubelet and the runtime did to a node's memory.
#
# One file, POSIX sh (dash, bash, busybox ash), nothing to install. Copy it to the node and run it as root:
#
#   sh collect.sh                    record for two minutes (or until Ctrl-C), print where the bundle is
#   sh collect.sh start              record in the background until `stop`
#   sh collect.sh --help             everything else
#
# Why it is built as it is. In an out-of-memory incident a fork is what fails first, and in dash and busybox a failed
# fork ends the script. So: the fast tier uses shell builtins only; the ticker and the log readers are started once,
# before the pressure, and never fork; an EXIT trap re-executes this script without a fork, its state in its arguments.
# Builtins that POSIX calls special (exec, :) end dash when their redirection fails: none of them opens a file here
# without `command` before it.
#
# FORMAT, where the description of the bundle leaves a choice
#   index.tsv   tab-separated, first line "#file bytes cksum first_up last_up records gen"; bytes and cksum (POSIX cksum,
#               "-" where the host has none) are those of the file as named, i.e. of the .gz; records = ticks, or lines of
#               a log, of which the two uptimes are those between which the file was open. Later rows win.
#   clock.tsv   tab-separated, first line "#uptime monotonic realtime boot_offset kmsg_seq boot_id"; uptime in seconds as
#               /proc/uptime prints it, the next three in ns (realtime alone may be rounded to 10 ms, µs or s), "-" unknown.
#   ticks       fast ticks carry full paths, mid and full ticks numbers; real=- in fast ticks of a shell that has no clock.
#               Tick numbers are unique; fast ones odd, others even. Segment numbers are counted in the fast tier and in
#               the others apart. A tick that could not be written has no `@@ end`. Fast ticks hold the root cgroup's
#               memory.stat too (v1: its usage): the kubelet's memory.available is made of it.
#   logs        kubelet and runtime: journal JSON (selected fields) or, without a journal, the lines of their log files.
#               logs/kmsg.N is /dev/kmsg as read. A reader that died is started anew and reads the ring from its start:
#               the same sequence number is the same record.
#   node/…      kubelet-config.yaml|json: allow-listed keys; kubelet-flags: one flag a line; ls-var-log-pods,
#               ls-var-log-containers: `ls -lR`, `ls -l`; crictl-ps, crictl-pods: crictl's tables, without truncation;
#               versions: "name: first line of its output".
#   node/end/api  pods.json, events.json, nodes.json: lists as kubectl prints them, only the fields of api_fields.
#   manifest    see write_manifest. self.pids and self.cgroup are the collector's own: no evidence. generations and marks
#               are null in a snapshot or a triggered bundle, whose recorder went on.
#   .run/       the collector's own state inside a spool; never packed.

# EPOCHREALTIME is used only where probe_clock has seen it run.
# shellcheck disable=SC3028

MF_VERSION=0.1.0
LC_ALL=C
export LC_ALL
umask 077
NL='
'

die() { printf 'collect.sh: %s\n' "$*" >&2; exit 1; }
usage_error() { printf 'collect.sh: %s\nTry: sh collect.sh --help\n' "$*" >&2; exit 2; }
say() { [ -n "$QUIET" ] || printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

help() {
  cat <<'HELP'
memforensics collector: records a node's memory, kernel log and kubelet log for `memforensics analyze`.

  sh collect.sh [OPTIONS]          record for --duration or until Ctrl-C, then print the bundle's path
  sh collect.sh start [OPTIONS]    record in the background
  sh collect.sh stop               end it, seal and print the bundle's path
  sh collect.sh status             is one recording, where, since when
  sh collect.sh snapshot           a sealed bundle of what it has so far, while it goes on
  sh collect.sh doctor             what this host offers, and what would be missing
  sh collect.sh api NODE -o F      what the API knows of a node's pods, from any place where kubectl works
  sh collect.sh --print-manifest   Kubernetes YAML: a flight recorder on every node, and a pod for one node
  sh collect.sh pack SPOOL [-o F]  make a bundle of a spool that a crash or reboot left behind

  --duration T    how long to record with no verb (2m); also limits start
  --interval T    seconds between two readings of every cgroup's small files (5)
  --since T       how far back logs are taken: the journal (6h) and, if given, the kernel's ring (else all of it)
  --ring T        flight recorder: keep only the last T (start)
  --max-size S    keep at most so much on disk (500M); without --ring, end when it is reached. Bundles that triggers
                  sealed may take as much again, and so may what killed flight recorders left: then the oldest goes
  --trigger C     seal a bundle when C comes true and go on: oom (the kernel killed), eviction (the kubelet evicts),
                  psi=20 (memory some avg10, per cent), available<500M; several, separated by commas
  --after T       how much to record after a trigger before its bundle is sealed (2m)
  -o PATH         the bundle's name, or an existing directory to put it in
  --spool DIR     where to record (default: the first writable of /var/lib, /var/log, /var/tmp, + /memforensics)
                  Where everybody may write, as in /tmp, in DIR/memforensics
  --root DIR      the node's file system is at DIR (a debug pod's /host): chroot there, or read it from outside
                  where there is no shell in it
  --with-args     take the command lines of all processes too, once at start and at the end; they may hold secrets
  --keep          keep the spool after packing
  --no-marks      write no marks to the kernel log
  --no-cgroup     stay in the cgroup it was started in
  -q, --quiet     print only the bundle's path

Times are seconds, or have a suffix: 90, 90s, 5m, 6h. Run it as root; without, it says what it loses.
HELP
}

# ---------------------------------------------------------------------------------------------------------- clocks

# UP: /proc/uptime as printed; CS: the same in hundredths, for arithmetic. No fork.
# Where memory is so short that not even this can be read, the last reading stands.
now() {
  read -r _u _ <"$P/proc/uptime" && [ -n "$_u" ] && UP=$_u CS=${_u%.*}${_u#*.}
} 2>/dev/null

# bash and busybox ash know the time without a fork, dash does not; an exported variable of that name stands still.
probe_clock() {
  RT=''
  _a=${EPOCHREALTIME-}
  if [ -n "$_a" ]; then
    _n=0
    while [ "$_n" -lt 500 ]; do _n=$((_n + 1)); done
    [ "$_a" = "${EPOCHREALTIME-}" ] || RT=1
  fi
  # busybox date prints a literal %N
  case $(date +%N 2>/dev/null) in '' | *[!0-9]*) DATEFMT=%s ;; *) DATEFMT=%s.%N ;; esac
}

# One reading of all clocks, without a fork where /proc/timer_list can be read: only its head is, up to clock 3.
read_clocks() {
  now
  C_MONO=- C_REAL=- C_OFF=-
  if [ -n "$TIMER_LIST" ]; then
    _n=0 _clk='' _ro='' _bo='' _mono=''
    while [ "$_n" -lt 600 ] && read -r _k _v _w _; do
      _n=$((_n + 1))
      case $_k in
        now) _mono=$_w ;;
        clock) _clk=${_v%:} ;;
        .offset:)
          case $_clk in 1) _ro=$_v ;; 2) _bo=$_v; break ;; esac ;;
      esac
    done 2>/dev/null <"$P/proc/timer_list"
    if [ -n "$_mono" ] && [ -n "$_ro" ] && [ -n "$_bo" ]; then
      C_MONO=$_mono C_REAL=$((_mono + _ro)) C_OFF=$_bo
    fi
  fi
  if [ "$C_REAL" = - ]; then
    if [ -n "$RT" ]; then
      _v=$EPOCHREALTIME
      C_REAL=${_v%.*}${_v#*.}000
    elif [ "$CS" -ge "$NOFORK" ]; then
      _v=$(date "+$DATEFMT" 2>/dev/null)
      case $_v in *.*) C_REAL=${_v%.*}${_v#*.} ;; ?*) C_REAL=${_v}000000000 ;; esac
    fi
  fi
}

# seconds of a ns reading, for people
secs() {
  case $1 in -) S=- ;; *)
    _f=000000000$(($1 % 1000000000))
    while [ ${#_f} -gt 9 ]; do _f=${_f#?}; done
    S=$(($1 / 1000000000)).$_f ;;
  esac
}

clock_row() {
  read_clocks
  SEQ=-
  [ "$CS" -lt "$NOFORK" ] || last_seq
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$UP" "$C_MONO" "$C_REAL" "$C_OFF" "$SEQ" "$BOOT" >>"$D/clock.tsv"
} 2>/dev/null

# the last record's sequence number, in SEQ; a record may have continuation lines, which begin with a space
last_seq() {
  SEQ=-
  [ -n "$KMSG_FILE" ] && [ -s "$D/$KMSG_FILE" ] || return 0
  _t=$(tail -n 12 "$D/$KMSG_FILE" 2>/dev/null)
  _ifs=$IFS; IFS=$NL
  set -f
  for _l in $_t; do
    case $_l in [0-9]*,[0-9]*,*\;*) _l=${_l#*,}; SEQ=${_l%%,*} ;; esac
  done
  set +f
  IFS=$_ifs
}

# A line in the kernel log that says what the other clocks read: printk's own clock is neither NTP-disciplined nor
# suspend-aware, and this binds it exactly.
mark() {
  [ -n "$MARKS" ] || return 0
  read_clocks
  secs "$C_REAL"
  printf '<6>memforensics: mark %s uptime %s real %s\n' "$((NMARKS + 1))" "$UP" "$S" >"$P/dev/kmsg" || return 0
  NMARKS=$((NMARKS + 1))
} 2>/dev/null

log() { printf '%s %s\n' "${UP:--}" "$*" >>"$D/collector.log"; } 2>/dev/null

# ----------------------------------------------------------------------------------------------------- small tools

# limit SECONDS COMMAND…: no outside program may hang the collector
limit() {
  _s=$1
  shift
  if [ -n "$TIMEOUT" ]; then
    timeout -s KILL "$_s" "$@"
  else
    "$@" &
    _p=$!
    (sleep "$_s"; kill -9 "$_p") >/dev/null 2>&1 &
    _w=$!
    wait "$_p"
    _r=$?
    kill "$_w" 2>/dev/null
    return "$_r"
  fi
}

# on_disk FILE: false where it cannot be written to the disk. A file that was only renamed may be empty after a crash of the node:
# what it stands for is not removed before. One that takes too long is waited for no longer.
on_disk() {
  [ -n "$SYNC" ] || return 0
  limit 30 sync -d "$1" 2>/dev/null
  [ $? != 1 ]
}

bytes() { # 500M and the like, in KiB, in S
  case $1 in
    *G | *Gi) _v=${1%%G*} _m=1048576 ;;
    *M | *Mi) _v=${1%%M*} _m=1024 ;;
    *K | *Ki) _v=${1%%K*} _m=1 ;;
    *) _v='' ;;
  esac
  case $_v in '' | *[!0-9]*) usage_error "not a size: $1 (500M, 2G)" ;; esac
  S=$((_v * _m))
}

seconds() {
  case $1 in
    *h) _v=${1%h} _m=3600 ;;
    *m) _v=${1%m} _m=60 ;;
    *s) _v=${1%s} _m=1 ;;
    *) _v=$1 _m=1 ;;
  esac
  case $_v in '' | *[!0-9]*) usage_error "not a time: $1" ;; esac
  while :; do case $_v in 0?*) _v=${_v#0} ;; *) break ;; esac; done
  S=$((_v * _m))
}

# JSON string of $1, in J. Control characters are dropped: names and paths have none worth keeping.
json() {
  J=''
  _jr=$1
  while [ -n "$_jr" ]; do
    _jc=${_jr%"${_jr#?}"}
    _jr=${_jr#?}
    case $_jc in
      '"' | \\) J="$J\\$_jc" ;;
      [[:cntrl:]]) ;;
      *) J=$J$_jc ;;
    esac
  done
  J="\"$J\""
}

# Is $1 a live process, and no zombie? No fork. Where memory is too short to read of one that is there, it is alive.
alive() {
  case $1 in '' | 0) return 1 ;; esac
  kill -0 "$1" 2>/dev/null || return 1
  read -r _l 2>/dev/null <"/proc/$1/stat" || return 0
  case ${_l##*) } in Z* | X*) return 1 ;; esac
}

# start time of process $1 (field 22), in S: with the pid it names a process for good
start_time() {
  S=''
  read -r _l 2>/dev/null <"/proc/$1/stat" || return 1
  # shellcheck disable=SC2086 # the fields are wanted as words
  set -- ${_l##*) }
  S=${20}
}

# ------------------------------------------------------------------------------------------------ where things are

find_cgroups() {
  CGVER='' CG=''
  if [ -e "$P/sys/fs/cgroup/cgroup.controllers" ]; then
    CGVER=v2 CG=/sys/fs/cgroup
  elif [ -e "$P/sys/fs/cgroup/memory/memory.usage_in_bytes" ]; then
    CGVER=v1 CG=/sys/fs/cgroup/memory
    [ -d "$P/sys/fs/cgroup/unified" ] && CGVER=hybrid
  elif [ -e "$P/sys/fs/cgroup/unified/cgroup.controllers" ]; then
    CGVER=v2 CG=/sys/fs/cgroup/unified
  fi
  if [ "$CGVER" = v2 ]; then
    F_FAST='memory.current memory.swap.current memory.events memory.pressure'
    F_FAST1='memory.stat memory.max' F_ROOT=$CG/memory.stat
    F_MID='memory.current memory.events memory.swap.current memory.pressure'
    F_FULL='memory.current memory.stat memory.events memory.events.local memory.min memory.low memory.high memory.max memory.swap.current memory.swap.max memory.peak memory.oom.group memory.pressure cgroup.stat pids.current'
  else
    F_FAST='memory.usage_in_bytes memory.failcnt memory.oom_control'
    F_FAST1='memory.stat memory.limit_in_bytes' F_ROOT=''
    [ -z "$CG" ] || F_ROOT="$CG/memory.stat $CG/memory.usage_in_bytes"
    F_MID='memory.usage_in_bytes memory.failcnt memory.oom_control'
    F_FULL='memory.usage_in_bytes memory.stat memory.limit_in_bytes memory.soft_limit_in_bytes memory.max_usage_in_bytes memory.failcnt memory.oom_control memory.kmem.usage_in_bytes memory.memsw.usage_in_bytes memory.memsw.limit_in_bytes memory.memsw.failcnt'
  fi
}

# walk DIR DEPTH: appends DIR and all beneath it to WALK. Chunks keep the copying linear: dash copies byte by byte.
walk() {
  case $1 in "$P$CG/$SELFCG") return 0 ;; esac
  WCHUNK="$WCHUNK$1$NL"
  [ ${#WCHUNK} -lt 4000 ] || { WALK=$WALK$WCHUNK; WCHUNK=''; }
  [ "$2" -gt 0 ] || return 0
  # no `local` in POSIX: the loop's list is fixed when the function calls itself, and $1, $2 are its own
  for _d in "$1"/*/; do
    [ -d "$_d" ] || continue
    walk "${_d%/}" "$(($2 - 1))"
  done
}

# Kubelets nest theirs (kind, k3s, --cgroup-root): looked for three deep.
find_kubepods() {
  KUBEPODS=''
  [ -n "$CG" ] || return 0
  for _k in "$P$CG"/*kubepods* "$P$CG"/*/*kubepods* "$P$CG"/*/*/*kubepods*; do
    [ -d "$_k" ] || continue
    case $_k in */*kubepods*/*kubepods*) continue ;; esac
    KUBEPODS="$KUBEPODS$_k$NL"
  done
}

walk_all() {
  WALK='' WCHUNK=''
  [ -n "$CG" ] || return 0
  find_kubepods
  _ifs=$IFS; IFS=$NL
  for _k in $KUBEPODS; do IFS=$_ifs; walk "$_k" 6; done
  IFS=$_ifs
  walk "$P$CG" 0
  for _k in system.slice user.slice init.scope kubelet.slice runtime.slice podruntime.slice kubelet runtime system \
    system.slice/kubelet.service system.slice/containerd.service system.slice/crio.service system.slice/docker.service \
    system.slice/cri-docker.service system.slice/k3s.service system.slice/k3s-agent.service \
    system.slice/rke2-server.service system.slice/rke2-agent.service kubelet.slice/kubelet.service \
    runtime.slice/containerd.service runtime.slice/crio.service podruntime/kubelet podruntime/runtime; do
    [ ! -d "$P$CG/$_k" ] || walk "$P$CG/$_k" 0
  done
  WALK=$WALK$WCHUNK WCHUNK=''
}

# Files of the fast tier: the node's, and kubepods' and the QoS slices' own
fast_list() {
  FAST=''
  # the kubelet makes memory.available of the first two: they are read one after the other
  for _f in /proc/meminfo $F_ROOT /proc/vmstat /proc/pressure/memory /proc/pressure/io /proc/pressure/cpu /proc/loadavg; do
    [ ! -r "$P$_f" ] || FAST="$FAST $_f"
  done
  _ifs=$IFS; IFS=$NL
  for _k in $KUBEPODS; do
    IFS=$_ifs
    _k=${_k#"$P"}
    for _f in $F_FAST $F_FAST1; do [ ! -r "$P$_k/$_f" ] || FAST="$FAST $_k/$_f"; done
    for _q in "$P$_k"/*burstable* "$P$_k"/*besteffort*; do
      case $_q in *pod[0-9a-f]*-*) continue ;; esac
      for _f in $F_FAST; do [ ! -r "$_q/$_f" ] || FAST="$FAST ${_q#"$P"}/$_f"; done
    done
  done
  IFS=$_ifs
}

# The list of cgroups is kept, and looked over at most every 30 s. Each gets a number and a symbolic link of that name
# in .run/cg, where the shell stands: so one `tail` prints "==> 17/memory.current <==" for all of them, with short
# arguments and without a second process that would rewrite its output.
rescan() {
  walk_all
  if [ "$WALK" = "$WALKED" ]; then return 0; fi
  _old=$PATHS PATHS='' MID='' FULL='' _new='' _dead='' _pc='' _mc='' _fc='' _n=0
  # what was there stands in the same order as before: the old list is walked beside the new one
  _ifs=$IFS; IFS=$NL
  set -f
  # shellcheck disable=SC2086 # one word a line
  set -- $_old
  for _g in $WALK; do
    IFS=$_ifs
    _abs=${_g#"$P"}
    _i=''
    case ${1-} in *" $_abs") _i=1 ;; *) case $_old in *" $_abs$NL"*) _i=1 ;; esac ;; esac
    if [ -n "$_i" ]; then
      while [ $# -gt 0 ]; do
        _i=${1#@@ path } _l=$1
        _i=${_i%% *}
        shift
        case $_l in *" $_abs") break ;; esac
        gone "$_l"
        _i=''
      done
      [ -n "$_i" ] || { _i=${_old%%" $_abs$NL"*}; _i=${_i##* }; }
    else
      _i=$NEXT
      NEXT=$((NEXT + 1))
      ln -s "$_g" "$_i" 2>/dev/null || continue
      _new="$_new@@ path $_i $_abs$NL"
    fi
    _pc="$_pc@@ path $_i $_abs$NL"
    files_of "$_i"
    for _f in $_hm; do _mc="$_mc $_i/$_f"; done
    for _f in $_hf; do _fc="$_fc $_i/$_f"; done
    _n=$((_n + 1))
    case $_n in
      *[05]0)
        PATHS=$PATHS$_pc MID=$MID$_mc FULL=$FULL$_fc _pc='' _mc='' _fc=''
        # a new line starts a new batch of arguments, of some 500 kB: three times as many in one call overrun ARG_MAX
        case $_n in *000) FULL=$FULL$NL ;; esac
        case $_n in *000) [ "$((_n % 8000))" != 0 ] || MID=$MID$NL ;; esac ;;
    esac
  done
  IFS=$_ifs
  set +f
  PATHS=$PATHS$_pc MID=$MID$_mc FULL=$FULL$_fc
  WALKED=$WALK
  printf '%s' "$PATHS" 2>/dev/null >"$D/.run/paths"
  for _l; do gone "$_l"; done
  # shellcheck disable=SC2086 # numbers
  [ -z "$_dead" ] || rm -f $_dead
  # a segment that lacks a name cannot be read: then another is opened
  if [ -n "$_new" ]; then
    [ -z "$S_MID" ] || printf '%s' "$_new" >>"$D/$S_MID" || S_MID=''
    [ -z "$S_FULL" ] || printf '%s' "$_new" >>"$D/$S_FULL" || S_FULL=''
  fi 2>/dev/null
  NGROUPS=$_n
  log "cgroups $NGROUPS"
}

# gone LINE: the number of a cgroup that is no longer there, for its link to be removed
gone() {
  _x=${1#@@ path }
  case $NL$WALK in *"$NL$P${_x#* }$NL"*) ;; *) _dead="$_dead ${_x%% *}"; unset "K_${_x%% *}" ;; esac
}

# files_of NUMBER: which of F_MID and F_FULL that cgroup has, in _hm and _hf. Looked for once: cgroups of a kind have the
# same, so their lists are kept by kind (KM_1, KF_1, …) and of each cgroup its kind alone (K_17).
files_of() {
  eval "_k=\${K_$1-}"
  if [ -n "$_k" ]; then eval "_hm=\$KM_$_k _hf=\$KF_$_k"; return 0; fi
  _hm='' _hf=''
  for _f in $F_MID; do [ ! -e "$1/$_f" ] || _hm="$_hm $_f"; done
  for _f in $F_FULL; do [ ! -e "$1/$_f" ] || _hf="$_hf $_f"; done
  _k=1
  while [ "$_k" -le "$KINDS" ]; do
    eval "_l=\$KM_$_k/\$KF_$_k"
    [ "$_l" != "$_hm/$_hf" ] || break
    _k=$((_k + 1))
  done
  [ "$_k" -le "$KINDS" ] || { KINDS=$_k; eval "KM_$_k=\$_hm KF_$_k=\$_hf"; }
  # one that vanished while it was looked at is looked at again
  [ -z "$_hf" ] || eval "K_$1=\$_k"
}

# --------------------------------------------------------------------------------------------------------- segments

# How long a segment is open: short enough that a ring can forget in fifths
lengths() {
  L_FAST=30000 L_MID=12000
  [ -z "$RING" ] || [ "$((RING * 20))" -ge "$L_FAST" ] || L_FAST=$((RING * 20))
  [ "$L_MID" -le "$L_FAST" ] || L_MID=$L_FAST
}

segment_name() {
  _z=00000$SEG
  while [ ${#_z} -gt 6 ]; do _z=${_z#?}; done
}

# open_segment TIER INTERVAL: a new file with its header; its name goes to S_FAST, S_MID or S_FULL
open_segment() {
  SEG=$((SEG + 1))
  segment_name
  _f=ticks/$_z.$1
  { printf '@@ memforensics 1 tier=%s segment=%s boot=%s interval=%s\n' "$1" "$SEG" "$BOOT" "$2" &&
      case $1 in fast) ;; *) printf '%s' "$PATHS" ;; esac
  } 2>/dev/null >"$D/$_f" || {
    # no room even for a header: the name is used again when there is
    SEG=$((SEG - 1)) _f=''
  }
  case $1 in
    fast) S_FAST=$_f O_FAST=$CS ;;
    mid) S_MID=$_f O_MID=$CS ;;
    full) S_FULL=$_f O_FULL=$CS ;;
  esac
}

# close_file FILE FIRST LAST: one gzip member and a row in the index. Written aside and renamed; nothing is ever
# appended to a closed file, since a torn member inside a gzip decodes to wrong bytes without an error.
# Runs in a subshell: a fork that fails here ends only that, and the plain file is found and closed later.
close_file() (
  trap - EXIT TERM
  command exec 2>/dev/null
  cd "$D" || exit 1
  _f=$1 _first=$2 _last=$3
  case $_f in
    ticks/*)
      _n=0
      grep -E '^@@ (tick|end) ' "$_f" >".run/rows.$$" 2>/dev/null
      while read -r _ _k _ _u _; do
        _last=${_u#up=}
        [ "$_k" != tick ] || { _n=$((_n + 1)); [ "$_first" != - ] || _first=$_last; }
      done <".run/rows.$$"
      rm -f ".run/rows.$$" ;;
    *) _n=$(wc -l <"$_f"); _n=$((_n)) ;;
  esac
  # records of the ring from before --since, where it was asked for (stamps are microseconds)
  case $_f in
    logs/kmsg.*)
      if [ -n "$KMSG_FROM" ] && have awk && awk -F, -v from="$KMSG_FROM" '/^[0-9]/ { on = ($3 + 0 >= from + 0) } on' "$_f" >.run/kmsg; then
        mv .run/kmsg "$_f"
        _n=$(($(wc -l <"$_f")))
      fi ;;
  esac
  _g=$_f
  if [ -n "$GZIP_CMD" ]; then
    if gzip -c <"$_f" >".run/part.gz" 2>/dev/null && on_disk ".run/part.gz" && mv ".run/part.gz" "$_f.gz"; then _g=$_f.gz; else rm -f ".run/part.gz"; exit 1; fi
  fi
  _sum=- _size=-
  if have cksum; then
    # shellcheck disable=SC2046 # its two fields
    set -- $(cksum <"$_g")
    _sum=$1 _size=$2
  else
    _size=$(wc -c <"$_g")
    _size=$((_size))
  fi
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$_g" "$_size" "$_sum" "$_first" "$_last" "$_n" "$GEN" >>index.tsv || exit 1
  [ "$_g" = "$_f" ] || rm -f "$_f"
)

# close_stale: close every plain segment that is not open, one after the other, in one background subshell
close_stale() {
  alive "$CLOSER" && return 0
  _todo=''
  for _f in "$D"/ticks/*.fast "$D"/ticks/*.mid "$D"/ticks/*.full; do
    [ -f "$_f" ] || continue
    _f=${_f#"$D/"}
    case $_f in
      "$S_MID" | "$S_FULL") continue ;;
      # the fast process says which is its open one; those before it are closed
      *.fast) _z=${_f#ticks/}; [ "${_z%.fast}" -lt "$OPEN_FAST" ] || continue ;;
    esac
    [ -n "$GZIP_CMD" ] || case $INDEXED in *" $_f "*) continue ;; *) INDEXED="$INDEXED $_f " ;; esac
    _todo="$_todo $_f"
  done
  [ -n "$_todo" ] || return 0
  (
    trap - EXIT TERM
    # shellcheck disable=SC2086 # names of ours, without spaces
    for _f in $_todo; do close_file "$_f" - -; done
  ) 3<&- 4<&- 5>&- &
  CLOSER=$!
}

# ------------------------------------------------------------------------------------------------------------ ticks

# rd FILE: append it to B with its header, by builtins. What cannot be opened is absent, and counted.
rd() {
  _b=''
  if while IFS= read -r _l; do _b=$_b$_l$NL; done 2>/dev/null <"$P$1"; then
    B="$B$SEP==> $1 <==$NL$_b"
    SEP=$NL
  else
    GONE=$((GONE + 1))
  fi
}

# The whole tick is gathered first and written by one printf: one system call, whose failure is seen.
fast_tick() {
  TICK=$((TICK + 2)) SEP='' GONE=0
  B="@@ tick $TICK up=$UP real=${RT:+$EPOCHREALTIME}"
  [ -n "$RT" ] || B=$B-
  B="$B gen=$GEN$NL"
  for _p in $FAST; do
    rd "$_p"
    # what does not say what is looked for (an old kernel, or no memory to read it) leaves the last reading
    case $_p in
      /proc/pressure/memory) case $_b in *avg10=[0-9]*) _x=${_b#*avg10=}; PSI=${_x%%.*} ;; esac ;;
      /proc/meminfo) case $_b in *MemAvailable:*kB*) _x=${_b#*MemAvailable:}; AVAIL=$((${_x%%kB*})) ;; esac ;;
      /proc/vmstat) case $T_OOM$_b in 1*oom_kill\ [0-9]*) _x=${_b#*oom_kill }; KILLS=${_x%%"$NL"*} ;; esac ;;
    esac
  done
  now
  B="${B}@@ end $TICK up=$UP real=${RT:+$EPOCHREALTIME}"
  [ -n "$RT" ] || B=$B-
  B="$B vanished=$GONE$NL"
  [ -n "$S_FAST" ] || open_segment fast 1
  if [ -n "$S_FAST" ] && printf '%s' "$HELD$B" 2>/dev/null >>"$D/$S_FAST"; then
    HELD='' N_HELD=0
  else
    # The disk is full, or memory so short that a page for the file cannot be had: it is written with the next one.
    # Part of it may be there: what follows belongs in another file.
    S_FAST=''
    if [ "$((${#HELD} + ${#B}))" -le 65536 ]; then
      HELD=$HELD$B N_HELD=$((N_HELD + 1))
    else
      LOST=$((LOST + 1))
      [ "$LOST" -gt 3 ] || log "fast tick $TICK could neither be written nor kept"
    fi
    # removed, unmounted, or its disk is gone: there is nothing left to record to
    if [ -d "$D/.run" ]; then UNSEEN=0; else UNSEEN=$((UNSEEN + 1)); fi
    [ "$UNSEEN" -lt 5 ] || STOP='its spool has vanished'
  fi
  B=''
}

# Under pressure the fast tier runs as often as the ticker allows, and full ticks every 10 s. Pressure is: tasks stalled
# on memory for a tenth of the last ten seconds, or memory falling so that nothing would be left in 30 s. (Heuristics.)
# A tick that takes over a fifth of its period doubles it.
pace() {
  _fall=0
  [ -z "$AVAIL_WAS" ] || _fall=$(((AVAIL_WAS - AVAIL) * 3000 / P_FAST))
  AVAIL_WAS=$AVAIL
  if [ "$PSI" -ge 10 ] || [ "$_fall" -gt "${AVAIL:-0}" ]; then
    HOT_UNTIL=$((CS + 1000))
    if [ -z "$HOT" ]; then
      HOT=1
      log "pressure: memory some avg10 $PSI %, available $AVAIL kB"
    fi
  elif [ -n "$HOT" ] && [ "$CS" -ge "$HOT_UNTIL" ]; then
    HOT=''
    log "pressure is over"
  fi
  _want=100
  [ -z "$HOT" ] || _want=$TICK_CS
  while [ "$((FAST_CS * 5))" -gt "$_want" ] && [ "$_want" -lt 1600 ]; do _want=$((_want * 2)); done
  if [ "$_want" != "$P_FAST" ]; then
    P_FAST=$_want N_FAST=$((CS + _want))
    log "fast tier every ${_want}0 ms (a tick takes ${FAST_CS}0 ms)"
  fi
}

# Triggers are edges: what has come true, not what is true. The worker does the rest.
triggers() {
  if [ -n "$T_OOM" ]; then
    [ "${KILLS_WAS:-$KILLS}" = "$KILLS" ] || printf 'trigger oom_kill %s\n' "$KILLS" >&5
    KILLS_WAS=$KILLS
  fi
  if [ -n "$T_PSI" ]; then
    if [ "$PSI" -lt "$T_PSI" ]; then PSI_WAS=''; elif [ -z "$PSI_WAS" ]; then
      PSI_WAS=1
      printf 'trigger psi %s\n' "$PSI" >&5
    fi
  fi
  if [ -n "$T_AVAIL" ] && [ -n "$AVAIL" ]; then
    if [ "$AVAIL" -ge "$T_AVAIL" ]; then AVAIL_LOW=''; elif [ -z "$AVAIL_LOW" ]; then
      AVAIL_LOW=1
      printf 'trigger available %s kB\n' "$AVAIL" >&5
    fi
  fi
}

stamp() {
  now
  if [ -n "$RT" ]; then
    printf '@@ %s %s up=%s real=%s %s\n' "$1" "$TICK" "$UP" "$EPOCHREALTIME" "$2"
  elif [ -n "$DATEFMT" ]; then
    date "+@@ $1 $TICK up=$UP real=$DATEFMT $2"
  else
    printf '@@ %s %s up=%s real=- %s\n' "$1" "$TICK" "$UP" "$2"
  fi
}

# tails LIST: the files of each line of LIST by one tail, which skips what has vanished (awk would stop there)
tails() {
  _ifs=$IFS; IFS=$NL
  for _batch in $1; do
    IFS=$_ifs
    printf '%s' "$SEP"
    SEP=$NL
    # shellcheck disable=SC2086 # many words
    tail $TAILV -n +1 -- $_batch
    [ $? -lt 126 ] || printf 'cannot fork\n' >&2 # bash goes on after that
  done
  IFS=$_ifs
} 2>>"$D/.run/err"

# A full disk leaves a hole in the middle of a tick: it must not look complete.
end_tick() {
  _g=0 _bad=''
  while IFS= read -r _l; do
    case $_l in *'rror writing'* | *'rite error'* | *'o space left'* | *'nput/output error'* | *'rgument list too long'*) _bad=$_l ;;
      *'annot fork'*) _bad=$_l NOFORK=$((CS + 1000)) ;;
    esac
    _g=$((_g + 1))
  done 2>/dev/null <"$D/.run/err"
  [ -z "$_bad" ] || { log "tick $TICK torn: $_bad"; return 1; }
  stamp end "vanished=$_g"
}

mid_tick() {
  if [ -z "$MID" ] || [ -z "$S_MID" ]; then return 0; fi
  TICK=$((TICK + 2)) SEP=''
  printf '' 2>/dev/null >"$D/.run/err"
  _t0=$CS
  { stamp tick "gen=$GEN" && tails "$MID" && end_tick; } 2>/dev/null >>"$D/$S_MID" || open_segment mid "$INTERVAL"
  now
  cost mid "$((CS - _t0))" "$P_MID"
}

full_tick() {
  [ -n "$S_FULL" ] || return 0
  TICK=$((TICK + 2)) SEP=''
  printf '' 2>/dev/null >"$D/.run/err"
  _t0=$CS
  {
    stamp tick "gen=$GEN" && {
      _n=''
      for _f in /proc/meminfo /proc/vmstat /proc/pressure/memory /proc/pressure/io /proc/pressure/cpu /proc/loadavg \
        /proc/slabinfo /proc/buddyinfo /proc/zoneinfo /proc/swaps; do
        [ ! -r "$P$_f" ] || _n="$_n $P$_f"
      done
      if [ -z "$P" ]; then
        tails "$_n $FULL"
      else
        from_root tails "$_n"
        SEP=$NL
        tails "$FULL"
      fi
      from_root tails_tasks
      end_tick
    }
  } 2>/dev/null >>"$D/$S_FULL" || open_segment full 30
  now
  cost full "$((CS - _t0))" "$P_FULL"
}

# With --root the node's own names are wanted in the headers
from_root() {
  if [ -z "$P" ]; then "$@"; else "$@" | sed "s|^==> $P/|==> /|"; fi
}

# Never another file of a process than these: cmdline, environ, maps and smaps take mmap_lock or hold secrets.
tails_tasks() {
  printf '%s' "$SEP"
  SEP=$NL
  tail $TAILV -n +1 -- "$P"/proc/[0-9]*/stat "$P"/proc/[0-9]*/statm "$P"/proc/[0-9]*/status "$P"/proc/[0-9]*/cgroup \
    "$P"/proc/[0-9]*/oom_score "$P"/proc/[0-9]*/oom_score_adj
  [ $? -lt 126 ] || printf 'cannot fork\n' >&2
} 2>>"$D/.run/err"

# cost TIER CS PERIOD: a tick that takes over a fifth of its period backs off, one that is cheap again returns
cost() {
  case $1${HOT:+hot} in mid*) _own=$((INTERVAL * 100)) ;; fullhot) _own=1000 ;; *) _own=3000 ;; esac
  _per=$3
  if [ "$(($2 * 5))" -gt "$3" ] && [ "$3" -lt "$((_own * 16))" ]; then
    _per=$(($3 * 2))
    log "$1 tick $TICK took ${2}0 ms of ${3}0: every ${_per}0 ms from now on"
  elif [ "$3" -gt "$_own" ] && [ "$(($2 * 20))" -lt "$3" ]; then
    _per=$(($3 / 2))
    log "$1 tick $TICK took ${2}0 ms: every ${_per}0 ms again"
  fi
  case $1 in mid) P_MID=$_per ;; full) P_FULL=$_per ;; esac
}

# ---------------------------------------------------------------------------------------------------------- readers

# Both ends of the ticker's FIFO, 3 to read and 7 for the ticker to inherit. To open one end waits for the other, and a ticker
# that could not begin for want of memory never opens its own: 6, which is both, lets neither wait.
open_ticks() {
  command exec 6<>"$D/.run/tick" && command exec 3<"$D/.run/tick" && command exec 7>"$D/.run/tick" && command exec 6>&-
} 2>/dev/null

# as long as an end to write to is open here, the end of a ticker is not seen
close_ticks() { command exec 6>&- 7>&-; }

# A ticker of the shell's own: it says by a file of its pid that it has begun. A line that cannot be written for want of memory
# is no end of the reader (that is SIGPIPE, or a hundred seconds of failures where it is ignored).
# shellcheck disable=SC2016 # for the inner shell
TICK_LOOP='exec 9<>"$1" || exit 1; n=0 w=1; while [ $n -lt 500 ]; do read -r -t 0.2 _ <&9
[ -z "$w" ] || { echo >"$1.$$" && w=; }; if echo; then n=0; else n=$((n + 1)); fi; done'

# The ticker must never fork: `while sleep 1` dies at the first fork that fails. It writes lines to a FIFO on fd 3,
# which is inherited by every generation.
begin_ticker() { # KIND
  open_ticks || return 1
  TICK_KIND=$1 TICK_CS=20
  case $1 in
    bash) bash --norc -c "$TICK_LOOP" memforensics-tick "$D/.run/idle" </dev/null >&7 2>/dev/null 3<&- 5>&- 7>&- & ;;
    busybox) busybox ash -c "$TICK_LOOP" memforensics-tick "$D/.run/idle" </dev/null >&7 2>/dev/null 3<&- 5>&- 7>&- & ;;
    ping) ping -i 0.2 127.0.0.1 </dev/null >&7 2>/dev/null 3<&- 5>&- 7>&- & ;;
    vmstat) TICK_CS=100; vmstat -n 1 </dev/null >&7 2>/dev/null 3<&- 5>&- 7>&- & ;;
    perl) perl -e '$|=1; while (1) { print "\n" or exit; select undef, undef, undef, 0.2 }' </dev/null >&7 2>/dev/null 3<&- 5>&- 7>&- & ;;
    python3) python3 -c 'import time
while True: print(flush=True); time.sleep(0.2)' </dev/null >&7 2>/dev/null 3<&- 5>&- 7>&- & ;;
    *) TICK_CS=100; (trap - EXIT INT TERM HUP; while sleep 1; do echo; done) </dev/null >&7 2>/dev/null 3<&- 5>&- 7>&- & log "the ticker forks: ticks end when forks fail" ;;
  esac
  PID_TICK=$!
  close_ticks
  own_pid "$PID_TICK"
}

ticker_works() { # KIND
  case $1 in
    busybox) busybox ash -c 'read -t 0.2 x </dev/null; [ $? -le 1 ]' >/dev/null 2>&1 ;;
    ping) ping -c 1 127.0.0.1 >/dev/null 2>&1 ;;
    *) have "$1" ;;
  esac
}

# Best are those that can do 0.2 s, for use under pressure.
start_ticker() {
  mkfifo "$D/.run/tick" "$D/.run/idle" || return 1
  for _k in ${TICKER:-bash busybox ping vmstat perl python3 sleep}; do
    ticker_works "$_k" || continue
    begin_ticker "$_k" || return 1
    if read -r _ <&3 && read -r _ <&3; then
      log "ticker $_k pid $PID_TICK"
      [ "$TICK_CS" = 20 ] || log "it ticks once a second: under pressure the fast tier stays at that"
      return 0
    fi
    kill "$PID_TICK" 2>/dev/null
  done
  return 1
}

# Another one in place of one that died: nothing is tried out, and nobody waits for it before it has begun, where it can say so.
another_ticker() {
  begin_ticker "$TICK_KIND" || return 1
  log "ticker $TICK_KIND pid $PID_TICK"
  case $TICK_KIND in bash | busybox) AWAIT=$((CS + 9000)) ;; esac
}

# May a line be read? A ticker that the kernel keeps asleep would keep the reader waiting as well; after 90 s that is better
# than to look at the clock all the time.
ticks_come() {
  [ -n "$AWAIT" ] || return 0
  [ -e "$D/.run/idle.$PID_TICK" ] || [ "$CS" -ge "$AWAIT" ] || ! alive "$PID_TICK" || return 1
  AWAIT=''
}

# every long-lived process of the collector, for the manifest
own_pid() { printf ', %s' "$1" 2>/dev/null >>"$D/.run/pids"; }

reader_file() { # NAME: the next free logs/NAME.NNNNNN
  _i=1
  while :; do
    _z=00000$_i
    while [ ${#_z} -gt 6 ]; do _z=${_z#?}; done
    _f=logs/$1.$_z
    [ -e "$D/$_f" ] || [ -e "$D/$_f.gz" ] || break
    _i=$((_i + 1))
  done
}

# One long cat: the shell's own read fails on /dev/kmsg (one byte at a time is EINVAL). It dies with EPIPE when the
# ring laps it, and is then started anew.
start_kmsg() {
  reader_file kmsg
  if [ -r "$P/dev/kmsg" ] && head -c 0 "$P/dev/kmsg" 2>/dev/null; then
    cat "$P/dev/kmsg" </dev/null 2>/dev/null >>"$D/$_f" 3<&- 4<&- 5>&- &
    PID_KMSG=$! KMSG_FILE=$_f
    own_pid "$PID_KMSG"
  elif have dmesg && limit 20 dmesg >/dev/null 2>&1; then
    log "/dev/kmsg cannot be read: dmesg instead"
    limit 20 dmesg >"$D/logs/dmesg" 2>/dev/null
    KMSG_FILE=''
  else
    log "the kernel log cannot be read"
    KMSG_FILE=''
  fi
}

KUBELET_UNITS='kubelet k3s k3s-agent rke2-server rke2-agent k0sworker k0scontroller kubelet-eks snap.kubelet-eks.daemon snap.microk8s.daemon-kubelet snap.microk8s.daemon-kubelite snap.k8s.kubelet snap.kubelet.daemon'
RUNTIME_UNITS='containerd crio docker cri-docker snap.microk8s.daemon-containerd snap.k8s.containerd'
KILLER_UNITS='systemd-oomd earlyoom nohang oomd'
J_FIELDS=MESSAGE,PRIORITY,_PID,_COMM,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,UNIT,_TRANSPORT,_BOOT_ID,_HOSTNAME,_SOURCE_REALTIME_TIMESTAMP,_SOURCE_MONOTONIC_TIMESTAMP,_SOURCE_BOOTTIME_TIMESTAMP
KUBELET_LOGS='/var/log/kubelet.log /var/log/kubelet/kubelet.log /var/lib/rancher/rke2/agent/logs/kubelet.log /var/log/k3s.log /var/log/k3s-agent.log'
RUNTIME_LOGS='/var/log/containerd.log /var/log/crio.log /var/lib/rancher/rke2/agent/containerd/containerd.log /var/lib/rancher/k3s/agent/containerd/containerd.log'

# JOURNAL: how to ask. Selected fields only: a full record holds command lines (_CMDLINE).
probe_journal() {
  JOURNAL='' JOURNAL_AS=''
  have journalctl || { log "no journalctl"; return 0; }
  case $(limit 5 journalctl -n 1 -q -o cat 2>/dev/null) in '') log "the journal is empty or cannot be read"; return 0 ;; esac
  JOURNAL=1
  if limit 5 journalctl -n 1 -q -o json --output-fields=MESSAGE >/dev/null 2>&1; then
    JOURNAL_AS="-a -o json --output-fields=$J_FIELDS"
  elif limit 5 journalctl -n 1 -q -o short-iso-precise >/dev/null 2>&1; then
    JOURNAL_AS='-o short-iso-precise'
  else
    JOURNAL_AS='-o short-precise'
  fi
}

units() { U=''; for _u in $1; do U="$U -u $_u"; done; }

follow() { # NAME UNITS FILES: pid in PID
  PID=''
  reader_file "$1"
  if [ -n "$JOURNAL" ]; then
    units "$2"
    # shellcheck disable=SC2086 # words
    journalctl -q -f -n 0 $JOURNAL_AS $U </dev/null >>"$D/$_f" 2>/dev/null 3<&- 4<&- 5>&- &
    PID=$!
    own_pid "$PID"
    return 0
  fi
  _files=''
  for _l in $3; do [ ! -r "$P$_l" ] || _files="$_files $P$_l"; done
  if [ -n "$_files" ]; then
    # the last 20,000 lines reach back before the start, then what is added
    # shellcheck disable=SC2086 # words
    tail -n 20000 -F $_files </dev/null >>"$D/$_f" 2>/dev/null 3<&- 4<&- 5>&- &
    PID=$!
    own_pid "$PID"
  else
    log "no log of the $1 found"
  fi
}

note_readers() {
  printf "PID_KMSG='%s' KMSG_FILE='%s' PID_KUBELET='%s' PID_RUNTIME='%s' FILE_KUBELET='%s' FILE_RUNTIME='%s'\n" \
    "$PID_KMSG" "$KMSG_FILE" "$PID_KUBELET" "$PID_RUNTIME" "$FILE_KUBELET" "$FILE_RUNTIME" >"$D/.run/readers"
} 2>/dev/null

# A reader that is lapped by the ring dies; the next one begins at the oldest record that is left. One that dies again
# and again is started less and less often: each copies the whole ring.
tend_readers() {
  [ -n "$KMSG_FILE" ] || return 0
  kmsg_gap
  if alive "$PID_KMSG"; then
    [ "$((CS - KMSG_CS))" -lt 12000 ] || KMSG_WAIT=500
    return 0
  fi
  [ "$((CS - KMSG_CS))" -ge "$KMSG_WAIT" ] || return 0
  KMSG_CS=$CS
  [ "$KMSG_WAIT" -ge 6000 ] || KMSG_WAIT=$((KMSG_WAIT * 2))
  renew_kmsg 'started anew'
}

# renew_kmsg WHAT-IT-DOES: another reader in place of one that ended; where its file begins is compared with where that one's ended
renew_kmsg() {
  last_seq
  KMSG_LAST=$SEQ
  log "the reader of /dev/kmsg ended: $1"
  start_kmsg
  note_readers
}

# When a bundle is sealed the reader may just have been lapped: then the ring is read once more, or its last records would
# not be in it.
last_look() {
  [ -n "$KMSG_FILE" ] || return 0
  kmsg_gap
  ! alive "$PID_KMSG" || return 0
  renew_kmsg 'read once more'
  # it waits for more, and is ended then
  sleep 1
  kmsg_gap
}

# what the ring lost between the last record of one reader and the first of the next
kmsg_gap() {
  case ${KMSG_LAST:--} in -) return 0 ;; esac
  read -r _l 2>/dev/null <"$D/$KMSG_FILE" || return 0
  _l=${_l#*,}
  _l=${_l%%,*}
  case $_l in '' | *[!0-9]*) ;; *)
    [ "$_l" -le "$((KMSG_LAST + 1))" ] ||
      log "gap: the kernel log's records $((KMSG_LAST + 1)) to $((_l - 1)) were overwritten before they could be read" ;;
  esac
  KMSG_LAST=-
}

# --------------------------------------------------------------------------------------------------- the node itself

# put FILE…: copies under node/$WHEN with the file's own path. By content: tar of /proc stores empty files.
put() {
  for _f; do
    if [ ! -r "$P$_f" ] || [ -d "$P$_f" ]; then continue; fi
    _o=$D/node/$WHEN$_f
    [ -d "${_o%/*}" ] || mkdir -p "${_o%/*}" 2>/dev/null || continue
    { cat "$P$_f" >"$_o"; } 2>/dev/null
    [ -s "$_o" ] || rm -f "$_o"
  done
}

puts() { # NAME SECONDS COMMAND…: what it prints, if it prints anything, as node/$WHEN/NAME
  _o=$D/node/$WHEN/$1 _s=$2
  shift 2
  _r=0
  limit "$_s" "$@" </dev/null >"$_o" 2>/dev/null || _r=$?
  [ -s "$_o" ] || rm -f "$_o"
  # ended for taking too long: by timeout (124), or by the signal it was given
  case $_r in 124 | 137) log "$1 did not answer in $_s s"; return 1 ;; esac
}

# Keys of the kubelet's configuration that matter here. Everything else stays on the node.
KUBELET_KEYS='apiVersion|kind|evictionHard|evictionSoft|evictionSoftGracePeriod|evictionPressureTransitionPeriod|evictionMaxPodGracePeriod|evictionMinimumReclaim|mergeDefaultEvictionSettings|systemReserved|kubeReserved|systemReservedCgroup|kubeReservedCgroup|enforceNodeAllocatable|reservedMemory|qosReserved|memoryManagerPolicy|topologyManagerPolicy|topologyManagerScope|cpuManagerPolicy|cgroupDriver|cgroupRoot|cgroupsPerQOS|kubeletCgroups|systemCgroups|failSwapOn|memorySwap|memoryThrottlingFactor|featureGates|maxPods|podsPerCore|podPidsLimit|nodeStatusUpdateFrequency|nodeStatusReportFrequency|housekeepingInterval|syncFrequency|volumeStatsAggPeriod|kernelMemcgNotification|protectKernelDefaults|singleProcessOOMKill|shutdownGracePeriod|shutdownGracePeriodCriticalPods|shutdownGracePeriodByPodPriority|oomScoreAdj|logging|runtimeRequestTimeout|serializeImagePulls|maxParallelImagePulls|imageGCHighThresholdPercent|imageGCLowThresholdPercent|imageMinimumGCAge|imageMaximumGCAge|containerLogMaxSize|containerLogMaxFiles|localStorageCapacityIsolation|containerRuntimeEndpoint|crashLoopBackOff|kubeAPIQPS|kubeAPIBurst|eventRecordQPS|eventBurst'
KUBELET_FLAGS='eviction-[a-z-]*|system-reserved[a-z-]*|kube-reserved[a-z-]*|reserved-memory|enforce-node-allocatable|qos-reserved|memory-manager-policy|cgroup-driver|cgroup-root|cgroups-per-qos|kubelet-cgroups|system-cgroups|runtime-cgroups|fail-swap-on|feature-gates|max-pods|pods-per-core|pod-max-pids|node-status-update-frequency|housekeeping-interval|kernel-memcg-notification|experimental-kernel-memcg-notification|protect-kernel-defaults|oom-score-adj|container-runtime-endpoint|container-runtime|config|config-dir|v|logging-format|global-housekeeping-interval|sync-frequency'

# Top-level keys by name, with what is indented beneath them. YAML, or JSON with one key a line.
filter_yaml() {
  awk -v keys="^(${KUBELET_KEYS})\$" '
    /^[ \t]*#/ || /^---/ { next }
    /^[A-Za-z]/ { k = $0; sub(/[ \t]*:.*/, "", k); on = (k ~ keys) }
    on { print }' "$1"
}

# JSON: walks characters, prints the allowed members of the outermost object (or of its "kubeletconfig").
filter_json() {
  awk -v keys="^(${KUBELET_KEYS})\$" '
    { text = text $0 "\n" }
    END {
      n = length(text); depth = 0; instr = 0; out = ""; key = ""; str = ""; want = 0; base = 1; buf = ""
      for (i = 1; i <= n; i++) {
        c = substr(text, i, 1)
        if (instr) {
          if (c == "\\") { c = c substr(text, ++i, 1) } else if (c == "\"") instr = 0
          if (instr) str = str c
          if (want) buf = buf c
          continue
        }
        if (c == "\"") { instr = 1; str = ""; if (want) buf = buf c; continue }
        if (c == "{" || c == "[") {
          if (depth == 1 && key == "kubeletconfig" && !want) { base = 2; depth = 2; key = ""; continue }
          depth++
          if (want) buf = buf c
          continue
        }
        if (c == "}" || c == "]") {
          if (depth == base && want) { out = out (out == "" ? "" : ",\n") "  \"" key "\": " buf; want = 0; buf = "" }
          depth--
          if (want) buf = buf c
          continue
        }
        if (depth == base && c == ":" && !want) { key = str; want = (key ~ keys); buf = ""; continue }
        if (depth == base && c == ",") {
          if (want) { out = out (out == "" ? "" : ",\n") "  \"" key "\": " buf; want = 0; buf = "" }
          continue
        }
        if (want && c !~ /[ \t\r\n]/) buf = buf c
      }
      if (out != "") print "{\n" out "\n}"
    }' "$1"
}

kubelet_config() {
  have awk || { log "no awk: the kubelet's configuration is left out, for it may hold secrets"; return 0; }
  _i=''
  for _c in /var/lib/kubelet/config.yaml /etc/kubernetes/kubelet/config.json /etc/kubernetes/kubelet/kubelet-config.json \
    /home/kubernetes/kubelet-config.yaml /etc/kubernetes/kubelet/kubelet-config.yaml /etc/kubernetes/kubeletconfig.yaml \
    /var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf /var/lib/rancher/rke2/agent/etc/kubelet.conf.d/00-rke2-defaults.conf \
    "$P"/etc/kubernetes/kubelet/config.json.d/*; do
    _c=${_c#"$P"}
    [ -r "$P$_c" ] || continue
    # the first is the one that tools look for by name; others keep their own paths
    _o=$D/node/$WHEN/kubelet-config
    [ -z "$_i" ] || _o=$D/node/$WHEN$_c
    [ -d "${_o%/*}" ] || mkdir -p "${_o%/*}"
    read -r _l 2>/dev/null <"$P$_c"
    case $_l in
      '{'*) [ -n "$_i" ] || _o=$_o.json; filter_json "$P$_c" >"$_o" 2>/dev/null ;;
      *) [ -n "$_i" ] || _o=$_o.yaml; filter_yaml "$P$_c" >"$_o" 2>/dev/null ;;
    esac
    if [ -s "$_o" ]; then _i=1; log "kubelet configuration from $_c (allow-listed keys)"; else rm -f "$_o"; fi
  done
  # flags: from the places that set them, never from the process's own command line
  _o=$D/node/$WHEN/kubelet-flags
  for _c in /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet /etc/rancher/k3s/config.yaml \
    /etc/rancher/rke2/config.yaml "$P"/etc/systemd/system/kubelet.service "$P"/etc/systemd/system/kubelet.service.d/* \
    "$P"/usr/lib/systemd/system/kubelet.service "$P"/usr/lib/systemd/system/kubelet.service.d/* \
    "$P"/lib/systemd/system/kubelet.service /etc/systemd/system/k3s.service /etc/systemd/system/k3s-agent.service \
    /etc/kubernetes/kubelet/args /var/snap/microk8s/current/args/kubelet; do
    _c=${_c#"$P"}
    [ ! -r "$P$_c" ] || grep -oE -e "(--|[ \"'-])($KUBELET_FLAGS)[= ][^ \"'\\\\]+" "$P$_c" 2>/dev/null | sed "s/^[ \"'-]*/--/"
  done 2>/dev/null | sort -u >"$_o"
  [ -s "$_o" ] || rm -f "$_o"
}

versions() {
  printf 'collector: %s\n' "$MF_VERSION"
  for _c in 'uname -a' 'kubelet --version' 'containerd --version' 'crio --version' 'runc --version' 'crictl --version' 'k3s --version' 'systemctl --version'; do
    have "${_c%% *}" || continue
    # shellcheck disable=SC2086 # a command and its argument
    _l=$(limit 5 $_c 2>/dev/null)
    printf '%s: %s\n' "$_c" "${_l%%"$NL"*}"
  done
}

node_files() { # start | end
  WHEN=$1
  mkdir -p "$D/node/$WHEN" 2>/dev/null || return 0
  put /proc/meminfo /proc/vmstat /proc/stat /proc/uptime /proc/loadavg /proc/swaps /proc/slabinfo /proc/buddyinfo \
    /proc/zoneinfo /proc/pagetypeinfo /proc/pressure/memory /proc/pressure/io /proc/pressure/cpu
  if [ -d "$P/var/log/pods" ]; then puts ls-var-log-pods 20 ls -lR "$P/var/log/pods"; fi
  if [ -d "$P/var/log/containers" ]; then puts ls-var-log-containers 20 ls -l "$P/var/log/containers"; fi
  if have crictl; then
    # one that hangs is asked once
    puts crictl-pods 5 crictl pods --no-trunc && puts crictl-ps 5 crictl ps -a --no-trunc
  fi
  # never in a tick: reading them takes each process's mmap_lock
  # shellcheck disable=SC2016 # for the inner shell
  [ -z "$WITH_ARGS" ] || puts args 20 sh -c 'tail $1 -n +1 -- "$2"/proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " "' args "$TAILV" "$P"
  [ "$WHEN" = start ] || return 0
  put /etc/os-release /proc/version /proc/cpuinfo /proc/mounts /proc/cgroups /etc/machine-info \
    /proc/sys/kernel/pid_max /proc/sys/kernel/threads-max /proc/sys/kernel/printk \
    /proc/sys/kernel/printk_devkmsg /proc/sys/kernel/dmesg_restrict /proc/sys/kernel/panic /proc/sys/kernel/numa_balancing \
    /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/cgroup.subtree_control /sys/kernel/mm/lru_gen/enabled \
    /sys/kernel/mm/lru_gen/min_ttl_ms /sys/kernel/mm/ksm/run /sys/kernel/mm/ksm/pages_sharing
  for _g in "$P"/proc/sys/vm/* "$P"/sys/kernel/mm/transparent_hugepage/* "$P"/sys/module/zswap/parameters/* \
    "$P"/sys/kernel/mm/hugepages/*/nr_hugepages "$P"/sys/kernel/mm/hugepages/*/free_hugepages \
    "$P"/sys/devices/system/node/node*/meminfo "$P"/sys/block/zram*/mm_stat "$P"/sys/block/zram*/disksize; do
    case $_g in */compact_memory | */drop_caches) continue ;; esac
    put "${_g#"$P"}"
  done
  # the kernel's command line may carry a token for an installer
  if [ -r "$P/proc/cmdline" ]; then
    sed -E 's/([A-Za-z0-9_.-]*([Pp]ass|[Tt]oken|[Ss]ecret|[Kk]ey|[Aa]uth|[Cc]red)[A-Za-z0-9_.-]*)=[^ ]*/\1=(left out)/g' \
      "$P/proc/cmdline" >"$D/node/$WHEN/proc/cmdline" 2>/dev/null
    [ -s "$D/node/$WHEN/proc/cmdline" ] || rm -f "$D/node/$WHEN/proc/cmdline"
  fi
  kubelet_config
  versions >"$D/node/$WHEN/versions" 2>/dev/null
}

# What may be taken of the API's documents: names, uids, QoS, resources, priorities, statuses with their messages,
# events. Nothing of environments, arguments, annotations, or of what volumes hold.
api_fields() {
  for _f in kind apiVersion items.kind items.apiVersion; do printf '.%s ' "$_f"; done
  for _f in name namespace uid creationTimestamp deletionTimestamp deletionGracePeriodSeconds ownerReferences; do printf '.items.metadata.%s ' "$_f"; done
  for _f in nodeName priority priorityClassName terminationGracePeriodSeconds restartPolicy overhead resources runtimeClassName taints \
    volumes.name volumes.emptyDir; do printf '.items.spec.%s ' "$_f"; done
  for _k in containers initContainers ephemeralContainers; do
    for _f in name image resources restartPolicy resizePolicy; do printf '.items.spec.%s.%s ' "$_k" "$_f"; done
  done
  for _f in phase conditions reason message qosClass startTime podIP hostIP resize observedGeneration containerStatuses initContainerStatuses \
    ephemeralContainerStatuses capacity allocatable nodeInfo; do printf '.items.status.%s ' "$_f"; done
  for _f in involvedObject regarding related reason message note type count firstTimestamp lastTimestamp eventTime series source \
    reportingComponent reportingInstance action deprecatedCount deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedSource; do printf '.items.%s ' "$_f"; done
}

# A JSON document on standard input, and of it only the members whose path is in the list. Lines are cut short first:
# some awks are slow with long ones, and a line break inside a string can only be one of these.
filter_api() {
  sed 's/[,{}]/&\
/g' | awk -v list="$(api_fields)" '
    function nc() {
      while (li >= ll) { if ((getline line) <= 0) return ""; ll = length(line); li = 0 }
      return substr(line, ++li, 1)
    }
    function ws() { while (c == " " || c == "\t" || c == "\r") c = nc() }
    function str(   s) {
      s = ""
      while ((c = nc()) != "" && c != "\"") { if (c == "\\") c = c nc(); s = s c }
      c = nc()
      return s
    }
    function val(path, keep,   out, k, v, p, kk) {
      ws()
      out = ""
      if (c == "{") {
        c = nc(); ws()
        while (c != "}" && c != "") {
          if (c != "\"") { c = nc(); ws(); continue }
          k = str(); ws(); c = nc()
          p = path "." k
          kk = (keep || (p in ok))
          v = val(p, kk)
          if (v != "") out = out (out == "" ? "" : ",\n") "\"" k "\":" v
          ws()
        }
        c = nc()
        return (keep || out != "") ? "{" out "}" : ""
      }
      if (c == "[") {
        c = nc(); ws()
        while (c != "]" && c != "") {
          if (c == ",") { c = nc(); ws(); continue }
          v = val(path, keep)
          if (v != "") out = out (out == "" ? "" : ",") v
          ws()
        }
        c = nc()
        return (keep || out != "" || path == ".items") ? "[" out "]" : ""
      }
      if (c == "\"") { v = str(); return keep ? "\"" v "\"" : "" }
      v = ""
      while (c != "" && index(",}] \t\r", c) == 0) { v = v c; c = nc() }
      return keep ? v : ""
    }
    BEGIN {
      n = split(list, a, " ")
      for (i = 1; i <= n; i++) ok[a[i]] = 1
      c = nc()
      print val("", 0)
    }'
}

# get KUBECTL… : pods, events and the node of $API_NODE, in the directory $_o
get_api() {
  for _k in pods events nodes; do
    case $_k in
      pods) _s="--all-namespaces --field-selector=spec.nodeName=$API_NODE" ;;
      events) _s=--all-namespaces ;;
      nodes) _s="--field-selector=metadata.name=$API_NODE" ;;
    esac
    # shellcheck disable=SC2086 # words
    limit 40 "$@" get "$_k" $_s -o json --request-timeout=30s </dev/null 2>/dev/null >"$_o/.raw" && [ -s "$_o/.raw" ] &&
      filter_api <"$_o/.raw" >"$_o/$_k.json"
    rm -f "$_o/.raw"
    if [ ! -s "$_o/$_k.json" ]; then
      rm -f "$_o/$_k.json"
      # an API that gives no pods is not asked for more
      [ "$_k" != pods ] || return 0
    fi
  done
}

api_at_end() {
  API_NODE=$HOST
  if ! have awk || ! have sed; then return 0; fi
  now
  _o=$D/node/end/api _t0=$CS
  for _c in "$P/etc/kubernetes/admin.conf" "$P/etc/rancher/k3s/k3s.yaml" "$P/etc/rancher/rke2/rke2.yaml" "$P/etc/kubernetes/kubelet.conf" \
    "$P/var/lib/kubelet/kubeconfig" "${KUBECONFIG:-/nonexistent}"; do
    [ -r "$_c" ] || continue
    mkdir -p "$_o"
    if have kubectl; then get_api kubectl --kubeconfig "$_c"
    elif have k3s; then get_api k3s kubectl --kubeconfig "$_c"; fi
    [ ! -s "$_o/pods.json" ] || return 0
    rmdir "$_o" 2>/dev/null
    # nor another one when the first has kept the end waiting
    now
    [ "$((CS - _t0))" -lt 2000 ] || return 0
  done
}

api() {
  [ -n "$1" ] || usage_error "api needs the node's name"
  [ -n "$OUTPUT" ] || usage_error "api needs -o FILE"
  have kubectl || die "kubectl is not here"
  have awk || die "awk is not here: the documents cannot be filtered"
  API_NODE=$1
  _t=$(mktemp -d) || die "cannot make a directory"
  _n=$(printf '%s' "$1" | tr -c 'A-Za-z0-9.-' _)-api
  _o=$_t/$_n/node/end/api
  mkdir -p "$_o"
  TIMEOUT=''
  ! have timeout || TIMEOUT=1
  get_api kubectl
  _r=0
  [ ! -d "$OUTPUT" ] || OUTPUT=${OUTPUT%/}/$_n.tgz
  # renamed: what stands there under that name may be a link
  if [ -s "$_o/pods.json" ]; then { tar -C "$_t" -czf "$_t/api.tgz" "$_n" && mv -f "$_t/api.tgz" "$OUTPUT"; } || _r=1; else _r=1; fi
  rm -rf "$_t"
  [ "$_r" = 0 ] || die "kubectl gave no pods of $1"
  printf '%s\n' "$OUTPUT"
}

journal_window() {
  if [ -z "$JOURNAL" ]; then
    [ -n "$KMSG_FILE" ] || { have dmesg && limit 20 dmesg >"$D/logs/dmesg" 2>/dev/null; }
    return 0
  fi
  _o=$D/logs/journal-window.json
  case $JOURNAL_AS in *json*) ;; *) _o=$D/logs/journal-window.txt ;; esac
  _m=_TRANSPORT=kernel
  for _u in $KUBELET_UNITS $RUNTIME_UNITS $KILLER_UNITS; do _m="$_m + _SYSTEMD_UNIT=$_u.service"; done
  # what systemd itself says of these units ("A process of this unit has been killed by the OOM killer")
  for _u in $KUBELET_UNITS $RUNTIME_UNITS; do _m="$_m + UNIT=$_u.service"; done
  # shellcheck disable=SC2086 # words
  limit 120 journalctl -q --since="$SINCE_AT" $JOURNAL_AS $_m </dev/null >"$_o" 2>/dev/null ||
    log "journalctl was ended after 120 s or failed: the window is incomplete"
  [ -s "$_o" ] || rm -f "$_o"
}

# ----------------------------------------------------------------------------------------------- manifest and seal

write_manifest() { # open | sealed, and why
  read_clocks
  secs "$C_REAL"
  json "$HOST"; _h=$J
  json "$KERNEL"; _k=$J
  json "${SELFCG:+$CG/$SELFCG}"; _c=$J
  json "${2-}"; _w=$J
  json "$OPTIONS"; _o=$J
  [ "$C_REAL" != - ] || S=null
  _gen=$GEN
  [ "$GEN" != - ] || _gen=null
  _miss='' _pids=''
  read -r _pids 2>/dev/null <"$D/.run/pids"
  for _f in /proc/pressure/memory /proc/slabinfo /proc/zoneinfo /dev/kmsg /proc/timer_list; do
    # /dev/kmsg may be readable by its mode and refuse to be opened
    { [ -r "$P$_f" ] && command : <"$P$_f"; } 2>/dev/null || { json "$_f"; _miss="$_miss${_miss:+, }$J"; }
  done
  [ -n "$KUBEPODS" ] || _miss="$_miss${_miss:+, }\"kubepods\""
  [ -n "$JOURNAL" ] || _miss="$_miss${_miss:+, }\"journal\""
  {
    printf '{\n  "format": 1,\n  "state": "%s",\n  "collector": "memforensics collect.sh %s",\n' "$1" "$MF_VERSION"
    printf '  "host": %s,\n  "boot": "%s",\n  "kernel": %s,\n  "machine": "%s",\n  "page_size": %s,\n' "$_h" "$BOOT" "$_k" "$MACHINE" "$PAGE"
    printf '  "shell": "%s",\n  "cgroup": "%s",\n  "cgroup_root": "%s",\n' "$SHELL_EXE" "${CGVER:-none}" "$CG"
    printf '  "started": {"uptime": %s, "real": %s},\n' "$START_UP" "$START_REAL"
    if [ "$1" = sealed ]; then
      printf '  "ended": {"uptime": %s, "real": %s},\n  "reason": %s,\n' "$UP" "$S" "$_w"
    fi
    printf '  "interval": %s,\n  "options": %s,\n  "generations": %s,\n  "marks": %s,\n' "$INTERVAL" "$_o" "$_gen" "$NMARKS"
    printf '  "missing": [%s],\n' "$_miss"
    printf '  "self": {"pids": [%s], "cgroup": %s}\n}\n' "$_pids" "$_c"
  } 2>/dev/null >"$D/.run/manifest" && mv -f "$D/.run/manifest" "$D/manifest.json"
}

list_files() { # DIR: every regular file beneath it, one a line, without .run
  for _e in "$1"/*; do
    if [ -h "$_e" ]; then continue; fi
    if [ -d "$_e" ]; then list_files "$_e"; elif [ -f "$_e" ]; then printf '%s\n' "$_e"; fi
  done
}

sums() { # 1: they cannot be made or written, 2: not now
  cd "$D" || return 1
  rm -f SHA256SUMS 2>/dev/null
  have sha256sum || return 1
  list_files . | sed 's|^\./||' >.run/files || return 1
  if have xargs && have tr; then tr '\n' '\0' <.run/files | xargs -0 sha256sum -- >.run/sums
  else while IFS= read -r _f; do sha256sum "$_f"; done <.run/files >.run/sums; fi || return 2
  mv .run/sums SHA256SUMS
} 2>/dev/null

# pack_to FILE: the spool as a tar, the manifest first so that a reader of a stream meets it first. 1: it cannot be written, 2: not now
pack_to() {
  _t=$1
  have tar || return 1
  cd "$D" || return 1
  set -- manifest.json
  for _f in index.tsv clock.tsv collector.log node logs ticks SHA256SUMS; do [ ! -e "$_f" ] || set -- "$@" "$_f"; done
  _b=${D##*/}
  cd .. || return 1
  _i=$#
  while [ "$_i" -gt 0 ]; do
    _f=$1
    shift
    [ ! -e "$_b/$_f" ] || set -- "$@" "$_b/$_f"
    _i=$((_i - 1))
  done
  # Built beside its final name and renamed: no half bundle under a whole one's name. How tar ended is written down: where
  # the fork for it fails, what comes through the pipe is empty and yet well-formed.
  _part=$_t.$$.part
  # made anew, never written through a link that another has put there
  rm -f "$_part" "$_part.tar" 2>/dev/null
  set -C
  { printf '126\n' >"$_part.tar" && printf '' >"$_part"; } 2>/dev/null
  _i=$?
  set +C
  [ "$_i" = 0 ] || return 1
  if [ -n "$GZIP_CMD" ]; then
    { tar -cf - "$@" 2>/dev/null; printf '%s\n' "$?" >"$_part.tar"; } | gzip -c >"$_part" && gzip -t "$_part"
  else
    { tar -cf - "$@" 2>/dev/null; printf '%s\n' "$?" >"$_part.tar"; } >"$_part"
  fi 2>/dev/null
  _i=$?
  read -r _r <"$_part.tar"
  if [ "$_i" = 0 ] && [ "$_r" -lt 126 ]; then { on_disk "$_part" && mv -f "$_part" "$_t" 2>/dev/null; } || _i=1; fi
  rm -f "$_part" "$_part.tar"
  [ "$_i" = 0 ] || return 1
  [ "$_r" -lt 126 ] || return 2
  # a file that tar could not read: then the spool is not removed
  if [ "$_r" != 0 ]; then
    KEEP=1
    say "Some files could not be read and are not in the bundle; they are still in $D"
  fi
}

out_name() { # where the bundle goes, in OUT
  OUT=$OUTPUT
  _e=.tgz
  [ -n "$GZIP_CMD" ] || _e=.tar
  if [ -z "$OUT" ]; then OUT=${D%/*}/${D##*/}$_e
  elif [ -d "$OUT" ]; then OUT=${OUT%/}/${D##*/}$_e; fi
}

stop_readers() {
  for _p in $PID_KMSG $PID_KUBELET $PID_RUNTIME; do kill "$_p" 2>/dev/null; done
  PID_KMSG='' PID_KUBELET='' PID_RUNTIME=''
}

# Everything after the last tick. May be entered again by a later generation when a fork failed in it.
finish() {
  if [ ! -d "$D/.run" ]; then
    stop_readers
    leave_cgroup
    return 0
  fi
  # a bundle that is being sealed copies from here
  _n=0
  while read -r _p _ 2>/dev/null <"$D/.run/seal" && alive "$_p" && [ "$_n" -lt 180 ]; do
    _n=$((_n + 1))
    wait "$_p" || sleep 1
  done
  # what was kept free is for this
  rm -f "$D/.run/reserve" 2>/dev/null
  log "worker: the last readings"
  [ -n "$WALKED" ] || rescan
  [ -n "$S_FULL" ] || open_segment full 30
  full_tick
  mark
  clock_row
  node_files end
  api_at_end
  journal_window
  last_look
  stop_readers
  while alive "$CLOSER"; do wait "$CLOSER" 2>/dev/null || break; done
  _f1=$START_UP _l1=$UP
  for _f in "$D"/ticks/*.fast "$D"/ticks/*.mid "$D"/ticks/*.full; do
    [ ! -f "$_f" ] || close_file "${_f#"$D/"}" - -
  done
  S_FAST='' S_MID='' S_FULL=''
  for _f in "$D"/logs/*; do
    case $_f in *.gz) continue ;; esac
    if [ -s "$_f" ]; then close_file "${_f#"$D/"}" "$_f1" "$_l1"; else rm -f "$_f"; fi
  done
  leave_cgroup
  self_cost
  log "sealed: $STOP; generations of the worker $GEN"
  write_manifest sealed "$STOP"
  # what these start may fail to fork
  sums || { [ $? = 2 ] && sleep 10 && sums; } || log "no checksums"
  out_name
  if pack_to "$OUT" || { [ $? = 2 ] && sleep 10 && pack_to "$OUT"; }; then
    printf '%s\n' "$OUT" >"${D%/*}/last"
    # the fast process may be writing in it
    [ -n "$KEEP" ] || rm -rf "$D" 2>/dev/null || rm -rf "$D"
  else
    OUT=$D
    { printf '%s\n' "$D" >"${D%/*}/last"; } 2>/dev/null
    say "The bundle could not be packed; its files are in $D (try: sh collect.sh pack $D -o ELSEWHERE)"
  fi
  if ! alive "$REC_PID"; then
    kill "$PID_TICK" 2>/dev/null
    unlock
  fi
  if [ -z "$DAEMON" ]; then
    printf '%s\n' "$OUT"
    say "Next: memforensics analyze ${OUT##*/}"
  fi
}

# --------------------------------------------------------------------------------------------------- its own place

# A cgroup of its own at the top, with memory.min and never a limit: a pod's would be killed with the pod, and a limit
# puts the collector's own kill into the log it collects.
enter_cgroup() {
  SELFCG=''
  [ -n "$OWNCG" ] && [ -n "$CG" ] || return 0
  # those of collectors that were killed
  for _g in "$P$CG"/memforensics-[0-9]*; do
    [ -e "/proc/${_g##*-}" ] || rmdir "$_g" 2>/dev/null
  done
  _g=memforensics-$$
  mkdir "$P$CG/$_g" 2>/dev/null || { log "no cgroup of its own: $CG is not writable"; return 0; }
  if { printf '%s\n' "$$" >"$P$CG/$_g/cgroup.procs"; } 2>/dev/null; then
    SELFCG=$_g
    if [ -e "$P$CG/$_g/memory.min" ]; then
      { printf '16777216\n' >"$P$CG/$_g/memory.min"; } 2>/dev/null || log "memory.min refused"
    fi
    log "own cgroup $CG/$_g"
    # with cgroup v1 a pod's limits on processes and CPU are other hierarchies', and so is the one by which a runtime finds
    # what it ends or freezes
    if [ ! -e "$P/sys/fs/cgroup/cgroup.procs" ]; then
      for _f in "$P"/sys/fs/cgroup/*/cgroup.procs; do
        case $_f in "$P$CG/"*) ;; *) { printf '%s\n' "$$" >"$_f"; } 2>/dev/null ;; esac
      done
    fi
  else
    rmdir "$P$CG/$_g" 2>/dev/null
    log "no cgroup of its own: the move was refused"
  fi
}

leave_cgroup() {
  [ -n "$SELFCG" ] || return 0
  # It can be removed only when it is empty: a snapshot may be at work in it, and a reader that was ended may not be gone.
  _n=0
  while :; do
    _l=''
    while read -r _p; do _l="$_l $_p"; done 2>/dev/null <"$P$CG/$SELFCG/cgroup.procs"
    for _p in $_l; do { printf '%s\n' "$_p" >"$P$CG$HOME_CG/cgroup.procs"; } 2>/dev/null || { printf '%s\n' "$_p" >"$P$CG/cgroup.procs"; } 2>/dev/null; done
    if rmdir "$P$CG/$SELFCG" 2>/dev/null; then return 0; fi
    _n=$((_n + 1))
    [ "$_n" -lt 5 ] || break
    sleep 1
  done
  log "own cgroup not removed"
}

# the cgroup it came from, to go back to
home_cgroup() {
  HOME_CG=''
  while IFS=: read -r _ _k _v; do
    case ,$_k, in *,memory,*) HOME_CG=$_v ;; ,,) [ "$CGVER" != v2 ] || HOME_CG=$_v ;; esac
  done 2>/dev/null </proc/self/cgroup
  [ "$HOME_CG" != / ] || HOME_CG=''
}

# CPU of the shell and of the children it waited for, from its own stat
self_cost() {
  for _w in "fast $REC_PID" "worker $$" "ticker $PID_TICK"; do
    read -r _l 2>/dev/null <"/proc/${_w#* }/stat" || continue
    # shellcheck disable=SC2086 # fields
    set -- ${_l##*) }
    log "cost: ${_w% *} user ${12} system ${13} children user ${14} system ${15} (clock ticks), resident ${22} pages"
  done
}

# ------------------------------------------------------------------------------------------------------ the recorder
#
# Two processes. The fast one reads the ticker and the fast tier, and after its start never forks: nothing that hangs,
# swaps or cannot fork can make it miss a tick (bash retries a failed fork for 15 s; a cgroup's memory.stat can take
# seconds). It writes a word to the worker's FIFO at least once a second. The worker does all that takes processes: middle and full
# ticks, readers, compression, marks, and the end. Each is reborn by its own EXIT trap; when the fast one is killed, the
# worker's FIFO ends and it seals what there is; when the worker is killed, the fast one starts another.

keep() { # NAME…: variables for the generations to come
  for _v; do
    eval "_x=\$$_v"
    quote "$_x"
    printf '%s=%s\n' "$_v" "$Q"
  done >>"$D/.run/conf"
}

quote() { # $1 for the shell, in Q
  Q='' _r=$1
  while :; do
    case $_r in
      *\'*) Q="$Q${_r%%\'*}'\\''" _r=${_r#*\'} ;;
      *) Q="'$Q$_r'"; return 0 ;;
    esac
  done
}

setup() {
  GEN=1 NOFORK=0 SEG=0 TICK=-1 LOST=0 STOP='' REC_PID=$$ NMARKS=0 PID_WORK=0
  printf '%s' $$ >"$D/.run/pids"
  now
  { printf '%s\n' -999 >/proc/self/oom_score_adj; } 2>/dev/null || log "oom_score_adj -999 refused: the kernel may kill the collector"
  home_cgroup
  enter_cgroup
  start_kmsg
  probe_journal
  follow kubelet "$KUBELET_UNITS" "$KUBELET_LOGS"; PID_KUBELET=$PID FILE_KUBELET=$_f
  follow runtime "$RUNTIME_UNITS" "$RUNTIME_LOGS"; PID_RUNTIME=$PID FILE_RUNTIME=$_f
  start_ticker || { log "no ticker"; stop_readers; die "no ticker works here (tried bash, busybox, ping, vmstat, perl, python3, sleep)"; }
  start_clocks
  SINCE_AT=$(date +%s)
  SINCE_AT=@$((SINCE_AT - SINCE))
  KMSG_FROM=''
  [ -z "$SINCE_SET" ] || KMSG_FROM=$((CS - SINCE * 100))0000
  case $KMSG_FROM in -*) KMSG_FROM='' ;; esac
  mkfifo "$D/.run/work" || die "cannot make $D/.run/work"
  # both ends: so it never blocks here, and a dead worker is no broken pipe
  command exec 5<>"$D/.run/work" || die "cannot open $D/.run/work"
  # nothing is ever written to this one: a read of it with a time limit is a rest
  command exec 8<>"$D/.run/idle" || die "cannot open $D/.run/idle"
  keep RT DATEFMT SELFCG HOME_CG JOURNAL JOURNAL_AS START_UP START_REAL SINCE_AT KMSG_FROM TICK_KIND TICK_CS REC_PID PID_TICK
  note_readers
  find_kubepods
  fast_list
  open_segment fast 1
  start_worker 1
  write_manifest open
  printf x >"$D/.run/ready"
  END=0
  [ "$DURATION" = 0 ] || END=$((CS + DURATION * 100))
}

start_worker() { # GENERATION
  # a signal to the whole group (Ctrl-C) is for the fast one; the worker goes on until it is told to end
  # shellcheck disable=SC2086 # "busybox ash" is two words
  $SHELL_CMD "$D/.run/collect.sh" _worker "$D" "$1" 3<&- 4<"$D/.run/work" 5>&- &
  PID_WORK=$!
  own_pid "$PID_WORK"
}

# try_fork COMMAND: one that forks, in the process that must not die of it. A fork that fails ends dash and busybox ash
# but not inside a builtin that is not special, as `command` makes of `eval`. None is tried again for ten seconds.
try_fork() {
  NOFORK=$((CS + 1000))
  command eval "$1" 2>/dev/null && return 0
  UNSURE=1
  only_self
  log "no fork succeeds: none is tried for 10 s"
}

# An error in a child that was forked but could not begin (dash opens /dev/null there) is caught by that `command` too.
# $$ is the parent's there as well; such a child must not go on as a second recorder.
only_self() {
  read -r _l _ </proc/self/stat && [ -n "$_l" ] || return 0
  UNSURE=''
  [ "$_l" = "$$" ] || { trap - EXIT; exit 1; }
} 2>/dev/null

# A fork has failed, or the shell met an error that ends it. Become the next generation, without a fork. bash tries a fork
# for 15 s first, and is left here where memory is too short for that as well, and goes on as it is.
reborn() {
  [ -z "${BASH_VERSION-}" ] || command eval 'shopt -s execfail'
  # shellcheck disable=SC2086 # "busybox ash", "bash --posix"
  exec $SHELL_CMD "$D/.run/collect.sh" _generation "$D" "$((GEN + 1))" "$SEG" "$TICK" "$((LOST + N_HELD))" "$END" "$PID_TICK" "$PID_WORK" "$STOP" "${N_FAST-}" "$N_TICK" "$TICK_WAIT" "$KILLS_WAS"
  record
}

generation() {
  D=$1 GEN=$2 SEG=$3 TICK=$4 LOST=$5 END=$6 _pt=$7 _pw=$8 STOP=$9
  shift 9
  # when the next tick is due, and the kills that were known: what was missed meanwhile is told, and triggers
  DUE=$1 N_TICK=$2 TICK_WAIT=$3 KILLS_WAS=$4 KILLS=$4
  # shellcheck source=/dev/null
  . "$D/.run/conf"
  PID_TICK=$_pt PID_WORK=$_pw S_MID=''
  find_cgroups
  now
  NOFORK=$((CS + 1000))
  trap reborn EXIT
  trap told INT TERM HUP
  log "fast process: generation $GEN"
  find_kubepods
  fast_list
  open_segment fast 1
  record
}

# The worker is woken. One that hangs for long is not told again and again: where its FIFO is full, this process would hang too.
tell_worker() {
  read -r _l 2>/dev/null <"$D/.run/heard" || _l=$SENT
  [ "$((SENT - _l))" -lt 2000 ] || return 0
  SENT=$((SENT + 1))
  printf 'tick %s %s %s\n' "${HOT:-0}" "$SEG" "$SENT" >&5
}

told() { STOP=${STOP:-signal} SIGNALLED=1; }

# beat UPTO: a line of the ticker. Where that has died, UPTO is waited for, and another one tried, less and less often: a machine
# may be short of forks for long, and in bash one that fails takes 15 s.
beat() {
  SIGNALLED=''
  if ticks_come && IFS= read -r _ <&3; then TICK_WAIT=1000; return 0; fi
  [ -z "$SIGNALLED" ] || return 0
  now
  if [ -z "$AWAIT" ] && [ "$CS" -ge "$NOFORK" ] && [ "$CS" -ge "$N_TICK" ]; then
    log "the ticker ended: started anew"
    N_TICK=$((CS + TICK_WAIT))
    [ "$TICK_WAIT" -ge 6000 ] || TICK_WAIT=$((TICK_WAIT * 2))
    try_fork another_ticker
    close_ticks
  fi
  # bash and busybox ash can wait without a fork; dash has no -t, and looks at the clock all the time
  # shellcheck disable=SC3045 # that it fails there is known
  while [ "$CS" -lt "$1" ]; do read -r -t 0.05 _ <&8; now; done 2>/dev/null
}

record() {
  PSI_WAS='' AVAIL_LOW=''
  UNSEEN=0 UNSURE='' HELD='' N_HELD=0 AWAIT='' HOT='' HOT_UNTIL=0 PSI=0 AVAIL='' AVAIL_WAS='' P_FAST=100 FAST_CS=0
  # a fork that failed within begin_ticker has left them open
  close_ticks
  now
  lengths
  N_FAST=${DUE:-$CS} N_SAY=$CS N_SCAN=$((CS + 3000))
  # the number of the last message that the worker has read
  read -r SENT 2>/dev/null <"$D/.run/heard" || SENT=0
  while :; do
    beat "$N_FAST"
    now
    if [ "$CS" -ge "$((N_FAST - 5))" ]; then
      next_of fast "$N_FAST" "$P_FAST"
      N_FAST=$NEXT_AT
      _t0=$CS
      [ -z "$UNSURE" ] || only_self
      fast_tick
      FAST_CS=$((CS - _t0))
      pace
      triggers
      if [ "$CS" -ge "$N_SAY" ]; then
        N_SAY=$((CS + 90))
        tell_worker
        if [ "$CS" -ge "$N_SCAN" ]; then
          N_SCAN=$((CS + 3000))
          find_kubepods
          fast_list
        fi
        [ "$((CS - O_FAST))" -lt "$L_FAST" ] || open_segment fast 1
        if [ "$CS" -ge "$NOFORK" ] && ! alive "$PID_WORK"; then
          log "the worker has died: another is started"
          try_fork 'start_worker 1'
        fi
      fi
      [ "$END" = 0 ] || [ "$CS" -lt "$END" ] || STOP=${STOP:-duration}
    fi
    [ -z "$STOP" ] || break
  done
  LOST=$((LOST + N_HELD))
  log "stopping: $STOP; fast ticks not written $LOST"
  printf 'stop %s\n' "$STOP" >&5
  [ -n "$DAEMON" ] || say "Sealing…"
  # the worker seals and packs; the ticker paces the wait
  _t0=$CS _n=0
  while [ -d "$D/.run" ]; do
    beat "$((CS + 100))"
    now
    # a worker that may not fork yet waits out its ten seconds by these
    printf '\n' >&5
    if ! alive "$PID_WORK"; then
      # 0: it has done what can be done
      if wait "$PID_WORK" 2>/dev/null || [ -s "${D%/*}/last" ] || [ "$_n" -ge 6 ]; then break; fi
      if [ "$CS" -ge "$NOFORK" ]; then
        _n=$((_n + 1))
        try_fork 'start_worker 1'
        printf 'stop %s\n' "$STOP" >&5
      fi
    fi
    [ "$((CS - _t0))" -lt 90000 ] || { log "the worker did not end in 15 minutes"; break; }
  done
  trap - EXIT
  kill "$PID_TICK" 2>/dev/null
  unlock
  [ -d "$D/.run" ] || [ -s "${D%/*}/last" ] || die "$STOP: $D"
  [ -s "${D%/*}/last" ] || die "the bundle was not made; the spool is $D"
  exit 0
}

# --------------------------------------------------------------------------------------------------------- the worker

# What comes true while the aftermath of an earlier trigger is being recorded belongs to that one.
triggered() {
  if [ -n "$TRIGGER" ]; then log "trigger: $1 (within that of $TRIGGER)"; return 0; fi
  TRIGGER=$1 N_TRIGGER=$((CS + AFTER * 100)) N_FULL=$CS
  # a worker that comes after this one must know: it is now that forks fail
  printf '%s %s\n' "$N_TRIGGER" "$TRIGGER" 2>/dev/null >"$D/.run/trigger"
  log "trigger: $1; its bundle is sealed in $AFTER s"
}

seal_trigger() {
  full_tick
  mark
  clock_row
  to_seal 0 0 "trigger: $TRIGGER"
  TRIGGER=''
  printf '' 2>/dev/null >"$D/.run/trigger"
}

# The bundle that is to be sealed while the recorder goes on: the process that does it (0: none yet), the times it was tried,
# and why. A generation that comes after this one finds it there; it is empty when the bundle is made.
to_seal() { # PID TRIES REASON
  SEALING=$3
  printf '%s %s %s\n' "$@" 2>/dev/null >"$D/.run/seal"
}

# It is made by a process of its own, which ends where a fork of its fails: then it is tried again.
tend_seal() {
  read -r _p _n SEALING 2>/dev/null <"$D/.run/seal" || { SEALING=''; return 0; }
  if alive "$_p" || alive "$PID_SEAL" || [ "$CS" -lt "$N_SEAL" ]; then return 0; fi
  if [ "$_n" -ge 10 ]; then
    log "$SEALING: its bundle could not be made"
    printf '' 2>/dev/null >"$D/.run/seal"
    return 0
  fi
  [ "$_n" = 0 ] || log "$SEALING: its bundle could not be made; tried again"
  N_SEAL=$((CS + 1000))
  to_seal 0 "$((_n + 1))" "$SEALING"
  # shellcheck disable=SC2086 # "busybox ash" is two words
  $SHELL_CMD "$D/.run/collect.sh" _snapshot "$D" "$((_n + 1))" "$SEALING" </dev/null >/dev/null 2>&1 4<&- &
  PID_SEAL=$!
}

# what the kubelet has logged since the last look
look_for_eviction() {
  _f=$D/$FILE_KUBELET
  [ -f "$_f" ] || return 0
  _v=$(($(wc -c <"$_f")))
  if [ "$_v" -gt "$EVICT_AT" ]; then
    if tail -c "+$((EVICT_AT + 1))" "$_f" | grep -q -e 'must evict pod' -e 'pods ranked for eviction' -e 'attempting to reclaim'; then
      triggered 'eviction'
    fi
  fi
  EVICT_AT=$_v
  printf '%s\n' "$EVICT_AT" 2>/dev/null >"$D/.run/evict"
}

# The ring: closed segments older than its age go, and the oldest of them while there is too much of all. Without a
# ring nothing is taken away: it ends when the size is reached, or the disk is nearly full.
keep_small() {
  alive "$CLOSER" && return 0
  _sum=0 _rows='' _gone='' _n='' _tab='	' _max=$MAXSIZE
  while IFS=$_tab read -r _f _v _; do
    case $_f in '#'*) ;; *) _sum=$((_sum + _v)) ;; esac
  done <"$D/index.tsv"
  disk_full
  if [ -z "$RING" ]; then
    WHY=''
    [ "$((_sum / 1024))" -le "$MAXSIZE" ] || WHY="the size of $MAXSIZE kB is reached"
    [ -z "$FULL_DISK" ] || WHY="the disk is full: $FULL_DISK"
    if [ -n "$WHY" ]; then
      log "ends: $WHY"
      kill -TERM "$REC_PID" 2>/dev/null
    fi
    return 0
  fi
  if [ -n "$FULL_DISK" ]; then
    _max=$((_sum * 3 / 4096))
    log "the disk is full: $FULL_DISK; the ring is cut to $_max kB"
  fi
  while IFS= read -r _l; do
    IFS=$_tab read -r _f _v _ _ _last _ <<ROW
$_l
ROW
    _last=${_last%.*}
    case $_f in ticks/* | logs/*) ;; *) _last=999999999 ;; esac
    case $_last in '' | *[!0-9]*) _last=0 ;; esac
    if [ "$((_last * 100))" -lt "$((CS - RING * 100))" ] || { [ "$((_sum / 1024))" -gt "$_max" ] && [ "$_last" != 999999999 ]; }; then
      _gone="$_gone $_f"
      _sum=$((_sum - _v))
    else
      _rows=$_rows$_l$NL
    fi
  done <"$D/index.tsv"
  if [ -n "$_gone" ]; then
    # an index names nothing that is gone; but a full disk may have no room for it before
    shorter_index || _n=again
    # shellcheck disable=SC2086 # names of ours
    (cd "$D" && rm -f $_gone)
    [ "$_n" != again ] || shorter_index
  fi
  rotate_logs
  for _f in collector.log clock.tsv; do shorter_book "$_f"; done
}

# shorter_book FILE: one that has grown for days is cut to its head line and its last half
shorter_book() {
  _v=$(($(wc -c <"$D/$1")))
  [ "$_v" -gt 1000000 ] || return 0
  # what either process writes meanwhile goes to the old one, and is taken over from there
  command exec 9<"$D/$1" || return 0
  { head -n 1 "$D/$1"; head -c "$_v" "$D/$1" | tail -c 500000 | sed 1d; } >"$D/.run/book" && mv "$D/.run/book" "$D/$1" &&
    tail -c "+$((_v + 1))" <&9 >>"$D/$1"
  command exec 9<&-
} 2>/dev/null

shorter_index() {
  printf '%s' "$_rows" >"$D/.run/index" && mv "$D/.run/index" "$D/index.tsv"
} 2>/dev/null

# In FULL_DISK what is left, where that is little: of a large disk 3 % are much.
disk_full() {
  FULL_DISK=''
  _v=$(df -P "$D" 2>/dev/null)
  set -f
  # shellcheck disable=SC2086 # the fields of df's last line
  set -- ${_v##*"$NL"}
  set +f
  case ${4-} in '' | *[!0-9]*) return 0 ;; esac
  case ${5-} in 9[789]% | 100%) [ "$4" -ge 65536 ] || FULL_DISK="$4 kB left" ;; esac
}

# A log that has grown: another reader takes over, then the first is ended and its file closed. What both have read is
# there twice, with the same sequence number or cursor.
rotate_logs() {
  if [ -n "$KMSG_FILE" ] && [ "$(($(wc -c <"$D/$KMSG_FILE")))" -gt 4000000 ]; then
    _p=$PID_KMSG _v=$KMSG_FILE
    start_kmsg
    kill "$_p" 2>/dev/null
    close_file "$_v" - "$UP"
  fi
  if [ -n "$PID_KUBELET" ] && [ -f "$D/$FILE_KUBELET" ] && [ "$(($(wc -c <"$D/$FILE_KUBELET")))" -gt 8000000 ]; then
    _p=$PID_KUBELET _v=$FILE_KUBELET
    follow kubelet "$KUBELET_UNITS" "$KUBELET_LOGS"
    PID_KUBELET=$PID FILE_KUBELET=$_f EVICT_AT=0
    kill "$_p" 2>/dev/null
    close_file "$_v" - "$UP"
  fi
  if [ -n "$PID_RUNTIME" ] && [ -f "$D/$FILE_RUNTIME" ] && [ "$(($(wc -c <"$D/$FILE_RUNTIME")))" -gt 8000000 ]; then
    _p=$PID_RUNTIME _v=$FILE_RUNTIME
    follow runtime "$RUNTIME_UNITS" "$RUNTIME_LOGS"
    PID_RUNTIME=$PID FILE_RUNTIME=$_f
    kill "$_p" 2>/dev/null
    close_file "$_v" - "$UP"
  fi
  note_readers
}

reborn_worker() {
  # shellcheck disable=SC2086 # "busybox ash", "bash --posix"
  exec $SHELL_CMD "$D/.run/collect.sh" _worker "$D" "$((GEN + 1))" "$CS" "$SEG" "$TICK" "$NEXT" "$NMARKS" "$N_FULL" "$STOP"
}

worker() {
  D=$1 GEN=$2
  # shellcheck source=/dev/null
  . "$D/.run/conf"
  # shellcheck source=/dev/null
  . "$D/.run/readers"
  find_cgroups
  now
  # Ctrl-C and the end of a terminal reach every process of it: what is started here, to seal above all, takes no notice.
  # SIGTERM is what ends readers.
  trap '' INT HUP
  trap : TERM
  WALKED='' PATHS='' S_FAST='' S_MID='' S_FULL='' INDEXED='' CLOSER='' OPEN_FAST=0 TRIGGER='' N_TRIGGER=0 PSI=0 HOT='' LOST=0 KINDS=0 WHY='' KMSG_LAST=- KMSG_CS=0 KMSG_WAIT=500 SEALING='' PID_SEAL=0 N_SEAL=0
  if [ $# -gt 2 ]; then
    # for ten seconds no fork is tried: generations stay few
    NOFORK=$((CS + 1000)) SEG=$4 TICK=$5 NEXT=$6 NMARKS=$7 N_FULL=$8 STOP=$9
    trap reborn_worker EXIT
    log "worker: generation $GEN: a fork failed, or an error ended the shell at uptime ${3%??}; none is tried for 10 s"
    while IFS= read -r _l; do PATHS="$PATHS$_l$NL"; done 2>/dev/null <"$D/.run/paths"
  else
    NOFORK=0 SEG=0 TICK=0 NEXT=1 NMARKS=0 N_FULL=$CS STOP=''
    # another worker was here: its numbers are not used again
    while [ -e "$D/ticks/$(printf %06d $((SEG + 1))).mid" ] || [ -e "$D/ticks/$(printf %06d $((SEG + 1))).mid.gz" ]; do SEG=$((SEG + 1)); done
    [ "$SEG" = 0 ] || { NEXT=$((SEG * 100000)); TICK=$NEXT; }
    trap reborn_worker EXIT
  fi
  read -r N_TRIGGER TRIGGER 2>/dev/null <"$D/.run/trigger"
  read -r EVICT_AT 2>/dev/null <"$D/.run/evict" || EVICT_AT=0
  cd "$D/.run/cg" || cd /
  P_MID=$((INTERVAL * 100)) P_FULL=3000 N_MARK=$CS N_MID=$CS N_SCAN=$CS N_TEND=$CS N_KEEP=$CS
  lengths
  work
}

# next_of TIER DUE PERIOD: when its next tick is due, in NEXT_AT. What has been left out is told: made and left out are all
# that were due.
next_of() {
  _late=$((CS - $2)) NEXT_AT=$(($2 + $3))
  if [ "$_late" -ge "$3" ]; then
    log "overrun: $1 tick ${_late}0 ms late, $((_late / $3)) left out"
    NEXT_AT=$((NEXT_AT + _late / $3 * $3))
  fi
}

work() {
  while :; do
    if [ -z "$STOP" ]; then
      if read -r _word _arg _seg <&4; then :; else _word=stop _arg='the fast process was killed' _seg=''; fi
    else
      _word=''
      # reborn in its end: wait out the ten seconds. Nothing else can be waited for without a fork.
      now
      [ "$CS" -ge "$NOFORK" ] || read -r _ _ <&4 || NOFORK=0
    fi
    now
    case $_word in
      stop) STOP=${WHY:-"$_arg${_seg:+ $_seg}"} ;;
      trigger) triggered "$_arg $_seg" ;;
      snapshot) [ -n "$SEALING" ] || to_seal 0 0 snapshot ;;
      tick)
        OPEN_FAST=${_seg% *}
        printf '%s\n' "${_seg#* }" 2>/dev/null >"$D/.run/heard"
        if [ "$_arg" = 1 ] && [ -z "$HOT" ]; then HOT=1 P_FULL=1000 N_FULL=$CS
        elif [ "$_arg" = 0 ] && [ -n "$HOT" ]; then HOT='' P_FULL=3000; fi ;;
    esac
    [ "$CS" -ge "$NOFORK" ] || continue
    [ -z "$STOP" ] || break
    if [ "$CS" -ge "$N_SCAN" ]; then N_SCAN=$((CS + 3000)); rescan; fi
    [ -n "$S_MID" ] || open_segment mid "$INTERVAL"
    [ -n "$S_FULL" ] || open_segment full 30
    if [ "$CS" -ge "$N_MARK" ]; then
      N_MARK=$((CS + 6000))
      mark
      clock_row
      self_cost
    fi
    if [ "$CS" -ge "$N_KEEP" ]; then N_KEEP=$((CS + L_MID / 2)); keep_small; fi
    # one after the other
    if [ -n "$TRIGGER" ] && [ "$CS" -ge "$N_TRIGGER" ] && [ -z "$SEALING" ]; then seal_trigger; fi
    # woken about once a second: half of that early is as good as half of that late, and does not drift
    if [ "$((CS + 50))" -ge "$N_FULL" ]; then
      next_of full "$N_FULL" "$P_FULL"
      N_FULL=$NEXT_AT
      full_tick
    fi
    if [ "$((CS + 50))" -ge "$N_MID" ]; then
      next_of mid "$N_MID" "$P_MID"
      N_MID=$NEXT_AT
      mid_tick
    fi
    [ -d "$D/node/start" ] || [ ! -d "$D/.run" ] || node_files start
    # after the ticks: where no fork succeeds, it is one of theirs that fails
    tend_seal
    if [ "$CS" -ge "$N_TEND" ]; then
      N_TEND=$((CS + 500))
      tend_readers
      [ -z "$T_EVICT" ] || look_for_eviction
      [ "$((CS - O_MID))" -lt "$L_MID" ] || open_segment mid "$INTERVAL"
      [ "$((CS - O_FULL))" -lt "$L_MID" ] || open_segment full 30
      close_stale
    fi
  done
  finish
  trap - EXIT
  exit 0
}

# ------------------------------------------------------------------------------------------------------ verbs

probe_tools() {
  GZIP_CMD='' TIMEOUT='' TAILV='' SYNC=''
  ! have gzip || GZIP_CMD=gzip
  # of one file: older ones write out all file systems, whatever they are asked
  if sync -d "$0" 2>/dev/null; then SYNC=1; fi
  if have timeout && timeout 5 true 2>/dev/null; then TIMEOUT=1; fi
  if tail -v -n +1 /dev/null >/dev/null 2>&1; then TAILV=-v; fi
  # which interpreter this is, to become it again
  SHELL_EXE=$(readlink "/proc/$$/exe" 2>/dev/null)
  case $SHELL_EXE in
    '') SHELL_EXE=sh SHELL_CMD=sh ;;
    */busybox*) SHELL_CMD="$SHELL_EXE ash" ;;
    */bash) SHELL_CMD="$SHELL_EXE --posix" ;;
    *) SHELL_CMD=$SHELL_EXE ;;
  esac
}

is_own() { [ -d "$1" ] && [ ! -h "$1" ] && [ -O "$1" ]; }

find_base() {
  if [ -n "$BASE" ]; then
    case $BASE in /*) ;; *) BASE=$PWD/$BASE ;; esac
    mkdir -p "$BASE" || die "cannot make $BASE"
    # where everybody may write, names that can be guessed may be links: there it takes a directory of its own
    case $(ls -ld "$BASE/") in
      d???????w*)
        BASE=$BASE/memforensics
        mkdir -m 700 "$BASE" 2>/dev/null || is_own "$BASE" || die "$BASE is another's, or a link. Give another directory: --spool DIR" ;;
    esac
    return 0
  fi
  _m=''
  for _b in /var/lib /var/log /var/tmp /tmp ''; do
    # nothing on a disk: the first of those in memory, for doctor and the refusal to name it
    if [ -z "$_b" ]; then [ -n "$_m" ] || break; BASE=$_m; return 0; fi
    _d=$P$_b/memforensics
    # in a shared directory it may be another's, or a link: then not that one
    if mkdir -m 700 "$_d" 2>/dev/null || is_own "$_d"; then
      if { printf '' >"$_d/.w"; } 2>/dev/null; then 
        rm -f "$_d/.w"
        if in_memory "$_d"; then [ -n "$_m" ] || _m=$_d; else BASE=$_d; return 0; fi
      fi
    fi
  done
  die "found no directory to record in: give one with --spool"
}

# in_memory DIR: is it in a file system that lives in memory? What is written there cannot be reclaimed without swap.
in_memory() {
  _at=$(cd "$1" 2>/dev/null && pwd -P) || return 1
  _best='' _fs=''
  while read -r _ _p _t _; do
    case $_at/ in "${_p%/}"/*) [ "${#_p}" -lt "${#_best}" ] || _best=$_p _fs=$_t ;; esac
  done </proc/mounts
  case $_fs in tmpfs | ramfs | rootfs) ;; *) return 1 ;; esac
}

# the bundle that -o names is not put there either, while the node may be short
output_on_disk() {
  [ -n "$OUTPUT" ] || return 0
  _at=$OUTPUT
  [ -d "$_at" ] || _at=${_at%/*}
  ! in_memory "${_at:-/}" || die "$OUTPUT is in memory ($_fs): the bundle would take the memory that is short. Give a place on a disk: -o PATH"
}

owner() { # the running collector of BASE: L_PID, L_SPOOL; false if there is none
  [ -f "$BASE/lock/owner" ] || return 1
  read -r L_PID _st L_SPOOL <"$BASE/lock/owner" || return 1
  alive "$L_PID" && start_time "$L_PID" && [ "$S" = "$_st" ]
}

# Between the two steps of another's, the lock has no owner for a moment.
lock() {
  if ! mkdir "$BASE/lock" 2>/dev/null; then
    owner || sleep 1
    if owner; then die "a collector is recording already (pid $L_PID, $L_SPOOL): sh collect.sh stop"; fi
    say "A collector that was here has died; its spool is ${L_SPOOL:-unknown} (sh collect.sh pack SPOOL)"
    rm -rf "$BASE/lock"
    mkdir "$BASE/lock" || die "cannot lock $BASE"
  fi
}

unlock() { # unless another has taken it since
  read -r _ _ _l 2>/dev/null <"${D%/*}/lock/owner" && [ "$_l" = "$D" ] && rm -rf "${D%/*}/lock"
}

take() { # the lock is this process's
  start_time $$
  printf '%s %s %s\n' "$$" "$S" "$D" >"${D%/*}/lock/owner"
}

facts() {
  BOOT=$(cat "$P/proc/sys/kernel/random/boot_id" 2>/dev/null)
  HOST=$(uname -n) KERNEL=$(uname -r) MACHINE=$(uname -m)
  PAGE=$(getconf PAGESIZE 2>/dev/null)
  [ -n "$PAGE" ] || page_size
}

# busybox has no getconf: then it is this shell's size, which statm has in pages and status in kB, if it stands still
page_size() {
  read -r _n _ <"/proc/$$/statm"
  while read -r _k _v _; do case $_k in VmSize:) break ;; esac; done <"/proc/$$/status"
  PAGE=$((_v * 1024 / _n))
  case $PAGE in 4096 | 16384 | 65536) ;; *) PAGE=null ;; esac
} 2>/dev/null

# Piped into a shell, it has no file to become again from; nor is a file called sh, which may lie here, this script.
is_file() {
  [ -f "$0" ] && [ -r "$0" ] && { read -r _ && read -r _l; } <"$0" || return 1
  case $_l in '# memforensics collector'*) ;; *) return 1 ;; esac
}

prepare() { # a new spool in BASE
  is_file || die "cannot read this script as a file: save it, then run: sh collect.sh"
  find_base
  ! in_memory "$BASE" || die "$BASE is in memory ($_fs): recording there would take the memory that is short. Give a directory on a disk: --spool DIR"
  output_on_disk
  lock
  facts
  _h=$(printf '%s' "$HOST" | tr -c 'A-Za-z0-9.-' _)
  _h=$BASE/$_h-$(date -u +%Y%m%dT%H%M%S)
  # taken already where the clock was set back, or by the run before in the same second
  D=${_h}Z _n=1
  while [ -e "$D" ] || [ -e "$D.tgz" ] || [ -e "$D.tar" ]; do _n=$((_n + 1)); D=${_h}Z-$_n; done
  # until the process that will record takes it
  take
  mkdir "$D" || { rm -rf "$BASE/lock"; die "cannot make $D"; }
  mkdir "$D/.run" "$D/.run/cg" "$D/node" "$D/ticks" "$D/logs"
  # kept free for the end: a full disk must not keep what is there from being closed and sealed
  head -c 4194304 /dev/zero 2>/dev/null >"$D/.run/reserve" || { rm -rf "$D" "$BASE/lock"; die "$BASE has less than 4 MB free. Give another directory: --spool DIR"; }
  cp "$0" "$D/.run/collect.sh" 2>/dev/null || { rm -rf "$D" "$BASE/lock"; die "cannot copy this script to $D"; }
  printf '#file\tbytes\tcksum\tfirst_up\tlast_up\trecords\tgen\n' >"$D/index.tsv"
  printf '#uptime\tmonotonic\trealtime\tboot_offset\tkmsg_seq\tboot_id\n' >"$D/clock.tsv"
  TIMER_LIST=''
  [ ! -r "$P/proc/timer_list" ] || TIMER_LIST=1
  keep P INTERVAL SINCE SINCE_SET DURATION OUTPUT MARKS OWNCG WITH_ARGS KEEP QUIET DAEMON BOOT HOST KERNEL MACHINE PAGE GZIP_CMD \
    TIMEOUT TAILV SYNC SHELL_EXE SHELL_CMD TIMER_LIST OPTIONS TICKER RING MAXSIZE AFTER T_OOM T_EVICT T_PSI T_AVAIL
  [ "$(id -u)" = 0 ] || say "Not root: no kernel log, no slabinfo, no cgroup of its own, and the kernel may kill it (sh collect.sh doctor says more)"
  # killed from here on, it leaves a bundle
  printf '%s' $$ >"$D/.run/pids"
  [ -z "$RING" ] || forget_spools
  GEN=1 NOFORK=0 NMARKS=0 SELFCG='' JOURNAL='' RT='' DATEFMT=%s
  find_cgroups
  find_kubepods
  start_clocks
  write_manifest open
}

start_clocks() {
  read_clocks
  secs "$C_REAL"
  START_UP=$UP START_REAL=$S
  [ "$S" != - ] || START_REAL=null
}

recorder() { # in the process that will record
  D=$1
  # shellcheck source=/dev/null
  . "$D/.run/conf"
  take
  probe_clock
  find_cgroups
  trap told INT TERM HUP
  NOFORK=0 DUE='' N_TICK=0 TICK_WAIT=1000 KILLS='' KILLS_WAS='' KMSG_FILE='' PID_KMSG=''
  rm -f "${D%/*}/last"
  setup
  trap reborn EXIT
  record
}

run() {
  prepare
  case $DURATION in
    0) say "Recording to $D until it is told to end (Ctrl-C does, and still makes the bundle)" ;;
    *) say "Recording to $D for $DURATION s (Ctrl-C ends it earlier and still makes the bundle)" ;;
  esac
  recorder "$D"
}

start() {
  prepare
  # shellcheck disable=SC2086 # "busybox ash" is two words
  if have setsid; then setsid $SHELL_CMD "$D/.run/collect.sh" _recorder "$D" </dev/null >/dev/null 2>&1 &
  else $SHELL_CMD "$D/.run/collect.sh" _recorder "$D" </dev/null >/dev/null 2>&1 & fi
  _n=0
  while [ ! -s "$D/.run/ready" ] && [ "$_n" -lt 30 ]; do sleep 1; _n=$((_n + 1)); done
  if ! owner || [ "$L_PID" = $$ ]; then
    unlock
    die "the recorder did not start; see $D/collector.log"
  fi
  printf '%s\n' "$D"
  say "Recording (pid $L_PID). End it with: sh collect.sh stop${SPOOL_OPT:+ --spool $BASE}"
}

stop() {
  find_base
  owner || die "no collector is recording in $BASE"
  output_on_disk
  kill -TERM "$L_PID" || die "cannot stop pid $L_PID"
  say "Sealing…"
  _n=0
  while alive "$L_PID"; do
    _n=$((_n + 1))
    [ "$_n" -lt 300 ] || die "pid $L_PID does not end; its spool is $L_SPOOL"
    sleep 1
  done
  _o=$(cat "$BASE/last" 2>/dev/null)
  [ -n "$_o" ] || die "it ended without a bundle; its spool is $L_SPOOL"
  if [ -n "$OUTPUT" ]; then
    if mv "$_o" "$OUTPUT"; then if [ -d "$OUTPUT" ]; then _o=${OUTPUT%/}/${_o##*/}; else _o=$OUTPUT; fi; fi
  fi
  printf '%s\n' "$_o"
  say "Next: memforensics analyze ${_o##*/}"
}

status() {
  find_base
  if owner; then
    printf 'recording: pid %s, spool %s\n' "$L_PID" "$L_SPOOL"
    tail -n 5 "$L_SPOOL/collector.log" 2>/dev/null
    # files come and go while it counts
    du -sh "$L_SPOOL" 2>/dev/null || :
  else
    printf 'no collector is recording in %s\n' "$BASE"
    for _d in "$BASE"/*/; do
      [ ! -d "$_d/ticks" ] || printf 'left behind: %s (sh collect.sh pack %s)\n' "${_d%/}" "${_d%/}"
    done
    exit 3
  fi
}

# A spool that a crash left: end its readers, close its segments, seal. What cannot be written there is packed as it is.
pack() {
  if [ -z "$1" ] || [ ! -d "$1/ticks" ]; then usage_error "pack needs the spool's directory"; fi
  D=$(cd "$1" && pwd) || die "cannot enter $1"
  BASE=${D%/*}
  if owner && [ "$L_SPOOL" = "$D" ]; then die "it is still recording: sh collect.sh stop"; fi
  [ -f "$D/manifest.json" ] || die "nothing was recorded in $D yet when its collector ended"
  # its worker may have outlived the rest, and be sealing it
  _n=0
  while [ "$_n" -lt 300 ]; do
    _l=''
    for _p in /proc/[0-9]*; do
      case $(readlink "$_p/cwd" 2>/dev/null) in "$D/.run/cg") _l=${_p#/proc/} ;; esac
    done
    [ -n "$_l" ] || break
    [ "$_n" != 0 ] || say "Process $_l is still sealing it: waiting"
    sleep 1
    _n=$((_n + 1))
  done
  if [ ! -d "$D" ]; then cat "$BASE/last"; return 0; fi
  # leftover readers: processes whose output is a file of this spool
  for _p in /proc/[0-9]*; do
    case $(readlink "$_p/fd/1" 2>/dev/null) in "$D"/*) kill "${_p#/proc/}" 2>/dev/null ;; esac
  done
  _state=open
  if { printf '' >>"$D/collector.log"; } 2>/dev/null; then
    GEN=- STOP='packed after a crash' UP=- KMSG_FROM=''
    rm -f "$D/.run/reserve"
    mkdir -p "$D/.run"
    for _f in "$D"/ticks/*.fast "$D"/ticks/*.mid "$D"/ticks/*.full "$D"/logs/*; do
      case $_f in *.gz) continue ;; esac
      [ -f "$_f" ] || continue
      if [ ! -s "$_f" ]; then rm -f "$_f"; continue; fi
      # closed already, and killed before the plain file was removed
      rm -f "$_f.gz"
      close_file "${_f#"$D/"}" - - || say "could not compress ${_f##*/}"
    done
    printf '%s\n' '- packed from a spool that was left behind' >>"$D/collector.log"
    if [ -f "$D/manifest.json" ]; then
      sed -e 's/"state": "open",/"state": "sealed",/' -e 's/^  "started":/  "reason": "packed after a crash",\n&/' "$D/manifest.json" >"$D/.run/manifest" &&
        mv "$D/.run/manifest" "$D/manifest.json"
    fi
    if (sums); then _state=sealed; fi
  fi
  [ "$_state" = sealed ] || say "The spool cannot be written to: packed as it is, unsealed"
  out_name
  (pack_to "$OUT") || die "cannot write $OUT"
  # the dead recorder's lock, or the next one would say that this spool is still to be packed
  unlock
  printf '%s\n' "$OUT"
}

# In a debug pod the node is at /host. Its own programs are the best to read it with (journalctl above all); a node
# without a shell is read from outside, with the pod's programs.
can_chroot() {
  [ -d "$ROOT/proc" ] || usage_error "$ROOT is not a node's file system"
  [ -z "$NOCHROOT" ] || return 1
  chroot "$ROOT" /bin/sh -c 'tail -n 0 /proc/uptime' >/dev/null 2>&1 || return 1
  if ! mkdir -p "$ROOT/var/lib/memforensics" || ! chmod 700 "$ROOT/var/lib/memforensics" ||
    ! cp "$0" "$ROOT/var/lib/memforensics/collect.sh"; then die "cannot copy this script to $ROOT/var/lib/memforensics"; fi
  say "Paths below are the node's: here they begin with $ROOT"
}

print_manifest() {
  cat <<'YAML'
# 1. kubectl -n kube-system create configmap memforensics-collector --from-file=collect.sh
# 2. sh collect.sh --print-manifest | kubectl apply -f -
# 3. bundles are on the nodes, in /var/lib/memforensics; `kubectl -n kube-system exec POD -- sh /collector/collect.sh
#    snapshot --root /host` makes one of this moment.
#
# The flight recorder: the last 30 minutes on every node, and a bundle whenever the kernel kills or the kubelet evicts.
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: memforensics-collector
  namespace: kube-system
  labels: {app.kubernetes.io/name: memforensics-collector}
spec:
  selector:
    matchLabels: {app.kubernetes.io/name: memforensics-collector}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 100%}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: memforensics-collector}
    spec:
      # no rights in the API are needed, so no token is mounted
      automountServiceAccountToken: false
      # not evicted, and scheduled on nodes in trouble: those are the ones of interest
      priorityClassName: system-node-critical
      tolerations: [{operator: Exists}]
      # the tasks of the node, not of the pod
      hostPID: true
      # SIGTERM seals the bundle; compressing takes a moment
      terminationGracePeriodSeconds: 120
      containers:
        - name: collector
          image: busybox:1.36
          command: [sh, /collector/collect.sh]
          args: [--root, /host, --duration, "0", --ring, 30m, --trigger, "oom,eviction", --after, 2m]
          securityContext:
            # /dev/kmsg, the kubelet's journal, a cgroup of its own and oom_score_adj -999 take root on the node
            privileged: true
          resources:
            # requests and limits alike make it Guaranteed, with the kubelet's oom_score_adj -997, until it has left
            # the pod's cgroup for its own, which has memory.min and no limit
            requests: {cpu: 50m, memory: 64Mi}
            limits: {cpu: 50m, memory: 64Mi}
          volumeMounts:
            - {name: collector, mountPath: /collector, readOnly: true}
            # the node's file system: /proc and /sys are read, /var/lib/memforensics is written
            - {name: host, mountPath: /host}
      volumes:
        - name: collector
          configMap: {name: memforensics-collector}
        - name: host
          hostPath: {path: /, type: Directory}
---
# One node, now, for five minutes: put its name below. When the pod has ended, fetch the bundle from the node:
# /var/lib/memforensics/*.tgz. (`kubectl debug node/NAME --profile=sysadmin --image=busybox:1.36 -it -- sh` and
# `sh collect.sh --root /host` in it do the same by hand.)
apiVersion: v1
kind: Pod
metadata:
  name: memforensics-once
  namespace: kube-system
spec:
  nodeName: NODE-NAME
  restartPolicy: Never
  automountServiceAccountToken: false
  priorityClassName: system-node-critical
  tolerations: [{operator: Exists}]
  hostPID: true
  terminationGracePeriodSeconds: 120
  containers:
    - name: collector
      image: busybox:1.36
      command: [sh, /collector/collect.sh]
      args: [--root, /host, --duration, 5m]
      securityContext: {privileged: true}
      resources:
        requests: {cpu: 50m, memory: 64Mi}
        limits: {cpu: 50m, memory: 64Mi}
      volumeMounts:
        - {name: collector, mountPath: /collector, readOnly: true}
        - {name: host, mountPath: /host}
  volumes:
    - name: collector
      configMap: {name: memforensics-collector}
    - name: host
      hostPath: {path: /, type: Directory}
YAML
}

doctor() {
  facts
  find_cgroups
  find_kubepods
  GEN=1 NOFORK=0 D=/nonexistent BOOT=${BOOT:-?}
  TIMER_LIST=''
  [ ! -r "$P/proc/timer_list" ] || TIMER_LIST=1
  probe_clock
  read_clocks
  probe_journal 2>/dev/null
  printf '%s, Linux %s, %s, shell %s\n' "$HOST" "$KERNEL" "$MACHINE" "$SHELL_EXE"
  report() { if [ -n "$2" ]; then printf '  yes      %-22s %s\n' "$1" "$3"; else printf '  MISSING  %-22s %s\n' "$1" "$4"; fi; }
  yes_if() { if "$@" >/dev/null 2>&1; then Y=1; else Y=''; fi; }
  [ "$(id -u)" = 0 ] && Y=1 || Y=''
  report root "$Y" '' 'no kernel log, no slabinfo, no cgroup of its own, no files of other users'
  Y=$CG; report 'memory cgroups' "$Y" "$CGVER, $CG" 'nothing by container: is /sys/fs/cgroup mounted?'
  report kubepods "$KUBEPODS" "$(printf '%s' "$KUBEPODS" | tr '\n' ' ')" 'no kubelet made cgroups here, or this is a container with its own view: --root'
  yes_if sh -c 'printf "%s\n" -999 >/proc/self/oom_score_adj'
  report 'oom_score_adj -999' "$Y" '' 'the kernel may kill the collector'
  yes_if mkdir "$P$CG/memforensics-doctor-$$"
  [ -z "$Y" ] || rmdir "$P$CG/memforensics-doctor-$$"
  report 'a cgroup of its own' "$Y" '' 'it stays where it was started: with a pod it is killed, and a limit there holds it'
  for _f in /proc/pressure/memory /proc/slabinfo /proc/zoneinfo; do
    yes_if test -r "$P$_f"
    case $_f in
      */memory) report PSI "$Y" '' 'no stall times: a kernel without CONFIG_PSI, or booted without psi=1' ;;
      *) report "$_f" "$Y" '' 'the kernel'"'"'s own memory cannot be told apart' ;;
    esac
  done
  yes_if head -c 0 "$P/dev/kmsg"; [ -n "$Y" ] || yes_if dmesg
  report 'kernel log' "$Y" '' 'no OOM reports but those of the journal'
  report journal "$JOURNAL" "$JOURNAL_AS" 'logs only from the start on, and from the log files'
  _l=''
  for _u in $KUBELET_LOGS; do [ ! -r "$P$_u" ] || _l=$_u; done
  report 'kubelet log' "$JOURNAL$_l" "${_l:-journal}" 'the order of eviction and kill is known from the API at best'
  report clocks "$TIMER_LIST" '/proc/timer_list' 'bound by marks in the kernel log and /proc/uptime only'
  report 'time in the shell' "$RT" '' 'fast ticks carry the uptime only'
  for _c in bash busybox ping vmstat perl python3; do yes_if have "$_c"; [ -z "$Y" ] || break; done
  report ticker "$Y" "$_c" 'one that forks: ticks end when forks fail'
  for _c in tail awk gzip tar cksum sha256sum timeout setsid xargs crictl kubectl; do
    yes_if have "$_c"
    case $_c in
      tail) _l='no middle and full ticks' ;;
      awk) _l='no kubelet configuration, no API documents: they cannot be filtered' ;;
      gzip) _l='segments stay plain' ;;
      tar) _l='no bundle: copy the spool' ;;
      cksum) _l='no checksums in the index' ;;
      sha256sum) _l='the bundle cannot be sealed' ;;
      timeout) _l='time limits by a second process' ;;
      setsid) _l='start ends with the terminal' ;;
      crictl | kubectl) _l='names and statuses only from listings and logs' ;;
      *) _l='slower' ;;
    esac
    report "$_c" "$Y" '' "$_l"
  done
  find_base
  Y=1
  ! in_memory "$BASE" || Y=''
  report 'place to record' "$Y" "$BASE" "$BASE is in memory: give a disk with --spool"
}

# TRIGGERS: ,oom,eviction,psi=20,available<500M as given; T_PSI and T_AVAIL (kB) where they are asked for
check_triggers() {
  T_OOM='' T_EVICT='' T_PSI='' T_AVAIL=''
  _ifs=$IFS; IFS=,
  for _t in $TRIGGERS; do
    IFS=$_ifs
    case $_t in
      '') ;;
      oom) T_OOM=1 ;;
      eviction) T_EVICT=1 ;;
      psi=*[!0-9]* | psi=) usage_error "not a percentage: $_t" ;;
      psi=*) T_PSI=${_t#psi=} ;;
      available\<*) bytes "${_t#*<}"; T_AVAIL=$S ;;
      *) usage_error "unknown trigger: $_t (oom, eviction, psi=20, available<500M)" ;;
    esac
  done
  IFS=$_ifs
}

# A bundle of what a recorder has so far. A copy of its spool is sealed; the recorder itself takes no notice.
snapshot() {
  find_base
  owner || die "no collector is recording in $BASE"
  output_on_disk
  _spool=$L_SPOOL
  trap hand_over EXIT
  make_snapshot "$L_SPOOL" snapshot
  trap - EXIT
  printf '%s\n' "$OUT"
}

# a fork has failed, which ends this shell or leaves a part undone: the recorder makes it when one succeeds
hand_over() {
  trap - EXIT
  printf 'snapshot\n' >"$_spool/.run/work"
  die "forks fail: the recorder makes the bundle when they succeed, in ${_spool%/*}; $_spool/collector.log says when"
}

make_snapshot() { # SPOOL REASON; the bundle in OUT
  _from=$1 STOP=$2 _out=$OUTPUT
  # shellcheck source=/dev/null
  . "$_from/.run/conf"
  # shellcheck source=/dev/null
  . "$_from/.run/readers"
  [ -z "$_out" ] || OUTPUT=$_out
  BASE=${_from%/*} NOFORK=0 GEN=- NMARKS=null PSI=0
  # of processes that ended before they were done
  for _g in "$BASE"/.snapshot-* "$BASE"/*.part "$BASE"/*.part.tar; do
    _p=${_g##*/} _p=${_p%.part*}
    [ ! -e "$_g" ] || alive "${_p##*[.-]}" || rm -rf "$_g"
  done
  now
  find_cgroups
  find_kubepods
  _h=${_from##*/}
  D=$BASE/.snapshot-$$/${_h%-*}-$(date -u +%Y%m%dT%H%M%SZ)
  mkdir -p "$D/.run" || { trap - EXIT; die "cannot make $D"; }
  cp "$_from/.run/pids" "$D/.run/pids"
  for _f in manifest.json index.tsv clock.tsv collector.log node logs ticks; do
    [ ! -e "$_from/$_f" ] || cp -R "$_from/$_f" "$D/" 2>/dev/null
  done
  # compressed while they were copied: the plain one is gone from there, or here twice
  for _f in "$_from"/ticks/*.gz; do
    [ -f "$_f" ] || continue
    [ -f "$D/ticks/${_f##*/}" ] || cp "$_f" "$D/ticks/"
    _z=${_f##*/}
    rm -f "$D/ticks/${_z%.gz}"
  done
  node_files end
  api_at_end
  journal_window
  _p=$PID_KMSG
  last_look
  # the recorder's own goes on
  [ "$PID_KMSG" = "$_p" ] || kill "$PID_KMSG" 2>/dev/null
  for _f in "$D"/ticks/*.fast "$D"/ticks/*.mid "$D"/ticks/*.full "$D"/logs/*; do
    case $_f in *.gz) continue ;; esac
    if [ -s "$_f" ]; then close_file "${_f#"$D/"}" - "$UP"; else rm -f "$_f"; fi
  done
  write_manifest sealed "$STOP"
  (sums) || { [ $? = 1 ] && log "no checksums"; } || exit 1
  out_name
  [ -n "$_out" ] || [ -z "$OUTPUT" ] || [ -d "$OUTPUT" ] || OUT=$BASE/${D##*/}.tgz
  case $OUT in "$BASE/.snapshot-"*) OUT=$BASE/${OUT##*/} ;; esac
  # other than 1, it is a fork's failure
  (pack_to "$OUT") || {
    _r=$?
    rm -rf "$BASE/.snapshot-$$"
    [ "$_r" != 1 ] || trap - EXIT
    die "cannot write $OUT"
  }
  rm -rf "$BASE/.snapshot-$$"
}

# newest_within WHAT PATH…: of the paths, newest first, those that go beyond --max-size in sum are removed, but never the first;
# those that stay are in KEPT, oldest first.
newest_within() {
  _what=$1 _sum=0 KEPT=''
  shift
  for _f; do
    _v=$(du -sk "$_f" 2>/dev/null)
    _v=${_v%%[!0-9]*}
    _sum=$((_sum + ${_v:-0}))
    if [ -n "$KEPT" ] && [ "$_sum" -gt "$MAXSIZE" ]; then
      rm -rf "$_f"
      log "removed $_f: $_what may take $MAXSIZE kB"
    else
      KEPT=$_f$NL$KEPT
    fi
  done
}

# Bundles that triggers sealed may take --max-size of their own: then the oldest of them go. Their names are kept in order.
forget_bundles() {
  printf '%s\n' "$OUT" >>"$BASE/triggered"
  set --
  while IFS= read -r _f; do [ ! -f "$_f" ] || set -- "$_f" "$@"; done <"$BASE/triggered"
  newest_within 'bundles of triggers' "$@"
  printf '%s' "$KEPT" >"$BASE/triggered"
}

# What flight recorders that were killed have left may take --max-size as well: then the oldest of it goes, but never the last.
forget_spools() {
  set --
  for _f in "$BASE"/*Z "$BASE"/*Z-[0-9]*; do
    if [ "$_f" != "$D" ] && [ ! -h "$_f" ] && [ -d "$_f/ticks" ] && [ -d "$_f/.run" ]; then set -- "$_f" "$@"; fi
  done
  newest_within 'what recorders that were killed have left' "$@"
}

main() {
  case ${1-} in
    _generation) shift; generation "$@" ;;
    _recorder) recorder "$2" ;;
    _worker) shift; worker "$@" ;;
    _snapshot)
      OUTPUT='' D=$2
      to_seal "$$" "$3" "$4"
      make_snapshot "$2" "$4"
      D=$2
      printf '' >"$D/.run/seal"
      log "sealed $OUT ($4)"
      case $4 in trigger:*) forget_bundles ;; esac
      exit 0 ;;
  esac
  ROOT='' NOCHROOT=''
  RING='' MAXSIZE=512000 AFTER=120 TRIGGERS=''
  P='' INTERVAL=5 SINCE=21600 SINCE_SET='' DURATION='' OUTPUT='' MARKS=1 OWNCG=1 WITH_ARGS='' KEEP='' QUIET='' DAEMON='' BASE='' SPOOL_OPT='' TICKER=${MEMFORENSICS_TICKER-}
  OPTIONS=$*
  # for a chroot: everything but --root DIR
  ARGS='' _skip=''
  for _a; do
    case $_skip$_a in
      --root) _skip=1 ;;
      --root=*) ;;
      1*) _skip='' ;;
      *) quote "$_a"; ARGS="$ARGS $Q" ;;
    esac
  done
  VERB='' ARG=''
  while [ $# -gt 0 ]; do
    _o=$1 _v=''
    shift
    case $_o in
      --*=*) _v=${_o#*=} _o=${_o%%=*} ;;
      --duration | --interval | --since | --spool | -o | --output | --ring | --max-size | --after | --trigger | --root)
        [ $# -gt 0 ] || usage_error "$_o needs a value"
        _v=$1
        shift ;;
    esac
    case $_o in
      --root) ROOT=${_v%/} ;;
      --no-chroot) NOCHROOT=1 ;;
      --print-manifest) VERB=print-manifest ;;
      --duration) seconds "$_v"; DURATION=$S ;;
      --interval) seconds "$_v"; INTERVAL=$S; [ "$S" -gt 0 ] || usage_error "--interval must be 1 or more" ;;
      --ring) seconds "$_v"; RING=$S; [ "$S" -ge 10 ] || usage_error "--ring must be ten seconds or more" ;;
      --max-size) bytes "$_v"; MAXSIZE=$S ;;
      --after) seconds "$_v"; AFTER=$S ;;
      --trigger) TRIGGERS="$TRIGGERS,$_v" ;;
      --since) seconds "$_v"; SINCE=$S SINCE_SET=1 ;;
      --spool) BASE=${_v%/} SPOOL_OPT=1 ;;
      -o | --output) case $_v in /*) OUTPUT=$_v ;; *) OUTPUT=$PWD/$_v ;; esac ;;
      --no-marks) MARKS='' ;;
      --no-cgroup) OWNCG='' ;;
      --with-args) WITH_ARGS=1 ;;
      --keep) KEEP=1 ;;
      -q | --quiet) QUIET=1 ;;
      -h | --help | help) help; exit 0 ;;
      --version) printf 'memforensics collect.sh %s\n' "$MF_VERSION"; exit 0 ;;
      -*) usage_error "unknown option: $_o" ;;
      *) if [ -z "$VERB" ]; then VERB=$_o; elif [ -z "$ARG" ]; then ARG=$_o; else usage_error "unexpected: $_o"; fi ;;
    esac
  done
  check_triggers
  case $VERB in
    print-manifest) print_manifest; exit 0 ;;
    api) api "$ARG"; exit 0 ;;
  esac
  if [ -n "$ROOT" ]; then
    if can_chroot; then
      eval "set -- $ARGS"
      exec chroot "$ROOT" /bin/sh /var/lib/memforensics/collect.sh "$@"
    fi
    P=$ROOT
  fi
  [ -r /proc/uptime ] || die "no /proc: this runs on Linux"
  probe_tools
  case $VERB in
    '') DURATION=${DURATION:-120}; run ;; # 0: until it is told to end
    start) DURATION=${DURATION:-0} DAEMON=1; start ;;
    stop) stop ;;
    status) status ;;
    snapshot) snapshot ;;
    doctor) doctor ;;
    pack) pack "$ARG" ;;
    *) usage_error "unknown verb: $VERB" ;;
  esac
}

# the last line, so that a copy cut off on the way does nothing
main "$@"
