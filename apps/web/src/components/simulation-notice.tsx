'use client'

import { Square } from 'lucide-react'
import { Button } from '@/components/button'
import { cn } from '@/lib/cn'
import { stopSimulatedDevice, useSimulatedDevices } from '@/lib/live/simulated-devices'

/** Says that a simulated device sends from this tab, and stops it. Renders nothing for other devices. */
export function SimulationNotice({ device, className }: { device: string; className?: string }) {
  const running = useSimulatedDevices().some((one) => one.device === device)
  if (!running) return null
  return (
    <div className={cn('flex items-center justify-between gap-4 text-12 text-ink-soft', className)}>
      A simulated device sends from this tab. It ends when the tab is closed, and goes on after a reload.
      <Button size="sm" variant="ghost" onClick={() => stopSimulatedDevice(device)}>
        <Square aria-hidden />
        Stop
      </Button>
    </div>
  )
}
