import mqtt from '/modules/mqtt/dist/mqtt.esm.js'

/**
 * Connects with the application that the address names behind its #, which browsers send to no server:
 * `#url=ws://127.0.0.1:3000/mqtt&org=main&username=…&password=…`. The element with the id `state` says how it goes.
 */
export function connect(options = {}) {
  const given = new URLSearchParams(location.hash.slice(1))
  const state = document.querySelector('#state')
  const missing = ['url', 'org', 'username', 'password'].filter((name) => !given.get(name))
  if (missing.length > 0) {
    state.textContent = `The address names no ${missing.join(', ')} behind its #.`
    throw new Error(state.textContent)
  }
  const client = mqtt.connect(given.get('url'), {
    protocolVersion: 5,
    username: given.get('username'),
    password: given.get('password'),
    ...options,
  })
  client.on('connect', () => {
    state.textContent = 'connected'
  })
  client.on('close', () => {
    state.textContent = 'disconnected; trying again'
  })
  client.on('error', (error) => {
    state.textContent = `not connected: ${error.message}`
  })
  return client
}

/** The slug of the organization, with which every topic begins. */
export function organization() {
  return new URLSearchParams(location.hash.slice(1)).get('org')
}
