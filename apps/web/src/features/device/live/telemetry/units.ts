/**
 * The unit of a key, where its name tells: by its last word, as in `supply_mv` or `flow_lpm`, or because
 * there is only one that people use. Null where it could be several.
 */
export function unitOf(key: string): string | null {
  const words = key.split(/[^a-zA-Z0-9]+|(?<=[a-z])(?=[A-Z])/).filter((word) => word !== '')
  const last = words.at(-1)?.toLowerCase() ?? ''
  if (words.length > 1 && SUFFIXES.has(last)) return SUFFIXES.get(last) ?? null
  return NAMES.get(last) ?? null
}

const SUFFIXES = new Map([
  ['c', '°C'],
  ['celsius', '°C'],
  ['f', '°F'],
  ['fahrenheit', '°F'],
  ['k', 'K'],
  ['pct', '%'],
  ['percent', '%'],
  ['v', 'V'],
  ['mv', 'mV'],
  ['a', 'A'],
  ['ma', 'mA'],
  ['w', 'W'],
  ['kw', 'kW'],
  ['wh', 'Wh'],
  ['kwh', 'kWh'],
  ['pa', 'Pa'],
  ['hpa', 'hPa'],
  ['kpa', 'kPa'],
  ['mbar', 'mbar'],
  ['bar', 'bar'],
  ['psi', 'psi'],
  ['lux', 'lx'],
  ['lx', 'lx'],
  ['ppm', 'ppm'],
  ['ppb', 'ppb'],
  ['db', 'dB'],
  ['dbm', 'dBm'],
  ['hz', 'Hz'],
  ['khz', 'kHz'],
  ['rpm', 'rpm'],
  ['ms', 'ms'],
  ['s', 's'],
  ['seconds', 's'],
  ['mm', 'mm'],
  ['cm', 'cm'],
  ['m', 'm'],
  ['km', 'km'],
  ['mps', 'm/s'],
  ['kmh', 'km/h'],
  ['g', 'g'],
  ['kg', 'kg'],
  ['l', 'l'],
  ['ml', 'ml'],
  ['lpm', 'l/min'],
])

// A temperature is in degrees, whichever.
const NAMES = new Map([
  ['temperature', '°'],
  ['temp', '°'],
  ['humidity', '%'],
  ['battery', '%'],
  ['rssi', 'dBm'],
  ['voltage', 'V'],
  ['co2', 'ppm'],
  ['moisture', '%'],
  ['percent', '%'],
])
