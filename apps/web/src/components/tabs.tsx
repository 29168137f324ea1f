'use client'

import * as Primitive from 'radix-ui/tabs'
import type { ReactNode } from 'react'
import { tabClass } from '@/components/tab-class'

interface TabsProps {
  label: string
  tabs: { value: string; label: string; content: ReactNode }[]
  value?: string
  onValueChange?: (value: string) => void
  className?: string
}

/** Panels that swap in place. For tabs that are pages of their own, see LinkTabs. */
export function Tabs({ label, tabs, value, onValueChange, className }: TabsProps) {
  return (
    <Primitive.Root
      className={className}
      {...(value === undefined ? { defaultValue: tabs[0]?.value } : { value })}
      {...(onValueChange ? { onValueChange } : {})}
    >
      <Primitive.List
        aria-label={label}
        className="flex gap-1 overflow-x-auto border-b [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <Primitive.Trigger key={tab.value} value={tab.value} className={tabClass}>
            {tab.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map((tab) => (
        <Primitive.Content key={tab.value} value={tab.value} className="rounded-inner">
          {tab.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  )
}
