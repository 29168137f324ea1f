import { describe, expect, it } from 'vitest'
import { RouteMethods } from './allowed-methods.js'

describe('RouteMethods', () => {
  const routes = new RouteMethods()
  routes.add('/devices', ['GET'])
  routes.add('/devices', ['POST'])
  routes.add('/devices/:device', ['GET', 'PATCH'])
  routes.add('/devices/import', ['POST'])
  routes.add('/docs/swagger-ui.css', ['GET'])
  routes.add('/files/*', ['GET'])

  it.each([
    ['/devices', ['GET', 'HEAD', 'POST']],
    ['/devices/', ['GET', 'HEAD', 'POST']],
    ['/devices/AA:BB', ['GET', 'HEAD', 'PATCH']],
    ['/devices/import', ['GET', 'HEAD', 'PATCH', 'POST']],
    ['/docs/swagger-ui.css', ['GET', 'HEAD']],
    ['/files/a/b', ['GET', 'HEAD']],
    ['/docs/swagger-ui-css', []],
    ['/devices/a/b', []],
    ['/devices//', []],
    ['/', []],
  ])('knows the methods at %s', (path, methods) => {
    expect(routes.at(path)).toEqual(methods)
  })
})
