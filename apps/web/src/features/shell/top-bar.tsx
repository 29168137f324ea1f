'use client'

import { Breadcrumbs } from './breadcrumbs'
import { DeviceSearch } from './device-search'
import { LiveIndicator } from './live-indicator'

export function TopBar() {
  return (
    <header className="sticky top-0 z-20 flex h-13 items-center gap-3 border-b bg-canvas px-4 md:px-8">
      <Breadcrumbs />
      <div className="ml-auto flex items-center gap-2 md:gap-4">
        <DeviceSearch />
        <LiveIndicator />
      </div>
    </header>
  )
}
