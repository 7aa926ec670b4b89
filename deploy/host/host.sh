#!/bin/sh
# host.sh: a worker as a host of its own, made of namespaces. Used by `navarch up`; each command is one step of it.
#   start CGROUP NETNS DIR NAME   runs the host's PID 1 until it is killed; prints "ready". NETNS '-' keeps the machine's network and name.
#   enter PID CGROUP COMMAND…     runs a command inside the host whose PID 1 is PID, in the host's cgroup.
#   leave-bridge-alone            frames on a bridge in this network namespace do not pass iptables.
set -eu

# Folders that a host has for itself; everything else of the file system it shares with the machine.
OWN='var/lib/containerd var/lib/kubelet var/lib/cni var/log/pods var/log/containers etc/cni/net.d etc/containerd'

# cgroup_mounts lists where the cgroup hierarchies are mounted: "TYPE FOLDER OPTIONS" a line.
cgroup_mounts() {
  while read -r _ folder type options _; do
    case $type in cgroup | cgroup2) echo "$type $folder $options" ;; esac
  done </proc/self/mounts
}

# join puts this process into cgroup $1 of every hierarchy. Where cgroup v2 rules alone, processes live in a leaf ($2) of it,
# because a v2 group that hands controllers on may hold no process itself.
join() {
  cgroup_mounts | while read -r type folder options; do
    group=$folder/$1
    mkdir -p "$group"
    if [ -f "$folder/cpuset.cpus" ]; then inherit_cpuset "$folder" "$1"; fi
    if [ "$type" = cgroup2 ] && [ "$folder" = /sys/fs/cgroup ] && [ -n "$2" ]; then
      group=$group/$2
      mkdir -p "$group"
    fi
    echo $$ >"$group/cgroup.procs"
  done
}

# inherit_cpuset fills the cpus and mems of each group on the way down: v1 makes them empty, and then nothing may run there.
inherit_cpuset() {
  above=$1
  for part in $(echo "$2" | tr / ' '); do
    for file in cpuset.cpus cpuset.mems; do
      if [ -z "$(cat "$above/$part/$file")" ]; then cat "$above/$file" >"$above/$part/$file"; fi
    done
    above=$above/$part
  done
}

start() {
  cgroup=$1 netns=$2 dir=$3 name=$4
  join "$cgroup" ''
  if [ "$netns" = - ]; then
    exec unshare --mount --ipc --cgroup --pid --fork --kill-child "$0" inner "$dir" ''
  fi
  exec nsenter --net="/run/netns/$netns" unshare --mount --uts --ipc --cgroup --pid --fork --kill-child "$0" inner "$dir" "$name"
}

# inner is PID 1 of the host.
inner() {
  dir=$1 name=$2
  hierarchies=$(cgroup_mounts)
  mount --make-rprivate /
  for folder in $OWN; do
    mkdir -p "$dir/$folder" "/$folder"
    mount --bind "$dir/$folder" "/$folder"
  done
  mount -t tmpfs -o mode=755,size=256m tmpfs /run
  mkdir -p /run/lock /run/netns /run/containerd
  mount -t proc proc /proc
  umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
  # Another network has another /sys/class/net; with the machine's own, the /sys there is the right one.
  if [ -n "$name" ]; then mount -t sysfs sysfs /sys; fi
  mount_cgroups
  # Pods ask for mount propagation, so the mounts of the host have to be shared ones.
  mount --make-rshared /
  if [ -n "$name" ]; then
    hostname "$name"
    ip link set lo up
    network_settings
  fi
  echo ready
  exec </dev/null >/dev/null 2>&1
  trap 'exit 0' TERM
  # The shell's wait collects every orphan, ours or adopted.
  while :; do
    sleep 2147483 &
    wait $! || true
  done
}

# mount_cgroups mounts the same hierarchies again, now seen from the host's own cgroup, which becomes their root.
mount_cgroups() {
  if [ "$hierarchies" = "${hierarchies#*/sys/fs/cgroup/}" ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mkdir -p /sys/fs/cgroup/system
    echo 1 >/sys/fs/cgroup/system/cgroup.procs
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
      echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || true
    done
    return
  fi
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  echo "$hierarchies" | while read -r type folder options; do
    mkdir -p "$folder"
    case $type,$options in
      cgroup2,*) mount -t cgroup2 cgroup2 "$folder" ;;
      *name=*) mount -t cgroup -o "none,name=${folder##*/}" cgroup "$folder" ;;
      *) mount -t cgroup -o "${folder##*/}" cgroup "$folder" ;;
    esac
  done
}

network_settings() {
  cd /proc/sys/net
  echo 1 >ipv4/ip_forward
  echo 0 >ipv4/conf/all/rp_filter
  echo 0 >ipv4/conf/default/rp_filter
  # NodePorts answer on localhost, and traffic between pods of one node passes the Service rules.
  echo 1 >ipv4/conf/all/route_localnet
  if [ -d bridge ]; then echo 1 >bridge/bridge-nf-call-iptables; fi
  cd /
}

enter() {
  pid=$1 cgroup=$2
  shift 2
  join "$cgroup" system
  exec nsenter --target "$pid" --mount --net --uts --ipc --pid --cgroup -- "$@"
}

leave_bridge_alone() {
  cd /proc/sys/net/bridge 2>/dev/null || return 0
  for file in bridge-nf-call-iptables bridge-nf-call-ip6tables bridge-nf-call-arptables; do echo 0 >"$file"; done
}

command=$1
shift
case $command in
  start | inner | enter) "$command" "$@" ;;
  leave-bridge-alone) leave_bridge_alone ;;
  *) echo "host.sh: unknown command $command" >&2 && exit 2 ;;
esac
