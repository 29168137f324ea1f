#!/usr/bin/env bash
# Starts and stops the brokers that we measure against, on loopback ports only.
#
#   peers.sh start NAME...   mosquitto | nats | rabbitmq | aedes
#   peers.sh stop  NAME...|all
#   peers.sh status
#   peers.sh install NAME... what a peer needs (apt-get / npm), services kept stopped
#
# Each start prints one line: NAME pid=PID tcp=PORT ws=PORT path=PATH
# Environment: BENCH_TMP scratch folder (/tmp/heliograph-bench)
#              SERVER_CPU pins the server with taskset (empty: not pinned)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
T=${BENCH_TMP:-/tmp/heliograph-bench}
mkdir -p "$T"
pin=()
[ -n "${SERVER_CPU:-}" ] && pin=(taskset -c "$SERVER_CPU")
ulimit -n "$(ulimit -Hn)"

declare -A TCP=([mosquitto]=18831 [nats]=18841 [rabbitmq]=18851 [aedes]=18861)
declare -A WS=([mosquitto]=18832 [nats]=18842 [rabbitmq]=18852 [aedes]=18862)

alive() { [ -f "$T/$1.pid" ] && kill -0 "$(cat "$T/$1.pid")" 2>/dev/null; }
say() { echo "$1 pid=$(cat "$T/$1.pid") tcp=${TCP[$1]} ws=${WS[$1]} path=/mqtt"; }
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

wait_ports() { # NAME SECONDS
  local i
  for ((i = 0; i < $2 * 10; i++)); do
    if listening "${TCP[$1]}" && listening "${WS[$1]}"; then return 0; fi
    alive "$1" || break
    sleep 0.1
  done
  echo "$1 did not come up; its log:" >&2
  tail -n 20 "$T/$1/log" >&2 || true
  stop "$1"
  return 1
}

# runs "$@" detached in a session of its own, its log and pid noted; the pid is
# the server's own, as every wrapper in between execs
launch() { # NAME command...
  local name=$1
  shift
  setsid -f bash -c 'echo $$ >"$1"; log=$2; shift 2; exec "$@" >"$log" 2>&1 </dev/null' \
    launch "$T/$name.pid" "$T/$name/log" "${pin[@]}" "$@"
  local i
  for ((i = 0; i < 50; i++)); do [ -s "$T/$name.pid" ] && return 0; sleep 0.02; done
}

start() {
  local n=$1 d="$T/$1"
  [ -n "${TCP[$n]:-}" ] || { echo "unknown peer $n" >&2; return 2; }
  if alive "$n"; then say "$n"; return 0; fi
  if listening "${TCP[$n]}" || listening "${WS[$n]}"; then
    echo "$n: port ${TCP[$n]} or ${WS[$n]} is taken by something else" >&2
    return 1
  fi
  rm -rf "$d" "$T/$n.pid"
  mkdir -p "$d"
  "start_$n" "$d"
  say "$n"
}

start_mosquitto() {
  cat >"$1/mosquitto.conf" <<C
user root
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 0
max_inflight_messages ${MOSQUITTO_INFLIGHT:-100}
log_type error
log_type warning
connection_messages false
sys_interval 0
listener ${TCP[mosquitto]} 127.0.0.1
listener ${WS[mosquitto]} 127.0.0.1
bind_interface lo
socket_domain ipv4
protocol websockets
C
  launch mosquitto mosquitto -c "$1/mosquitto.conf"
  wait_ports mosquitto 5
}

start_nats() {
  cat >"$1/nats.conf" <<C
server_name: bench
listen: "127.0.0.1:18840"
jetstream { store_dir: "$1/js", max_memory_store: 1GB, max_file_store: 2GB }
mqtt { listen: "127.0.0.1:${TCP[nats]}", max_ack_pending: 65535, consumer_memory_storage: true }
websocket { listen: "127.0.0.1:${WS[nats]}", no_tls: true, compression: false }
C
  GOMAXPROCS=${NATS_PROCS:-$([ -n "${SERVER_CPU:-}" ] && echo 1 || nproc)} launch nats nats-server -c "$1/nats.conf"
  wait_ports nats 10
}

start_rabbitmq() {
  local d=$1 home=/usr/lib/rabbitmq
  echo '[rabbitmq_mqtt,rabbitmq_web_mqtt].' >"$d/enabled_plugins"
  cat >"$d/rabbitmq.conf" <<C
listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:${TCP[rabbitmq]}
mqtt.allow_anonymous = true
mqtt.default_user = guest
mqtt.default_pass = guest
web_mqtt.tcp.ip = 127.0.0.1
web_mqtt.tcp.port = ${WS[rabbitmq]}
web_mqtt.ws_path = /mqtt
log.console = true
log.console.level = warning
log.file = false
vm_memory_high_watermark.absolute = 3GB
C
  # a port mapper of our own on loopback, so that stop can end it by pid
  mkdir -p "$T/epmd"
  ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=18859 launch epmd epmd
  export HOME="$d" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=18859
  export RABBITMQ_NODENAME=bench@localhost RABBITMQ_CONFIG_FILE="$d/rabbitmq.conf"
  export RABBITMQ_MNESIA_BASE="$d/mnesia" RABBITMQ_LOG_BASE="$d/logs" RABBITMQ_ENABLED_PLUGINS_FILE="$d/enabled_plugins"
  export RABBITMQ_DIST_PORT=18858 RABBITMQ_CONF_ENV_FILE="$d/none" RABBITMQ_PID_FILE="$d/beam.pid"
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
  launch rabbitmq "$home/bin/rabbitmq-server"
  # the launcher is a shell; the virtual machine writes its own pid
  local i
  for ((i = 0; i < 600; i++)); do
    [ -s "$d/beam.pid" ] && break
    alive rabbitmq || break
    sleep 0.1
  done
  [ -s "$d/beam.pid" ] && cp "$d/beam.pid" "$T/rabbitmq.pid"
  wait_ports rabbitmq 60
}

start_aedes() {
  local d=${AEDES_DIR:-${BENCH_TMP:-/tmp/heliograph-bench}/aedes-npm}
  if [ ! -d "$d/node_modules/aedes" ]; then echo "first: peers.sh install aedes" >&2; return 1; fi
  cp "$here/raw-aedes.mjs" "$d/"
  launch aedes node ${NODE_ARGS:-} "$d/raw-aedes.mjs" "${TCP[aedes]}" "${WS[aedes]}"
  wait_ports aedes 10
}

stop() {
  local n=$1 p i
  if alive "$n"; then
    p=$(cat "$T/$n.pid")
    kill "$p" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
    if kill -0 "$p" 2>/dev/null; then kill -9 "$p" 2>/dev/null || true; fi
    echo "$n stopped"
  fi
  rm -f "$T/$n.pid"
  if [ "$n" = rabbitmq ]; then stop epmd >/dev/null; fi
}

install() {
  case $1 in
    mosquitto) apt_get mosquitto ;;
    nats) apt_get nats-server ;;
    rabbitmq) apt_get rabbitmq-server ;;
    aedes)
      local d=${AEDES_DIR:-${BENCH_TMP:-/tmp/heliograph-bench}/aedes-npm}
      mkdir -p "$d"
      cd "$d"
      [ -f package.json ] || npm init -y >/dev/null
      npm install aedes@1.2.0 ws@8
      ;;
    *) echo "unknown peer $1" >&2; return 2 ;;
  esac
}

# Debian starts a service on install; a policy of 101 forbids that for this install
apt_get() {
  local made=0
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    made=1
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  if [ $made = 1 ]; then rm -f /usr/sbin/policy-rc.d; fi
}

cmd=${1:-}
shift || true
case $cmd in
  start) for n in "$@"; do start "$n"; done ;;
  stop)
    [ "${1:-all}" = all ] && set -- mosquitto nats rabbitmq aedes
    for n in "$@"; do stop "$n"; done
    ;;
  status) for n in mosquitto nats rabbitmq aedes; do if alive "$n"; then say "$n"; else echo "$n -"; fi; done ;;
  install) for n in "$@"; do install "$n"; done ;;
  *) sed -n '2,12p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
