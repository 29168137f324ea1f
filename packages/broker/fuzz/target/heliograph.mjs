// The broker under attack, in a process of its own. Needs --expose-gc. Answers questions over IPC.
import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createBroker, defaultLimits } from '@heliograph/broker'
import { secretPrefix } from '../model/rules.mjs'
import { CrashableStore } from './crashable-store.mjs'
import { hooks, retainedTopics } from './hooks.mjs'
import { limits } from './limits.mjs'

/** Takes the limits that this broker has; the others are for other targets. */
const known = Object.fromEntries(Object.entries(limits).filter(([name]) => name in defaultLimits))
/** @type {string[]} */
const errors = []
/** Why each client was last refused or cut off. @type {Map<string, string>} */
const endings = new Map()
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()

/** The HTTP server ends a request that stays incomplete. */
const httpLimits = { headersTimeout: 2_000, requestTimeout: 2_000, connectionsCheckingInterval: 250 }
const silent = () => undefined
/** @type {import('@heliograph/broker').BrokerLogger} */
const logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: (fields, message) => {
    // The hooks fail on purpose, so their errors are expected in the log.
    if (message !== 'a broker hook failed')
      errors.push(`${message} ${JSON.stringify(fields, describeErrors)}`)
  },
}
let store = new CrashableStore()
let broker = await open()
const tcp = createTcpServer({ noDelay: true }, (socket) => broker.handleTcp(socket))
const web = createHttpServer(httpLimits, (_request, response) => response.writeHead(426).end())
web.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
for (const server of [tcp, web])
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))

await secret('retained', true)
// Messages that no client may read are published all the time: a delivery of one is a leak.
setInterval(() => void secret(randomUUID(), false), 50)
process.on('disconnect', () => process.exit(0))
process.on(
  'message',
  async (/** @type {{ id: number, name: string, text: string }} */ { id, name, text }) => {
    process.send?.({ id, answer: await answer(name, text) })
  },
)
process.send?.({ tcpPort: portOf(tcp), wsPort: portOf(web) })

/**
 * @param {string} name
 * @param {string} text
 */
async function answer(name, text) {
  if (name === 'ending') return endings.get(text) ?? null
  if (name === 'clean') await clean()
  if (name === 'crash') return crash()
  if (name === 'memory') return memory()
  const slowestTurnMs = Math.round(delay.max / 1e6)
  if (name === 'clean') delay.reset()
  const sockets = (await connectionsOf(tcp)) + (await connectionsOf(web))
  return { ...broker.stats(), sockets, errors, slowestTurnMs }
}

async function open() {
  const opened = await createBroker({ hooks, limits: known, logger, persistence: store })
  opened.events.on('disconnected', ({ client, reason }) => endings.set(client.clientId, reason))
  opened.events.on('refused', ({ clientId, reason, detail }) => {
    if (clientId !== undefined) endings.set(clientId, `${reason}: ${detail ?? ''}`)
  })
  return opened
}

/** Kills the broker, but not this process, and starts it again with its store. */
async function crash() {
  const before = broker.stats()
  const killed = broker
  store = store.crash()
  broker = await open()
  // Frees its memory; its store writes nothing any more.
  await killed.close()
  return { before, after: broker.stats() }
}

/** Forgets what attackers left behind on purpose: stored sessions and retained messages. */
async function clean() {
  await broker.forgetSessions((sessionId) => sessionId.startsWith('attacker/'))
  for (const topic of retainedTopics) await broker.publish({ topic, payload: '', retain: true })
  retainedTopics.clear()
  endings.clear()
}

async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heapBytes: heapUsed, bufferBytes: arrayBuffers, residentBytes: rss }
}

/**
 * @param {string} payload
 * @param {boolean} retain
 */
function secret(payload, retain) {
  return broker.publish({ topic: `${secretPrefix}/${retain ? 'kept' : 'beat'}`, payload, qos: 1, retain })
}

/**
 * @param {import('node:net').Server} server
 * @returns {Promise<number>}
 */
function connectionsOf(server) {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function describeErrors(_key, value) {
  return value instanceof Error ? value.stack : value
}
