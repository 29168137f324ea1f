import type { DeviceEvent, TelemetryValues } from '@heliograph/protocol'
import { clamp, dailyCurve, drift, rounded } from './random.js'

/** The measurements of a machine, and an event when one happened. */
export interface Reading {
  values: TelemetryValues
  event?: DeviceEvent
}
export type Machine = (nowMs: number, seconds: number) => Reading
type MachineMaker = (random: () => number) => Machine

/** Air under glass, and a pump that runs a few minutes at a time. */
export const greenhousePump: MachineMaker = (random) => {
  const air = drift(random, 1.6, 0.01)
  const damp = drift(random, 3, 0.02)
  const flow = drift(random, 0.8, 0.5)
  const drain = battery(random)
  const period = 240 + random() * 240
  let phase = random() * period
  return (nowMs, seconds) => {
    phase = (phase + seconds) % period
    const running = phase < period * 0.4
    const temperature = 22 + 6 * dailyCurve(nowMs) + air(seconds)
    return {
      values: {
        temperature: rounded(temperature, 2),
        humidity: rounded(clamp(118 - 2.4 * temperature + damp(seconds), 20, 99), 1),
        flow: running ? rounded(12 + flow(seconds), 2) : 0,
        pump_on: running,
        battery: drain(seconds),
      },
    }
  }
}

/** A house of glass: sun on a bed of plants, vents that open when it gets warm, and plants that breathe. */
export const greenhouse: MachineMaker = (random) => {
  const air = drift(random, 1.8, 0.02)
  const damp = drift(random, 4, 0.03)
  const clouds = drift(random, 0.35, 0.04)
  const breath = drift(random, 40, 0.03)
  let soil = 55 + random() * 20
  let open = false
  let co2 = 620
  return (nowMs, seconds) => {
    const sun = clamp(0.55 + 0.35 * dailyCurve(nowMs) + clouds(seconds), 0.02, 1)
    const temperature = 19 + 9 * sun + air(seconds) - (open ? 1.5 : 0)
    if (temperature > 25.5) open = true
    if (temperature < 23.5) open = false
    co2 += (seconds / 40) * ((open ? 430 : 820 - 300 * sun) - co2)
    soil = soil < 40 ? 74 : soil - seconds * 0.004 * (0.5 + sun)
    return {
      values: {
        temperature: rounded(temperature, 2),
        humidity: rounded(clamp(112 - 2 * temperature + damp(seconds), 20, 99), 1),
        co2: rounded(co2 + breath(seconds), 0),
        light_lux: rounded(sun * 42_000, 0),
        soil_moisture: rounded(soil, 1),
        vent_open: open,
      },
    }
  }
}

export const weatherStation: MachineMaker = (random) => {
  const air = drift(random, 2.5, 0.003)
  const damp = drift(random, 5, 0.005)
  const pressure = drift(random, 9, 0.0004)
  const wind = drift(random, 3, 0.15)
  const drain = battery(random)
  const shift = random() * 2
  return (nowMs, seconds) => {
    const temperature = 11 + 7 * dailyCurve(nowMs, shift) + air(seconds)
    const humidity = clamp(92 - 2.2 * temperature + damp(seconds), 15, 100)
    return {
      values: {
        temperature: rounded(temperature, 2),
        humidity: rounded(humidity, 1),
        pressure: rounded(1_013 + pressure(seconds), 1),
        wind_speed: rounded(Math.abs(4 + wind(seconds)), 1),
        battery: drain(seconds),
      },
    }
  }
}

/** A compressor between two limits, and a door that somebody opens now and then. */
export const freezer: MachineMaker = (random) => {
  let temperature = -19 + random() * 2
  let cooling = random() < 0.5
  let doorSeconds = 0
  const power = drift(random, 12, 0.3)
  return (_nowMs, seconds) => {
    const opens = doorSeconds === 0 && random() < seconds / 900
    doorSeconds = opens ? 20 + random() * 40 : Math.max(0, doorSeconds - seconds)
    const open = doorSeconds > 0
    if (temperature > -17.5) cooling = true
    if (temperature < -20.5) cooling = false
    temperature += seconds * ((open ? 0.06 : 0.008) - (cooling ? 0.03 : 0)) + (random() - 0.5) * 0.04
    return {
      values: {
        temperature: rounded(temperature, 2),
        door_open: open,
        compressor: cooling ? 'on' : 'off',
        power: rounded(Math.max(0, cooling ? 140 + power(seconds) : 4 + power(seconds) / 8), 1),
      },
      ...(opens ? { event: { level: 'info', message: 'Door opened', code: 'door_open' } } : {}),
    }
  }
}

export const waterTank: MachineMaker = (random) => {
  let level = 40 + random() * 50
  let filling = false
  const ripple = drift(random, 0.3, 0.4)
  const water = drift(random, 0.5, 0.01)
  return (nowMs, seconds) => {
    const low = !filling && level < 25
    if (low) filling = true
    if (level > 92) filling = false
    level = clamp(level + seconds * (filling ? 0.25 : -0.05), 0, 100)
    return {
      values: {
        level: rounded(clamp(level + ripple(seconds), 0, 100), 1),
        valve: filling ? 'open' : 'closed',
        temperature: rounded(14 + 2 * dailyCurve(nowMs) + water(seconds), 2),
      },
      ...(low ? { event: { level: 'warning', message: 'Level is low, filling', code: 'level_low' } } : {}),
    }
  }
}

export const powerMeter: MachineMaker = (random) => {
  let energyKwh = 1_000 + random() * 9_000
  const grid = drift(random, 2.5, 0.05)
  const load = drift(random, 350, 0.02)
  return (nowMs, seconds) => {
    const voltage = 230 + grid(seconds)
    const power = Math.max(60, 900 + 500 * dailyCurve(nowMs, 3) + load(seconds))
    energyKwh += (power * seconds) / 3_600_000
    return {
      values: {
        power: rounded(power, 1),
        voltage: rounded(voltage, 1),
        current: rounded(power / voltage, 3),
        energy: rounded(energyKwh, 4),
      },
    }
  }
}

/** Percent, draining a few per cent a day. */
function battery(random: () => number): (seconds: number) => number {
  let percent = 60 + random() * 40
  const perSecond = (2 + random() * 4) / 86_400
  return (seconds) => {
    percent = Math.max(0, percent - seconds * perSecond)
    return rounded(percent, 2)
  }
}
