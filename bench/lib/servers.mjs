import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { freePort, inScratch } from './scratch.mjs'
import { startServer } from './server-process.mjs'

/**
 * A server under load: `start` returns its process ids and its ports; a second `start` changes nothing.
 * @typedef {{ pids: number[], tcp: number, ws: number, path: string }} Address
 */
export class Server {
  speaksMqtt5 = true
  #running

  constructor(name, cpu) {
    Object.assign(this, { name, cpu })
  }

  async start() {
    this.#running ??= await this.launch()
    return this.#running.address
  }

  async stop() {
    const running = this.#running
    this.#running = undefined
    await running?.process.stop()
  }

  async launchOnPorts(commandFor, options = {}) {
    const [tcp, ws] = [await freePort(), await freePort()]
    const command = commandFor(tcp, ws)
    const process = await startServer({
      name: this.name,
      cpu: this.cpu,
      command,
      ports: [tcp, ws],
      ...options,
    })
    return { process, address: { pids: [process.pid], tcp, ws, path: '/mqtt' } }
  }
}

/** Our broker alone, as `packages/broker/bin/broker.js` runs it: of this checkout, or of the one in `folder`. */
export class OwnBroker extends Server {
  constructor(name, cpu, options = [], nodeOptions = [], folder = inProject('.')) {
    super(name, cpu)
    Object.assign(this, { options, nodeOptions, folder })
  }

  launch() {
    const program = path.join(this.folder, 'packages/broker/bin/broker.js')
    return this.launchOnPorts((tcp, ws) => [
      process.execPath,
      ...this.nodeOptions,
      program,
      ...['--tcp', tcp, '--ws', ws, '--anonymous'],
      ...this.options,
    ])
  }
}

/** Eclipse Mosquitto at its fastest: no persistence, no access rules, no log. */
export class Mosquitto extends Server {
  constructor(cpu) {
    super('mosquitto', cpu)
  }

  static install() {
    if (!isInstalled('mosquitto')) installPackage('mosquitto')
  }

  launch() {
    if (!isInstalled('mosquitto')) throw new Error('mosquitto is not installed; add --install')
    const file = inScratch('mosquitto', 'mosquitto.conf')
    return this.launchOnPorts((tcp, ws) => {
      fs.writeFileSync(file, mosquittoConfiguration(tcp, ws))
      return ['mosquitto', '-c', file]
    })
  }
}

/** nats-server, which speaks MQTT 3.1.1. What is sent with QoS 1 it stores in files, and knows no other way. */
export class NatsServer extends Server {
  speaksMqtt5 = false

  constructor(cpu) {
    super('nats-server', cpu)
  }

  static install() {
    if (!isInstalled('nats-server')) installPackage('nats-server')
  }

  launch() {
    if (!isInstalled('nats-server')) throw new Error('nats-server is not installed; add --install')
    const file = inScratch('nats', 'nats.conf')
    const store = path.join(path.dirname(file), 'store')
    fs.rmSync(store, { recursive: true, force: true })
    return this.launchOnPorts((tcp, ws) => {
      fs.writeFileSync(file, natsConfiguration(tcp, ws, store))
      return ['nats-server', '-c', file]
    })
  }
}

/** aedes as its own documents host it; the floor for a Node.js broker. */
export class RawAedes extends Server {
  speaksMqtt5 = false

  constructor(cpu) {
    super('raw aedes', cpu)
  }

  static install() {
    const directory = path.dirname(inScratch('raw-aedes', 'package.json'))
    const packages = ['aedes@1.2.0', 'ws@8']
    execFileSync('npm', ['install', '--prefix', directory, '--no-audit', '--no-fund', ...packages], {
      stdio: 'inherit',
    })
  }

  launch() {
    const program = inScratch('raw-aedes', 'raw-aedes.mjs')
    const installed = fs.existsSync(path.join(path.dirname(program), 'node_modules/aedes'))
    if (!installed) throw new Error('raw aedes is not installed; add --install')
    // A copy beside its node_modules, so that it takes the published aedes and not the one of this workspace.
    fs.copyFileSync(path.join(import.meta.dirname, 'raw-aedes.mjs'), program)
    return this.launchOnPorts((tcp, ws) => [process.execPath, program, tcp, ws])
  }
}

export function installPeers() {
  Mosquitto.install()
  NatsServer.install()
  RawAedes.install()
}

function installPackage(name) {
  // The package starts a service of its own, unless a policy says no.
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !fs.existsSync(policy)
  if (ours) fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', name], { stdio: 'inherit' })
  } finally {
    if (ours) fs.rmSync(policy)
  }
}

function isInstalled(program) {
  return spawnSync(program, ['-h']).error === undefined
}

/** Its own protocol listens on a port that it chooses. */
function natsConfiguration(tcp, ws, store) {
  return `server_name: bench
listen: "127.0.0.1:-1"
max_payload: 8MB
logfile: "/dev/null"
jetstream { store_dir: "${store}" }
mqtt { listen: "127.0.0.1:${tcp}" }
websocket { listen: "127.0.0.1:${ws}", no_tls: true }
`
}

function mosquittoConfiguration(tcp, ws) {
  return `user root
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 0
max_inflight_messages 100
log_type error
connection_messages false
sys_interval 0
listener ${tcp} 127.0.0.1
listener ${ws} 127.0.0.1
socket_domain ipv4
protocol websockets
`
}
