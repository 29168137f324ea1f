// Plain aedes as its documentation shows it, in a process of its own: the regression tests must fail against it.
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import memory from 'aedes-persistence'
import { createWebSocketStream, WebSocketServer } from 'ws'

const options = new Set((process.argv[2] ?? '').split(','))
const persistence = memory()
if (options.has('slow-store')) delay(persistence)
if (options.has('failing-store'))
  persistence.outgoingEnqueueCombi = () => Promise.reject(new Error('disk full'))

const broker = await Aedes.createBroker({
  persistence,
  authenticate: (client, _username, _password, callback) => {
    if (!client.id.startsWith('undecided')) callback(null, true)
  },
  authorizePublish: (client, packet, callback) => {
    const denied = packet.topic.startsWith('secret') && !client?.id.startsWith('platform')
    callback(denied ? new Error('denied') : null)
  },
  authorizeSubscribe: (_client, subscription, callback) =>
    callback(null, subscription.topic.startsWith('secret') ? null : subscription),
})
broker.on('error', () => {})

const tcp = createServer({ noDelay: true }, broker.handle)
const web = createHttpServer()
const sockets = new WebSocketServer({ server: web })
sockets.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request))
await new Promise((resolve) => tcp.listen(0, '127.0.0.1', resolve))
await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve))
process.send({ tcpPort: tcp.address().port, wsPort: web.address().port })
process.on('disconnect', () => process.exit(0))

function delay(store) {
  for (const name of [
    'subscriptionsByClient',
    'cleanSubscriptions',
    'addSubscriptions',
    'removeSubscriptions',
  ]) {
    const original = store[name].bind(store)
    store[name] = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4))
      return original(...args)
    }
  }
}
