// What hangs on a row: its sentence of help, and saving its picture or its numbers.
class Menus {
  constructor(strip, pop) {
    this.strip = strip
    this.pop = pop
    strip.root.addEventListener("keydown", (event) => event.key === "Escape" && this.close())
    strip.root.addEventListener("pointerdown", (event) => {
      if (!pop.hidden && !event.composedPath().some((part) => part === pop || part === this.button)) this.close(false)
    })
  }
  open(what, row) {
    const button = what === "help" ? row.help : row.menu
    if (!this.pop.hidden && this.button === button) return this.close()
    this.close(false)
    this.button = button
    button.ariaExpanded = "true"
    this.pop.role = what === "help" ? "note" : "menu"
    this.pop.replaceChildren(...(what === "help" ? [row.row.help] : this.items(row)))
    this.pop.hidden = false
    this.pop.style.top = `${row.element.offsetTop + row.gutter.offsetHeight}px`
    this.pop.style.left = `${Math.max(8, Math.min(button.offsetLeft, this.strip.root.clientWidth - this.pop.offsetWidth - 8))}px`
    this.pop.querySelector("button")?.focus()
  }
  close(focus = true) {
    if (this.button) this.button.ariaExpanded = "false"
    if (focus && !this.pop.hidden) this.button?.focus()
    this.pop.hidden = true
    this.button = null
  }
  named(row) {
    return `${this.strip.clip.name} ${row.row.name}`
  }
  items(row) {
    const { words } = this.strip
    const choices = [
      [words.save_picture, () => savePicture(this.strip, [row], this.named(row))],
      [words.save_all, () => savePicture(this.strip, this.strip.shown, this.strip.clip.name)],
      [words.save_numbers, () => saveText(numbersOf(row.row), this.named(row), "csv", "text/csv")],
    ]
    if (row.row.items || row.row.kind === "curve" || row.row.kind === "slice")
      choices.push([words.save_drawing, () => saveText(drawingOf(row.row, this.strip), this.named(row), "svg", "image/svg+xml")])
    return choices.map(([label, act]) => {
      const button = iconButton("", label, label)
      button.role = "menuitem"
      button.onclick = () => {
        act()
        this.close()
      }
      return button
    })
  }
}

// The rows with their names, ticks and seconds, on the paper of the page, twice as fine as the screen.
const PICTURE = { width: 1000, gutter: 140, gap: 6, scale: 2 }
function savePicture(strip, elements, name) {
  const rows = elements.map((element) => element.row).filter((row) => row.kind !== "ruler")
  const all = [{ kind: "ruler", name: "" }, ...rows]
  const heights = all.map((row) => heightOf(row, false))
  const height = heights.reduce((sum, one) => sum + one + PICTURE.gap, PICTURE.gap)
  const canvas = new OffscreenCanvas(PICTURE.width * PICTURE.scale, height * PICTURE.scale)
  const context = canvas.getContext("2d")
  const look = { ...strip.look, region: strip.region }
  context.scale(PICTURE.scale, PICTURE.scale)
  context.fillStyle = look.paper
  context.fillRect(0, 0, PICTURE.width, height)
  let top = PICTURE.gap
  all.forEach((row, index) => {
    pictureRow(context, row, strip.view, top, heights[index], look)
    top += heights[index] + PICTURE.gap
  })
  canvas.convertToBlob().then((blob) => download(blob, name, "png"))
}

function pictureRow(context, row, view, top, height, look) {
  const width = PICTURE.width - PICTURE.gutter - 12
  context.save()
  context.translate(PICTURE.gutter, top)
  context.beginPath()
  context.rect(0, 0, width, height)
  context.clip()
  PAINT[row.kind](context, row, view, width, height, look)
  context.restore()
  context.fillStyle = look.text
  context.font = `12px ${look.font}`
  context.textBaseline = "top"
  context.fillText(row.title ?? row.name ?? "", 10, top + 2, PICTURE.gutter - 60)
  context.textAlign = "right"
  context.font = `10px ${look.font}`
  for (const one of markers(row)) {
    const share = parseFloat(one.style.top) / 100
    context.textBaseline = share < 0.1 ? "top" : share > 0.9 ? "bottom" : "middle"
    context.fillText(one.textContent, PICTURE.gutter - 6, top + share * height)
  }
  context.textAlign = "left"
}

// A row as a table: times in seconds, values in the unit of the row.
function numbersOf(row) {
  const unit = row.unit ? ` (${row.unit})` : ""
  if (row.items) return table([["start (s)", "end (s)", "label", "confidence"], ...row.items.map((item, index) => [...item, row.confidence?.[index] ?? ""])])
  if (row.kind === "wave") return table([["time (s)", "sample"], ...Array.from(row.pcm, (value, index) => [exact(index / row.rate), exact(value / 32767)])])
  const [bands, frames] = row.values.shape.length > 1 ? row.values.shape : [1, row.values.shape[0]]
  const names = row.kind === "matrix" ? Array.from({ length: bands }, (_, band) => (row.bands[band] ?? band) + unit) : row.kind === "colours" ? ["red", "green", "blue"] : row.kind === "strata" ? row.bands.flatMap((line) => ["red", "green", "blue"].map((part) => `${line} ${part}`)) : [row.name + unit]
  const value = (band, frame) => {
    const level = row.values.values[band * frames + frame]
    if (row.kind === "colours" || row.kind === "strata") return level
    return exact(row.kind === "matrix" ? row.low + (level / 255) * (row.high - row.low) : curveValue(row, frame))
  }
  const lines = Array.from({ length: frames }, (_, frame) => [exact(row.start + frame * row.step), ...names.map((_, band) => value(band, frame))])
  return table([["time (s)", ...names], ...lines])
}

// Lines and boxes as an SVG drawing with its axis.
const escaped = (text) => String(text).replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
function drawingOf(row, strip) {
  const { view, look } = strip
  const [width, height, left] = [PICTURE.width, 120, 60]
  const x = (second) => (left + view.x(second, width - left - 10)).toFixed(2)
  const colour = ink(look, row.colour ?? "text")
  const body = row.items ? boxesDrawing(row, view, x, height, colour, look) : curveDrawing(row, view, x, height, colour, look)
  const axis = ticks(view, width - left).found.map(({ second, label }) => `<path d="M${x(second)} ${height - 24}v5" stroke="${look.text}"/><text x="${x(second)}" y="${height - 6}" text-anchor="middle">${label} s</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="${look.text}"><rect width="100%" height="100%" fill="${look.paper}"/><text x="${left}" y="14">${escaped(row.title ?? row.name)}</text>${body}${axis.join("")}</svg>`
}

function curveDrawing(row, view, x, height, colour, look) {
  const y = (value) => (20 + (1 - (value - row.low) / (row.high - row.low)) * (height - 48)).toFixed(2)
  let path = ""
  let pen = "M"
  for (let i = 0; i < row.values.values.length; i++) {
    const second = row.start + i * row.step
    const value = curveValue(row, i)
    if (Number.isNaN(value) || second < view.start || second > view.end) pen = "M"
    else (path += `${pen}${x(second)} ${y(value)}`), (pen = "L")
  }
  const unit = row.unit ? ` ${escaped(row.unit)}` : ""
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/><text x="4" y="28">${number(row.high)}${unit}</text><text x="4" y="${height - 28}">${number(row.low)}</text>`
}

function boxesDrawing(row, view, x, height, colour, look) {
  const [from, to] = within(row.items, view)
  const shown = row.items.slice(from, to).filter((item) => item[2])
  return shown.map(([start, end, label]) => {
    const [a, b] = [x(Math.max(start, view.start)), x(Math.min(end, view.end))].map(Number)
    return `<rect x="${a}" y="30" width="${(b - a).toFixed(2)}" height="44" rx="4" fill="${colour}" fill-opacity="0.12" stroke="${colour}" stroke-opacity="0.4"/><text x="${((a + b) / 2).toFixed(2)}" y="56" text-anchor="middle">${escaped(label)}</text>`
  }).join("")
}
