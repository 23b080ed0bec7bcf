// Pointer, wheel and keyboard on the strip.
const DRAG = 4 // pixels before a press becomes a drag
const SHORTEST_REGION = 0.02 // s
const STEP = 0.01 // s per arrow key; ten times as far with shift

class Gestures {
  constructor(strip, surface) {
    this.strip = strip
    this.surface = surface
    this.pointers = new Map()
    surface.addEventListener("pointerdown", (event) => this.down(event))
    surface.addEventListener("pointermove", (event) => this.move(event))
    surface.addEventListener("pointerup", (event) => this.up(event))
    surface.addEventListener("pointercancel", (event) => this.cancel(event))
    surface.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && strip.hover(null))
    surface.addEventListener("dblclick", () => strip.select(null))
    surface.addEventListener("wheel", (event) => this.wheel(event), { passive: false })
    surface.addEventListener("keydown", (event) => this.key(event))
  }
  at(event) {
    const box = this.surface.getBoundingClientRect()
    return this.strip.view.second(event.clientX - box.left, box.width)
  }
  down(event) {
    if (event.button) return
    this.pointers.set(event.pointerId, event)
    if (this.pointers.size === 2) return this.beginPinch()
    const edges = this.strip.region
    const edge = event.target.classList.contains("edge") ? [...this.surface.querySelectorAll(".edge")].indexOf(event.target) : -1
    this.press = { x: event.clientX, anchor: edge < 0 ? this.at(event) : edges[1 - edge], dragging: edge >= 0, before: edges }
    this.surface.setPointerCapture(event.pointerId)
    this.strip.hover(event)
  }
  move(event) {
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, event)
    if (this.pinch) return this.movePinch()
    this.strip.hover(event)
    if (!this.press) return
    if (!this.press.dragging && Math.abs(event.clientX - this.press.x) < DRAG) return
    this.press.dragging = true
    const [start, end] = [this.press.anchor, this.at(event)].sort((a, b) => a - b)
    this.strip.setRegion([start, end])
  }
  up(event) {
    this.pointers.delete(event.pointerId)
    if (this.pinch) return this.pointers.size || (this.pinch = null)
    const press = this.press
    this.press = null
    if (!press) return
    if (!press.dragging) return this.strip.click(event, this.at(event))
    const region = this.strip.region
    if (region && region[1] - region[0] >= SHORTEST_REGION) this.strip.select(region, true)
    else this.strip.select(press.before)
  }
  cancel(event) {
    this.pointers.delete(event.pointerId)
    this.pinch = null
    if (this.press?.dragging) this.strip.setRegion(this.press.before)
    this.press = null
  }
  beginPinch() {
    if (this.press?.dragging) this.strip.setRegion(this.press.before)
    this.press = null
    const { start, width } = this.strip.view
    this.pinch = { ...this.spread(), start, width }
  }
  spread() {
    const [one, other] = [...this.pointers.values()].map((event) => event.clientX)
    return { apart: Math.max(20, Math.abs(one - other)), middle: (one + other) / 2 }
  }
  movePinch() {
    if (this.pointers.size < 2) return
    const { apart, middle } = this.spread()
    const box = this.surface.getBoundingClientRect()
    const held = this.pinch.start + ((this.pinch.middle - box.left) / box.width) * this.pinch.width
    const width = (this.pinch.width * this.pinch.apart) / apart
    this.strip.view.place(held - ((middle - box.left) / box.width) * width, width)
    this.strip.refresh()
  }
  wheel(event) {
    const { view } = this.strip
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX
    if (event.ctrlKey || event.metaKey) view.zoom(Math.exp(-event.deltaY / 200), this.at(event))
    else if (view.zoomed && Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) view.scroll((sideways / this.surface.clientWidth) * view.width)
    else return
    event.preventDefault()
    this.strip.refresh()
  }
  key(event) {
    const act = this.keys(event)[event.key]
    if (!act || event.metaKey) return
    event.preventDefault()
    act()
  }
  keys(event) {
    const { strip } = this
    const step = event.shiftKey ? 10 * STEP : STEP
    const go = (way) => (event.altKey || event.ctrlKey ? strip.nextInterval(way) : strip.seek(strip.player.position + way * step))
    return {
      " ": () => strip.toggle(),
      Enter: () => strip.pickAt(strip.player.position),
      ArrowLeft: () => go(-1),
      ArrowRight: () => go(1),
      Home: () => strip.seek(0),
      End: () => strip.seek(strip.view.seconds),
      Escape: () => strip.select(null),
      "+": () => strip.zoom(1.5),
      "=": () => strip.zoom(1.5),
      "-": () => strip.zoom(1 / 1.5),
      0: () => strip.zoom(0),
      l: () => strip.setLoop(!strip.loop),
    }
  }
}

// The bar under a zoomed strip: the part that is shown, to be dragged along.
function dragScroll(strip, bar) {
  const move = (event) => {
    const box = bar.getBoundingClientRect()
    strip.view.place(((event.clientX - box.left) / box.width) * strip.view.seconds - strip.view.width / 2, strip.view.width)
    strip.refresh()
  }
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId)
    move(event)
  })
  bar.addEventListener("pointermove", (event) => bar.hasPointerCapture(event.pointerId) && move(event))
}
