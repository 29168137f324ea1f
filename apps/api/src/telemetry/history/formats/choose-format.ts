import type { TelemetryFormat } from '@heliograph/protocol'

const mediaTypes: Readonly<Record<string, TelemetryFormat>> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'text/csv': 'csv',
  'text/*': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
}

/** The format that was named, or else the one that Accept likes best (RFC 9110, section 12.5.1); JSON when in doubt. */
export function chooseFormat(
  named: TelemetryFormat | undefined,
  accept: string | undefined,
): TelemetryFormat {
  if (named !== undefined) return named
  const liked = (accept ?? '')
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { format: mediaTypes[type], quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ format, quality }) => format !== undefined && quality > 0)
    .sort((a, b) => b.quality - a.quality)
  return liked[0]?.format ?? 'json'
}
