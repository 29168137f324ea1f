// One client that loads the server in a harmful way, over TCP: `node disturber.mjs flood|frozen|wildcard|crowd PORT SPACE`. Its id contains
// the space of its topics, as access rules require. Sends `ready` over IPC, and how much it sent when asked.
import net from 'node:net'
import { connect, publish, subscribe } from './mqtt-packets.mjs'

const [kind, port, space] = process.argv.slice(2)
const retainedTopics = 100_000
const crowdSize = 5_000
const socket = net.connect(Number(port), '127.0.0.1')
socket.setNoDelay(true)
let sent = 0
let gone = false
socket.on('error', () => undefined)
let onRoom = () => undefined
socket.on('drain', () => onRoom())
socket.on('close', () => {
  gone = true
  onRoom()
})
process.on('message', () => process.send({ sent, gone }))
process.on('disconnect', () => process.exit(0))

socket.write(connect(`trouble-${space}`))
await answer()
await { flood, frozen, wildcard, crowd }[kind]()

/** Publishes to a topic that nobody reads, as fast as the server takes it. */
async function flood() {
  const message = publish(`load/${space}/flood`, Buffer.alloc(32))
  const some = Buffer.concat(Array.from({ length: 1_000 }, () => message))
  process.send('ready')
  socket.resume()
  while (!gone) {
    sent += 1_000
    if (!socket.write(some)) await drained()
  }
}

/** Subscribes to the topics of the others, and never reads. */
async function frozen() {
  socket.write(subscribe(`load/${space}/#`))
  await answer()
  socket.pause()
  process.send('ready')
}

/** Retains very many messages, then subscribes to all of them again and again. */
async function wildcard() {
  for (let i = 0; i < retainedTopics; i++) {
    const message = publish(`load/${space}/kept/${i}`, Buffer.alloc(32), true)
    if (!socket.write(message)) await drained()
  }
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  process.send('ready')
  for (let before = -1; !gone; ) {
    if (bytes === before) {
      socket.write(subscribe(`load/${space}/kept/#`))
      sent++
    }
    before = bytes
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Opens very many connections, one after the other; reports how many the server ended. */
async function crowd() {
  const sockets = []
  for (let i = 0; i < crowdSize; i++) {
    const one = net.connect(Number(port), '127.0.0.1')
    one.on('error', () => undefined)
    one.write(connect(`crowd-${space}-${i}`))
    await new Promise((resolve, reject) => one.once('data', resolve).once('close', reject))
    one.on('close', () => sent++).resume()
    sockets.push(one)
  }
  process.send('ready')
}

function drained() {
  return new Promise((resolve) => {
    onRoom = resolve
  })
}

function answer() {
  return new Promise((resolve) => socket.once('data', resolve))
}
