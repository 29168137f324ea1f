// Stands in for mosquitto_pub where that is not installed: the options that the documents use.
import { parseArgs } from 'node:util'
import mqtt from 'mqtt'

const option = (/** @type {string} */ short) => ({ type: /** @type {const} */ ('string'), short })
const { values } = parseArgs({
  options: {
    host: option('h'),
    port: option('p'),
    qos: option('q'),
    id: option('i'),
    username: option('u'),
    password: option('P'),
    topic: option('t'),
    message: option('m'),
  },
})

const { host, port, id, username, password, topic = '', message = '', qos } = values
const client = await mqtt.connectAsync(`mqtt://${host}:${port}`, {
  clientId: id,
  username,
  password,
  reconnectPeriod: 0,
})
await client.publishAsync(topic, message, { qos: qos === '1' ? 1 : 0 })
await client.endAsync()
