import {
  freezer,
  greenhouse,
  greenhousePump,
  type Machine,
  powerMeter,
  type Reading,
  waterTank,
  weatherStation,
} from './machines.js'
import { seededRandom } from './random.js'

/** The machines that can be simulated, by their kind. */
export const simulatedKinds = {
  greenhouse: { name: 'Greenhouse', make: greenhouse },
  pump: { name: 'Greenhouse pump', make: greenhousePump },
  weather: { name: 'Weather station', make: weatherStation },
  freezer: { name: 'Freezer', make: freezer },
  tank: { name: 'Water tank', make: waterTank },
  meter: { name: 'Power meter', make: powerMeter },
} as const
export type SimulatedKind = keyof typeof simulatedKinds

export interface SimulatedSignals {
  /** The measurements at a time (epoch milliseconds, never smaller than at the last call). */
  read(nowMs: number): Reading
}

/** Simulates a machine. The same kind and seed give the same measurements. */
export function simulatedSignals(kind: SimulatedKind, seed: number): SimulatedSignals {
  const machine: Machine = simulatedKinds[kind].make(seededRandom(seed))
  let lastMs: number | null = null
  return {
    read(nowMs) {
      const seconds = lastMs === null ? 1 : Math.max(0, nowMs - lastMs) / 1_000
      lastMs = nowMs
      return machine(nowMs, seconds)
    },
  }
}
