import { Logo } from '@/components/logo'
import { Skeleton } from '@/components/skeleton'

/** The outline of the frame while the signed-in person is loaded. */
export function FrameSkeleton() {
  return (
    <div className="flex min-h-dvh" aria-busy="true">
      <div className="hidden w-56 shrink-0 flex-col border-r bg-sunken md:flex">
        <div className="flex h-13 items-center gap-2.5 px-4">
          <Logo />
          <span className="text-14 font-semibold tracking-tight">Heliograph</span>
        </div>
        <div className="flex flex-col gap-4 px-5 pt-2">
          <Skeleton className="h-3 w-24" />
          <Skeleton className="w-32" />
          <Skeleton className="w-28" />
        </div>
      </div>
      <div className="flex-1">
        <div className="h-13 border-b" />
        <div className="flex flex-col gap-5 px-4 pt-7 md:px-8">
          <Skeleton className="h-7 w-40" />
          <Skeleton className="h-64 w-full rounded-outer" />
        </div>
      </div>
      <p role="status" className="sr-only">
        Loading
      </p>
    </div>
  )
}
