import type { ReactNode } from 'react'

interface EmptyStateProps {
  /** The level of the heading: 1 where it fills the page. */
  level?: 1 | 2
  icon?: ReactNode
  title: string
  /** One sentence that says how to go on. */
  children?: ReactNode
  /** One button. */
  action?: ReactNode
}

export function EmptyState({ level = 2, icon, title, children, action }: EmptyStateProps) {
  const Heading = level === 1 ? 'h1' : 'h2'
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center">
      {icon && <div className="mb-4 text-ink-faint [&_svg]:size-6">{icon}</div>}
      <Heading className="text-16 font-semibold text-ink">{title}</Heading>
      <div className="mt-1 max-w-md text-13 text-ink-soft text-balance">{children}</div>
      {action && <div className="mt-5">{action}</div>}
    </div>
  )
}
