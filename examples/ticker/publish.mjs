#!/usr/bin/env node
// Publishes a tick of each symbol a second, by an application that may publish {org}/apps/ticker/#.
// Usage: ORG=main USERNAME=… PASSWORD=… node examples/ticker/publish.mjs [mqtt://127.0.0.1:1883]
import mqtt from 'mqtt'

const { ORG: org, USERNAME: username, PASSWORD: password } = process.env
const client = mqtt.connect(process.argv[2] ?? 'mqtt://127.0.0.1:1883', {
  protocolVersion: 5,
  username,
  password,
})
const prices = new Map([
  ['SUN', 100],
  ['MOON', 40],
  ['STAR', 7],
])

client.on('error', (error) => process.stderr.write(`not connected: ${error.message}\n`))

let tick = 0
setInterval(() => {
  if (!client.connected) return
  tick += 1
  for (const [symbol, price] of prices) {
    const next = price * (0.99 + Math.random() * 0.02)
    prices.set(symbol, next)
    client.publish(`${org}/apps/ticker/${symbol}`, JSON.stringify({ price: next, tick }), { retain: true })
  }
}, 1_000)
