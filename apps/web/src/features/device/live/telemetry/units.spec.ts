import { describe, expect, it } from 'vitest'
import { unitOf } from './units'

describe('unitOf', () => {
  it.each([
    ['temperature', '°'],
    ['outside_temperature', '°'],
    ['temperature_c', '°C'],
    ['supplyMv', 'mV'],
    ['tank.level.pct', '%'],
    ['humidity', '%'],
    ['CO2', 'ppm'],
    ['rssi', 'dBm'],
    ['pressure', null],
    ['c', null],
    ['state', null],
    ['', null],
    ['温度', null],
  ])('%s: %s', (key, unit) => {
    expect(unitOf(key)).toBe(unit)
  })
})
