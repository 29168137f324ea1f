import { Image as ImageIcon } from 'lucide-react'
import type { RefObject } from 'react'
import { Button } from '@/components/button'
import type { ChartView } from '../range/chart-view'
import { RangeBar, RangeTitle } from '../range/range-bar'
import { CsvButton, type CsvButtonProps } from './csv-button'

interface ChartToolbarProps {
  view: ChartView
  /** Where the time under the crosshair is written, past React. */
  moment: RefObject<HTMLSpanElement | null>
  /** Absent while there is no chart to save. */
  save?: { csv: CsvButtonProps; png: () => void }
}

/** Above the charts: the range, the time under the crosshair, and what saves the charts. */
export function ChartToolbar({ view, moment, save }: ChartToolbarProps) {
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b py-1 pr-1.5 pl-4">
      <RangeTitle view={view} />
      <span ref={moment} className="text-12 text-ink-faint tabular-nums max-sm:hidden" />
      <span className="ml-auto flex flex-wrap items-center justify-end gap-x-1 print:hidden">
        <RangeBar view={view} />
        {save && (
          <>
            <CsvButton {...save.csv} />
            <Button size="sm" variant="ghost" title="Save the charts as a picture" onClick={save.png}>
              <ImageIcon aria-hidden />
              PNG
            </Button>
          </>
        )}
      </span>
    </div>
  )
}
