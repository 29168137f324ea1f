import { describe, expect, it } from 'vitest'
import { startCommand } from './start-command'

describe('startCommand', () => {
  it.each([
    ['http://127.0.0.1:3000', 'mqtt://127.0.0.1:1883', 'HOST=0.0.0.0 npm start'],
    ['http://127.0.0.1:4000', 'mqtt://127.0.0.1:1884', 'HOST=0.0.0.0 PORT=4000 MQTT_PORT=1884 npm start'],
    ['http://127.0.0.1:3000', null, 'HOST=0.0.0.0 MQTT_PORT=0 npm start'],
    ['https://iot.example.com', 'mqtts://iot.example.com', 'HOST=0.0.0.0 npm start'],
  ])('keeps the ports of %s and %s', (http, tcp, command) => {
    expect(startCommand({ http, ws: 'ws://127.0.0.1/mqtt', tcp })).toBe(command)
  })
})
