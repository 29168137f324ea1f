import { connect, organization } from '/shared/connect.js'

const name = new URLSearchParams(location.search).get('name') ?? 'somebody'
const room = `${organization()}/apps/chat/lobby`
const own = `${room}/people/${crypto.randomUUID()}`

// Presence is a retained message for each page. Its will clears it, when the page or its network is gone.
const client = connect({ will: { topic: own, payload: '', qos: 1, retain: true }, keepalive: 15 })
const people = new Map()

client.on('connect', () => {
  client.subscribe([`${room}/messages`, `${room}/people/+`], { qos: 1 })
  client.publish(own, JSON.stringify({ name }), { qos: 1, retain: true })
})

client.on('message', (topic, payload) => {
  if (topic === `${room}/messages`) show(JSON.parse(payload.toString()))
  else note(topic, payload)
})

addEventListener('pagehide', () => {
  client.publish(own, '', { retain: true })
  client.end()
})

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  const { text } = event.target.elements
  client.publish(`${room}/messages`, JSON.stringify({ name, text: text.value }), { qos: 1 })
  text.value = ''
})

function show({ name, text }) {
  const line = document.createElement('li')
  line.textContent = `${name}: ${text}`
  document.querySelector('#messages').append(line)
}

function note(topic, payload) {
  if (payload.length === 0) people.delete(topic)
  else people.set(topic, JSON.parse(payload.toString()).name)
  document.querySelector('#people').textContent = [...people.values()].sort().join(', ')
}
