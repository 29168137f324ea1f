'use client'

import { Check } from 'lucide-react'
import * as Primitive from 'radix-ui/dropdown-menu'
import type { ReactNode } from 'react'
import { leaveMenu } from '@/components/dialog-focus'
import { addressOf } from '@/lib/base-path'
import { cn } from '@/lib/cn'

interface MenuProps {
  trigger: ReactNode
  align?: 'start' | 'end'
  side?: 'top' | 'bottom'
  children: ReactNode
}

/** Around its trigger, which is one button; open from the start, since LazyMenu loads it at the first click. */
export function Menu({ trigger, align = 'end', side = 'bottom', children }: MenuProps) {
  return (
    <Primitive.Root modal={false} defaultOpen>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={leaveMenu}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-80 min-w-44 animate-enter overflow-y-auto rounded-outer bg-raised p-1 shadow-float"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

interface MenuItemProps {
  children: ReactNode
  icon?: ReactNode
  tone?: 'danger'
  disabled?: boolean
  onSelect?: () => void
}

export function MenuItem({ children, icon, tone, disabled, onSelect }: MenuItemProps) {
  return (
    <Primitive.Item
      {...(disabled ? { disabled } : {})}
      {...(onSelect ? { onSelect } : {})}
      className={cn(itemClass, tone === 'danger' && 'text-refused-text data-highlighted:bg-refused-wash')}
    >
      {icon}
      {children}
    </Primitive.Item>
  )
}

interface MenuLinkProps {
  children: ReactNode
  icon?: ReactNode
  /** A path outside of these pages, which the browser loads. */
  href: string
}

export function MenuLink({ children, icon, href }: MenuLinkProps) {
  return (
    <Primitive.Item asChild className={itemClass}>
      <a href={addressOf(href)}>
        {icon}
        {children}
      </a>
    </Primitive.Item>
  )
}

interface MenuChoiceProps {
  label: string
  value: string
  onChange: (value: string) => void
  /** Whether choosing closes the menu. */
  closes?: boolean
  options: { value: string; label: string; icon?: ReactNode; hint?: string }[]
}

/** A choice of several options; a tick marks the chosen one. */
export function MenuChoice({ label, value, onChange, closes = false, options }: MenuChoiceProps) {
  return (
    <Primitive.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <Primitive.RadioItem
          key={option.value}
          value={option.value}
          className={cn(itemClass, option.hint && 'h-auto max-w-80 items-start py-1.5')}
          onSelect={(event) => closes || event.preventDefault()}
        >
          {option.icon}
          <span className="flex-1">
            {option.label}
            {option.hint && <span className="block text-12 text-ink-faint">{option.hint}</span>}
          </span>
          <Primitive.ItemIndicator>
            <Check aria-hidden className="size-4 text-accent-text" />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Primitive.Label className="px-2 pt-1.5 pb-1 text-12 text-ink-faint">{children}</Primitive.Label>
}

export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-line" />
}

const itemClass = cn(
  'flex h-8 select-none items-center gap-2 rounded-inner px-2 text-13 text-ink outline-none',
  'data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint',
)
