import type { ComponentProps } from 'react'
import { Spinner } from '@/components/spinner'
import { cn } from '@/lib/cn'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'
export type ButtonSize = 'md' | 'sm' | 'icon'

interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant
  size?: ButtonSize
  /** Shows that the action runs; the button keeps its width and takes no second click. */
  busy?: boolean
}

export function Button({
  variant = 'secondary',
  size = 'md',
  busy = false,
  type = 'button',
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={cn(buttonClass(variant, size), className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy && <Spinner className="absolute" />}
      <span className={cn('inline-flex items-center justify-center gap-2', busy && 'invisible')}>
        {children}
      </span>
    </button>
  )
}

/** The classes of a button, for links that look like one. */
export function buttonClass(variant: ButtonVariant = 'secondary', size: ButtonSize = 'md'): string {
  return cn(
    'relative inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-inner font-medium',
    'transition-colors disabled:cursor-not-allowed disabled:opacity-55',
    '[&_svg]:size-4 [&_svg]:shrink-0',
    SIZE[size],
    VARIANT[variant],
  )
}

const SIZE: Record<ButtonSize, string> = {
  md: 'h-9 px-3.5 text-13',
  sm: 'h-8 px-2.5 text-13',
  icon: 'size-8 text-13',
}

const VARIANT: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-raised text-ink hover:bg-hover',
  ghost: 'text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'border border-line-strong bg-raised text-refused-text hover:border-refused hover:bg-refused-wash',
}
