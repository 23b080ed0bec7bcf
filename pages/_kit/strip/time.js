// The window of seconds that is on the screen, and how seconds are written.
const SHORTEST_WINDOW = 0.05 // s
const TICK_APART = 72 // pixels

class View {
  constructor(seconds) {
    this.seconds = seconds
    this.start = 0
    this.end = seconds
  }
  get width() {
    return this.end - this.start
  }
  get zoomed() {
    return this.width < this.seconds - 1e-6
  }
  x(second, pixels) {
    return ((second - this.start) / this.width) * pixels
  }
  second(x, pixels) {
    return Math.min(this.seconds, Math.max(0, this.start + (x / pixels) * this.width))
  }
  place(start, width) {
    const wide = Math.min(this.seconds, Math.max(SHORTEST_WINDOW, width))
    this.start = Math.min(Math.max(0, start), this.seconds - wide)
    this.end = this.start + wide
  }
  zoom(factor, about) {
    const share = (about - this.start) / this.width
    const width = Math.min(this.seconds, Math.max(SHORTEST_WINDOW, this.width / factor))
    this.place(about - share * width, width)
  }
  scroll(seconds) {
    this.place(this.start + seconds, this.width)
  }
  reveal(second) {
    if (second < this.start || second > this.end) this.place(second - this.width / 10, this.width)
  }
}

function tickStep(view, pixels) {
  const least = (view.width * TICK_APART) / pixels
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((step) => step * power >= least) ?? 10)
}

function ticks(view, pixels) {
  const step = tickStep(view, pixels)
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const found = []
  for (let k = Math.ceil(view.start / step - 1e-9); k * step <= view.end + 1e-9; k++)
    found.push({ second: k * step, label: (k * step).toFixed(digits) })
  return { step, found }
}
