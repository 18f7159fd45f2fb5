/** How far a download is. `bytesPerSecond` is absent until there is something to measure. */
export type Progress = {
  readonly receivedBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond?: number
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000)

function formatLeft(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s left`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min left`
  return `${Math.round(seconds / 3600)} h left`
}

/** The share that is here, 0 to 1. Never 1 before all is here, whatever the estimate of the total was. */
export const shareOf = ({ receivedBytes, totalBytes }: Progress): number =>
  totalBytes <= 0 ? 0 : Math.min(0.99, Math.max(0, receivedBytes / totalBytes))

/** `Fetching the built-in model 42 % · 131 of 323 MB · 12 MB/s · 16 s left`, in decimal megabytes. */
export function formatProgress(progress: Progress): string {
  const { totalBytes, bytesPerSecond } = progress
  const receivedBytes = Math.min(progress.receivedBytes, totalBytes)
  const parts = [
    `Fetching the built-in model ${Math.floor(shareOf(progress) * 100)} %`,
    `${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB`,
  ]
  if (bytesPerSecond !== undefined && bytesPerSecond > 0) {
    const speed = bytesPerSecond / 1_000_000
    parts.push(`${speed < 10 ? speed.toFixed(1) : Math.round(speed)} MB/s`)
    parts.push(formatLeft((totalBytes - receivedBytes) / bytesPerSecond))
  }
  return parts.join(' · ')
}
