// One head large: who looks (down) at what (across), in seconds or in words.
const AXIS = 52 // pixels beside the map, and under it where words stand upright
const FLAT_AXIS = 22 // pixels under it where seconds lie flat
const LEAST_LABEL = 11 // pixels from one label to the next
const LONGEST_LABEL = 8 // signs

// The picture of one head; used small in the grid and large here.
function headBitmap(tree, layer, head, dark) {
  const [, heads, queries, keys] = tree.maps.shape
  const name = `${tree.maps.hash}/${layer}/${head}/${dark}`
  return bitmap(name, keys, queries, (pixels) => {
    const map = colourMap({ tables: tree.tables, dark }, `layer:${layer + 1}`)
    const from = (layer * heads + head) * queries * keys
    for (let i = 0; i < queries * keys; i++) pixels[i] = map[tree.maps.values[from + i]]
  })
}

// Levels grow with the square root of the value.
function attentionAt(tree, layer, head, query, key) {
  const [, heads, queries, keys] = tree.maps.shape
  const level = tree.maps.values[((layer * heads + head) * queries + query) * keys + key]
  return tree.tops[layer][head] * (level / 255) ** 2
}

function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const context = canvas.getContext("2d")
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return context
}

// Where labels stand along an axis, as shares of its length.
function axisMarks(tree, length) {
  const count = tree.spans.length
  if (tree.labels.length) {
    const every = Math.max(1, Math.ceil((count * LEAST_LABEL) / length))
    return tree.labels.map((label, index) => ({ label: shortened(label), share: (index + 0.5) / count })).filter((_, index) => index % every === 0)
  }
  const start = tree.spans[0][0]
  const end = tree.spans[count - 1][1]
  const least = ((end - start) * 46) / length
  const power = 10 ** Math.floor(Math.log10(least))
  const step = power * ([1, 2, 5].find((size) => size * power >= least) ?? 10)
  const marks = []
  for (let k = Math.ceil(start / step); k * step <= end + 1e-9; k++)
    marks.push({ label: (k * step).toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9))), share: (k * step - start) / (end - start) })
  return marks
}

const shortened = (label) => (label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label)

function drawAxes(tree, axisX, axisY, side, look) {
  const low = tree.labels.length ? AXIS : FLAT_AXIS
  axisX.style.height = `${low}px`
  const across = sized(axisX, side, low)
  const down = sized(axisY, AXIS, side)
  for (const context of [across, down]) {
    context.font = `11px ${look.font}`
    context.fillStyle = look.text
    context.strokeStyle = look.faint
    context.textBaseline = "middle"
    context.textAlign = "right"
  }
  const worded = tree.labels.length > 0
  for (const { label, share } of axisMarks(tree, side)) {
    const at = share * side
    across.beginPath()
    across.moveTo(at, 0)
    across.lineTo(at, 4)
    across.stroke()
    down.beginPath()
    down.moveTo(AXIS - 4, at)
    down.lineTo(AXIS, at)
    down.stroke()
    down.fillText(label, AXIS - 6, Math.min(Math.max(at, 6), side - 6))
    across.save()
    across.translate(worded ? at : Math.min(Math.max(at, 10), side - 10), worded ? 6 : 13)
    if (worded) across.rotate(-Math.PI / 2)
    else across.textAlign = "center"
    across.fillText(label, 0, 0)
    across.restore()
  }
}

function drawMap(tree, canvas, layer, head, side, look, region) {
  const context = sized(canvas, side, side)
  context.imageSmoothingEnabled = false
  context.drawImage(headBitmap(tree, layer, head, look.dark), 0, 0, side, side)
  if (region) drawRegion(context, tree, region, side, look)
}

// The chosen region as brackets on both axes.
function drawRegion(context, tree, [start, end], side, look) {
  const inside = tree.spans.flatMap(([from, to], index) => (Math.min(to, end) - Math.max(from, start) > (to - from) / 2 ? [index] : []))
  if (!inside.length) return
  const unit = side / tree.spans.length
  const from = inside[0] * unit
  const length = (inside[inside.length - 1] + 1) * unit - from
  for (const [width, colour] of [[4, look.paper], [2, look.text]]) {
    context.strokeStyle = colour
    context.lineWidth = width
    context.strokeRect(-4, from, side + 8, length)
    context.strokeRect(from, -4, length, side + 8)
  }
}

// The chosen head as a table: one row per moment that looks.
function headNumbers(tree, layer, head) {
  const names = tree.spans.map(([start, end], index) => `${tree.labels[index] ?? ""} ${start} to ${end} s`.trim())
  return table([["looks \\ looked at", ...names], ...names.map((name, query) => [name, ...names.map((_, key) => exact(attentionAt(tree, layer, head, query, key)))])])
}
