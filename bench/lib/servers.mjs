import { execFileSync, spawn } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import { scratchDirectory } from './load.mjs'

const peersScript = path.join(import.meta.dirname, 'peers.sh')
const brokerProgram = path.resolve(import.meta.dirname, '../../packages/broker/bin/broker.js')

/** The brokers of others, started and stopped by peers.sh on one processor. */
export class Peer {
  constructor(name, serverCpu) {
    this.name = name
    this.env = { ...process.env, BENCH_TMP: scratchDirectory, SERVER_CPU: serverCpu }
  }

  install() {
    this.#run('install')
  }

  start() {
    const fields = this.#run('start').trim().split(' ').slice(1)
    const { pid, tcp, ws, path: wsPath } = Object.fromEntries(fields.map((field) => field.split('=')))
    return { pid, tcp, ws, path: wsPath }
  }

  stop() {
    this.#run('stop')
  }

  #run(verb) {
    return execFileSync('bash', [peersScript, verb, this.name], { env: this.env, encoding: 'utf8' })
  }
}

/** Our broker alone, as `packages/broker/bin/broker.js` runs it. */
export class OwnBroker {
  constructor(name, serverCpu, options = [], nodeOptions = []) {
    Object.assign(this, { name, serverCpu, options, nodeOptions })
  }

  install() {}

  async start() {
    const [tcp, ws] = [await freePort(), await freePort()]
    const command = [
      'node',
      ...this.nodeOptions,
      brokerProgram,
      '--tcp',
      tcp,
      '--ws',
      ws,
      '--anonymous',
      ...this.options,
    ]
    this.child = spawn('taskset', ['-c', this.serverCpu, ...command.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve, reject) => {
      this.child.stdout.on('data', (text) => String(text).includes('ready') && resolve())
      this.child.once('exit', (code) => reject(new Error(`${this.name} ended with ${code}`)))
    })
    return { pid: this.child.pid, tcp, ws, path: '/mqtt' }
  }

  async stop() {
    if (this.child === undefined || this.child.exitCode !== null) return
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    await ended
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
