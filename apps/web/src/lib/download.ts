/** Hands a file to the person. */
export function download(fileName: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  follow(url, fileName)
  URL.revokeObjectURL(url)
}

/** Has the browser fetch a file of the platform, straight to the disk however large it is; the platform names it. */
export function downloadFrom(address: string): void {
  follow(address, '')
}

function follow(url: string, fileName: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
}
