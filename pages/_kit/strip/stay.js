// Keeps the strip in sight while the page scrolls: all of it where that leaves room, else its bar and its controls.
const MOST_OF_SCREEN = 0.5
const PHONE = 640 // pixels
const COLUMN = "[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock]"

class Stay {
  constructor(host, root) {
    const column = document.querySelector(COLUMN)
    while (host && host.parentElement !== column) host = host.parentElement
    if (!host) return
    Object.assign(this, { host, root, bar: root.querySelector(".bar"), choices: root.querySelector(".choices") })
    this.watch = new AbortController()
    const listening = { passive: true, signal: this.watch.signal }
    this.host.closest("[data-testid=stMain]")?.addEventListener("scroll", () => this.place(), listening)
    window.addEventListener("resize", () => this.decide(), listening)
    this.sizes = new ResizeObserver(() => this.decide())
    this.sizes.observe(root)
    this.sizes.observe(column)
    this.decide()
  }
  close() {
    this.watch?.abort()
    this.sizes?.disconnect()
    if (this.host) Object.assign(this.host.style, { position: "", top: "", zIndex: "" })
  }
  decide() {
    this.top = headerHeight()
    this.whole = this.root.offsetHeight < MOST_OF_SCREEN * window.innerHeight && window.innerWidth > PHONE
    const kept = { position: "sticky", top: `${this.top}px`, zIndex: 90 }
    Object.assign(this.host.style, this.whole ? kept : { position: "", top: "", zIndex: "" })
    this.place()
  }
  // The bar and the controls float once the strip they belong to has left the screen.
  place() {
    const { root, bar, choices } = this
    const box = root.getBoundingClientRect()
    const afloat = !this.whole && box.bottom < this.top + 90
    root.style.setProperty("--top", `${this.whole ? 0 : this.top}px`)
    root.style.setProperty("--left", `${box.left}px`)
    root.style.setProperty("--wide", `${box.width}px`)
    if (afloat === (root.dataset.afloat === "true")) return
    root.style.paddingBottom = "0px"
    const before = root.offsetHeight
    root.dataset.afloat = afloat
    // what floats no longer holds its place in the page, so the strip holds it
    if (afloat) root.style.paddingBottom = `${before - root.offsetHeight}px`
    root.style.setProperty("--bar", `${bar.offsetHeight}px`)
  }
}

// A header that one can see through, and click through, takes no room.
function headerHeight() {
  const header = document.querySelector("[data-testid=stHeader]")
  if (!header) return 0
  const style = getComputedStyle(header)
  const clear = /(, 0\)|transparent)$/.test(style.backgroundColor) && style.pointerEvents === "none"
  return clear ? 0 : header.offsetHeight
}
