import { expect, it } from 'vitest'
import { removeBasePath } from './request-target.js'

it.each([
  ['/iot/api/v1/devices?limit=1', '/api/v1/devices?limit=1'],
  ['/iot/', '/'],
  ['/iot', '/'],
  ['/iot?wall', '/?wall'],
  ['/api/v1/devices', '/api/v1/devices'],
  ['/iot-devices', '/iot-devices'],
  ['/iot/iot/x', '/iot/x'],
  ['/o/iot/devices', '/o/iot/devices'],
  ['/%69ot/x', '/%69ot/x'],
  ['*', '*'],
])('takes %s below /iot as %s', (url, rest) => {
  const request = { url }
  removeBasePath(request, '/iot')
  expect(request.url).toBe(rest)
})

it('leaves paths as they are without a path in PUBLIC_URL', () => {
  const request = { url: '/iot/x' }
  removeBasePath(request, '')
  expect(request.url).toBe('/iot/x')
})
