// The rows of the strip: what each draws now, where it stands, and what it says of the point under the pointer.
const HEIGHT = { ruler: 20, wave: 48, sentence: 24, word: 24, syllable: 20, phone: 22, curve: 48, colours: 20, labels: 24, slice: 48, note: 24 }
const PAINT = { ruler: paintRuler, wave: paintWave, tier: paintBoxes, labels: paintBoxes, curve: paintCurve, slice: paintCurve, matrix: paintMatrix, strata: paintStrata, colours: paintColours, note: paintNote }

function heightOf(row, narrow) {
  if (row.kind === "tier") return HEIGHT[row.name] ?? 22
  if (row.kind === "strata") return strataHeight(row, narrow)
  if (row.kind !== "matrix") return HEIGHT[row.kind]
  if (row.sound) return narrow ? 88 : 116
  return Math.max(48, Math.min(narrow ? 96 : 120, row.values.shape[0] * 2))
}

// Follows the choices down to the row that is drawn now.
function resolve(spec, chosen) {
  let row = spec
  while (row.kind === "choice") {
    const wanted = (chosen[row.choice] ?? row.first) - row.base
    row = row.options[Math.max(0, Math.min(row.options.length - 1, wanted))]
  }
  return row
}

// A unit of a matrix as a line.
function sliced(row, all, chosen, words) {
  const source = all.find((other) => other.kind === "matrix" && other.name === row.of)
  const line = source?.units.indexOf(chosen.unit ?? source.units[0]) ?? -1
  if (line < 0) return { ...row, kind: "note", note: words.unit_absent }
  const [, frames] = source.values.shape
  const levels = source.values.values.subarray(line * frames, (line + 1) * frames)
  const values = Uint16Array.from(levels, (level) => 1 + Math.round((level / 255) * CURVE_STEPS))
  const identity = { values, shape: [frames], hash: `${source.values.hash}/${line}` }
  const { start, step, low, high, unit } = source
  return { ...row, start, step, low, high, unit, values: identity, band: source.bands[line] }
}

function frameAt(row, second) {
  return Math.floor((second - row.start) / row.step + 0.5)
}

function bandAt(row, share) {
  const bands = row.kind === "strata" ? row.units.length : row.values.shape[0]
  const line = Math.max(0, Math.min(bands - 1, Math.floor(share * bands)))
  return row.upward ? bands - 1 - line : line
}

// What lies under the pointer, in words; share is how far down the row it is, 0 to 1.
function readOut(row, second, share, look, words) {
  const unit = row.unit ? ` ${row.unit}` : ""
  if (row.kind === "strata") return row.bands[bandAt(row, share)]
  if (row.kind === "matrix") {
    const band = bandAt(row, share)
    const frame = frameAt(row, second)
    if (frame < 0 || frame >= row.values.shape[1]) return ""
    const level = row.values.values[band * row.values.shape[1] + frame]
    const value = number(row.low + (level / 255) * (row.high - row.low)) + unit
    const above = (row.over || []).filter((other) => other.against).map((other) => readOut(other, second, share, look, words))
    const here = row.bands[band] ? `${row.bands[band]} · ${value}` : value
    return [here, ...above.filter(Boolean)].join(" · ")
  }
  if (row.kind === "curve" || row.kind === "slice") {
    const frame = frameAt(row, second)
    if (frame < 0 || frame >= row.values.values.length) return ""
    return (row.band ? `${row.band} · ` : "") + number(curveValue(row, frame)) + unit
  }
  if (row.kind === "wave") return number(row.pcm[Math.min(row.pcm.length - 1, Math.round(second * row.rate))] / 32767)
  if (row.kind === "tier" || row.kind === "labels") {
    const item = itemAt(row.items, second)
    if (!item?.[2]) return ""
    const at = row.items.indexOf(item)
    const sure = row.confidence?.[at]
    const said = row.said?.[at] ?? (sure == null ? "" : `${Math.round(100 * sure)} %`)
    return item[2] + (said ? ` · ${said}` : "")
  }
  return ""
}

// One row in the page: a gutter with its name and buttons, and a canvas.
class RowElement {
  constructor(words, open) {
    this.element = make("div", "row")
    this.gutter = make("div", "gutter")
    this.name = make("span", "name")
    this.marks = make("div", "marks")
    this.marks.ariaHidden = "true"
    this.canvas = make("canvas", "")
    this.canvas.role = "img"
    this.plot = make("div", "plot")
    this.plot.append(this.canvas, this.marks)
    this.help = iconButton("help", "?", words.help)
    this.menu = iconButton("menu", "⋯", words.menu)
    this.help.onclick = () => open("help", this)
    this.menu.onclick = () => open("menu", this)
    this.menu.ariaHasPopup = "menu"
    this.gutter.append(this.name, this.help, this.menu)
    this.element.append(this.gutter, this.plot)
    this.drawn = ""
  }
  show(row, narrow, title) {
    this.row = row
    this.element.dataset.kind = row.kind
    this.element.dataset.name = row.name ?? ""
    this.height = heightOf(row, narrow)
    this.plot.style.height = `${this.height}px`
    this.name.textContent = title ?? row.title ?? row.name ?? ""
    this.help.hidden = !row.help
    this.menu.hidden = row.kind === "ruler" || row.kind === "note"
    this.canvas.ariaLabel = describe(row, this.name.textContent)
    this.writeMarks(row)
  }
  writeMarks(row) {
    const wanted = JSON.stringify(row.ticks ?? [row.low, row.high, row.unit])
    if (wanted === this.marked) return
    this.marked = wanted
    this.marks.replaceChildren(...markers(row))
  }
  draw(view, width, look, ratio) {
    const { row, height, canvas } = this
    if (!width) return false
    const identity = row.values?.hash ?? row.identity ?? row.name ?? ""
    const state = [identity, row.kind, row.colour, row.note, view.start, view.end, width, height, ratio, look.dark, look.text, look.primary, look.fonts]
    if (row.items) state.push(look.region, row.confidence, row.colours, row.kind === "labels" && row.items)
    if (row.chooses) state.push(look.chosen?.[row.chooses])
    for (const other of row.over || []) state.push(other.values.hash, other.kind, other.colour)
    const signature = JSON.stringify(state)
    if (signature === this.drawn) return false
    this.drawn = signature
    const size = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size
    const context = canvas.getContext("2d")
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    PAINT[row.kind](context, row, view, width, height, look)
    return true
  }
}

function markers(row) {
  if (row.kind === "matrix" || row.kind === "strata") {
    const bands = row.bands.length || row.values.shape[0]
    return row.ticks.map(([band, label]) => mark(label, (row.upward ? bands - 0.5 - band : band + 0.5) / bands))
  }
  if (row.kind !== "curve" && row.kind !== "slice") return []
  const unit = row.unit ? ` ${row.unit}` : ""
  return [mark(number(row.high) + unit, 0), mark(number(row.low), 1)]
}

function mark(label, share) {
  const element = make("span", "mark")
  element.textContent = label
  element.style.top = `${100 * share}%`
  element.dataset.edge = share < 0.1 ? "top" : share > 0.9 ? "bottom" : ""
  return element
}

function describe(row, name) {
  if (!row.items) return row.help ? `${name}. ${row.help}` : name || "–"
  const said = row.items.map((item) => item[2]).filter(Boolean)
  return `${name}: ${said.slice(0, 40).join(", ")}${said.length > 40 ? " …" : ""}`
}
