// The bystander of a siege, in a process of its own: devices that send 1,000 samples a second, a page that receives them, and a person
// who lists devices and signs in. It answers `start`, `phase` and `report`.
import http from 'node:http'
import net from 'node:net'
import mqtt from 'mqtt'
import { Latencies } from './latencies.mjs'
import { answer } from './worker.mjs'

/** Not the attacker's, so that limits of an address concern one of them alone. */
const localAddress = '127.0.0.21'
const messagesPerSecond = 500
const requestTimeoutMs = 30_000

/** What is measured, and how often it is due in a second. */
const measures = { puback: messagesPerSecond, page: messagesPerSecond, rest: 20, connect: 10, signIn: 1 }

/** Since the beginning of each phase: its measures. */
const phases = new Map()
let current

answer({
  async start(target) {
    enter('warm-up')
    const clients = await Promise.all(target.devices.map((credential) => device(target, credential)))
    const arrived = await openPage(target)
    publishEvenly(clients, arrived)
    every(measures.rest, () => request('rest', target, listOf(target)))
    every(measures.signIn, () => request('signIn', target, signInOf(target)))
    every(measures.connect, () => connectOnce(target))
  },
  phase: ({ name }) => enter(name),
  report: ({ name }) =>
    Object.fromEntries(
      Object.entries(phases.get(name)).map(([measure, latencies]) => [measure, latencies.report()]),
    ),
})

function enter(name) {
  current = Object.fromEntries(Object.keys(measures).map((measure) => [measure, new Latencies()]))
  phases.set(name, current)
}

/** Values are numbers: the first says which message of the device it is. */
function publishEvenly(clients, arrived) {
  let number = 0
  every(messagesPerSecond, (dueMs) => {
    const { client, topic } = clients[number % clients.length]
    number += 1
    arrived.set(number, current.page.begin(dueMs))
    const acknowledged = current.puback.begin(dueMs)
    client.publish(topic, `{"number":${number},"load":${20 + (number % 17)}}`, { qos: 1 }, (error) => {
      if (!error) acknowledged()
    })
  })
}

async function device({ tcp }, { clientId, username, password, topics }) {
  return { client: await connected(tcp, { clientId, username, password }), topic: topics.telemetry }
}

/** Resolves with what to call for each number that the page receives. */
async function openPage({ tcp, organization, token }) {
  const arrived = new Map()
  const page = await connected(tcp, token)
  page.on('message', (_topic, payload) => {
    const { number } = JSON.parse(payload.toString())
    arrived.get(number)?.()
    arrived.delete(number)
  })
  await page.subscribeAsync(`${organization}/devices/+/telemetry`, { qos: 1 })
  return arrived
}

/** A client that connects again whenever its connection ends. */
function connected(tcp, { clientId, username, password }) {
  const client = new mqtt.MqttClient(() => net.connect({ host: '127.0.0.1', port: tcp, localAddress }), {
    clientId,
    username,
    password,
    reconnectPeriod: 500,
    protocolVersion: 4,
  })
  client.on('error', () => undefined)
  return new Promise((resolve) => client.once('connect', () => resolve(client)))
}

/** A device that comes: from its socket's connect to CONNACK. */
function connectOnce({ tcp, comer: { clientId, username, password } }) {
  const latencies = current.connect
  const done = latencies.begin(performance.now())
  const client = mqtt.connect(`mqtt://127.0.0.1:${tcp}`, {
    ...{ clientId: `${clientId}:${Math.random().toString(36).slice(2)}`, username, password },
    ...{ reconnectPeriod: 0, connectTimeout: requestTimeoutMs },
  })
  client.on('error', () => latencies.fail())
  client.on('connect', () => {
    done()
    client.end()
  })
}

/** A request on a connection of its own, as of a person who comes just now. */
function request(measure, { http: port }, { method, path, headers, body }) {
  const latencies = current[measure]
  const done = latencies.begin(performance.now())
  const sent = http.request(
    { port, host: '127.0.0.1', localAddress, agent: false, method, path, headers, timeout: requestTimeoutMs },
    (response) => {
      response.resume()
      response.on('end', () => (response.statusCode === 200 ? done() : latencies.fail()))
    },
  )
  sent.on('timeout', () => sent.destroy())
  sent.on('error', () => latencies.fail())
  sent.end(body)
}

function listOf({ authorization }) {
  return { method: 'GET', path: '/api/v1/devices?limit=50', headers: { authorization } }
}

function signInOf({ http: port, person }) {
  const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` }
  return { method: 'POST', path: '/api/auth/sign-in/email', headers, body: JSON.stringify(person) }
}

/** A timer may be late: all that is due by then is done together, and is late since it was due. */
function every(perSecond, work) {
  const startedAt = performance.now()
  const everyMs = 1_000 / perSecond
  let count = 0
  setInterval(
    () => {
      for (const now = performance.now(); startedAt + count * everyMs <= now; count += 1)
        work(startedAt + count * everyMs)
    },
    Math.min(2, everyMs),
  )
}
