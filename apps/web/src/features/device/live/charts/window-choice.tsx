import { cn } from '@/lib/cn'

const MINUTE = 60_000
const WINDOWS = [
  { ms: MINUTE, label: '1 min', name: 'minute' },
  { ms: 5 * MINUTE, label: '5 min', name: '5 minutes' },
  { ms: 15 * MINUTE, label: '15 min', name: '15 minutes' },
] as const
export type ChartWindow = (typeof WINDOWS)[number]

/** The shortest window that holds data of this age; a device that has just begun would be a sliver in a longer one. */
export function windowFor(ageMs: number): ChartWindow {
  return WINDOWS.find(({ ms }) => ageMs < ms * 0.95) ?? WINDOWS[2]
}

export function WindowChoice({
  chosen,
  onChoose,
}: {
  chosen: ChartWindow
  onChoose: (window: ChartWindow) => void
}) {
  return (
    <fieldset className="ml-auto flex gap-0.5">
      <legend className="sr-only">How far back</legend>
      {WINDOWS.map((window) => (
        <button
          key={window.ms}
          type="button"
          aria-pressed={window === chosen}
          onClick={() => onChoose(window)}
          className={cn(
            'h-7 rounded-inner px-2 text-12 transition-colors',
            window === chosen ? 'bg-hover font-medium text-ink' : 'text-ink-soft hover:text-ink',
          )}
        >
          {window.label}
        </button>
      ))}
    </fieldset>
  )
}
