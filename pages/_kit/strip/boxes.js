// Draws what has words in it: the ruler and the boxes of tiers and labels.
const LABEL_FONT = 12 // pixels
const SMALLEST_FONT = 8

function paintRuler(context, row, view, width, height, look) {
  const { step, found } = ticks(view, width)
  context.strokeStyle = look.faint
  context.fillStyle = look.text
  context.font = `11px ${look.font}`
  context.textBaseline = "top"
  context.lineWidth = 1
  context.beginPath()
  for (let second = Math.ceil(view.start / (step / 5)) * (step / 5); second <= view.end; second += step / 5) {
    const x = Math.round(view.x(second, width)) + 0.5
    context.moveTo(x, height - 3)
    context.lineTo(x, height)
  }
  for (const { second, label } of found) {
    const x = Math.round(view.x(second, width)) + 0.5
    context.moveTo(x, height - 7)
    context.lineTo(x, height)
    const wide = context.measureText(label).width
    const left = Math.min(Math.max(x - wide / 2, 1), width - wide - (look.unitSpace ?? 16))
    if (Math.abs(left + wide / 2 - x) < 24) context.fillText(label, left, 1)
  }
  context.stroke()
  context.textAlign = "right"
  context.fillStyle = look.soft
  context.fillText("s", width - 3, 1)
  context.textAlign = "left"
}

// Intervals are in order: find those in the window by halving.
function within(items, view) {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (items[middle][1] <= view.start) low = middle + 1
    else high = middle
  }
  let end = low
  while (end < items.length && items[end][0] < view.end) end++
  return [low, end]
}

function itemAt(items, second) {
  const [from, to] = within(items, { start: second - 1e-9, end: second + 1e-9 })
  const found = items.slice(from, to).find(([start, end]) => start <= second && second < end)
  return found ?? null
}

// Widths of labels at their full size; measuring is what drawing many small boxes spends its time on.
const widths = new Map()
function widthOf(context, label, look) {
  const name = `${look.font}/${look.fonts}/${label}`
  if (!widths.has(name)) {
    context.font = `${LABEL_FONT}px ${look.font}`
    widths.set(name, context.measureText(label).width)
  }
  return widths.get(name)
}

function fitted(context, label, room, look) {
  const wide = widthOf(context, label, look)
  const size = [LABEL_FONT, 10.5, 9, SMALLEST_FONT].find((one) => (wide * one) / LABEL_FONT <= room)
  context.font = `${size ?? SMALLEST_FONT}px ${look.font}`
  if (size) return label
  if (room < 14) return ""
  const kept = label.slice(0, Math.floor((label.length * room * LABEL_FONT) / (wide * SMALLEST_FONT)) - 1)
  return kept.length > 1 ? `${kept}…` : ""
}

function paintBoxes(context, row, view, width, height, look) {
  context.textBaseline = "middle"
  context.textAlign = "center"
  const [from, to] = within(row.items, view)
  for (let i = from; i < to; i++) {
    const [start, end, label] = row.items[i]
    if (!label) continue
    const left = Math.max(-4, view.x(start, width))
    const right = Math.min(width + 4, view.x(end, width))
    const box = [left + 0.5, 1, Math.max(1, right - left - 1), height - 2]
    const picked = look.region && Math.abs(look.region[0] - start) < 1e-3 && Math.abs(look.region[1] - end) < 1e-3
    const colour = ink(look, row.colours?.[i] ?? row.colour ?? "text")
    paintBox(context, box, row.confidence?.[i], picked, colour, look)
    const inner = row.kind === "labels" ? roomFor(row.items, i, view, width) : Math.min(right, width) - Math.max(left, 0)
    const text = fitted(context, label, inner - 2, look)
    context.fillStyle = picked ? look.onPrimary : look.text
    if (text) context.fillText(text, (Math.max(left, 0) + Math.min(right, width)) / 2, height / 2 + 0.5)
  }
  context.textAlign = "left"
}

// What is written may be wider than its box, up to halfway to its neighbours: models write in spikes.
function roomFor(items, i, view, width) {
  const [start, end] = items[i]
  const middle = view.x((start + end) / 2, width)
  const before = i ? view.x((items[i - 1][1] + start) / 2, width) : 0
  const after = i + 1 < items.length ? view.x((end + items[i + 1][0]) / 2, width) : width
  return 2 * Math.min(middle - before, after - middle)
}

function paintBox(context, [x, y, width, height], confidence, picked, colour, look) {
  const round = Math.min(4, width / 3)
  context.beginPath()
  context.roundRect(x, y, width, height, round)
  context.fillStyle = picked ? look.primary : colour
  context.globalAlpha = picked ? 1 : confidence == null ? 0.1 : 0.08 + 0.42 * confidence
  context.fill()
  context.globalAlpha = picked ? 1 : 0.35
  context.strokeStyle = picked ? look.primary : colour
  context.lineWidth = 1
  context.stroke()
  context.globalAlpha = 1
}

function paintNote(context, row, view, width, height, look) {
  context.font = `12px ${look.font}`
  context.textBaseline = "middle"
  context.fillStyle = look.soft
  context.fillText(row.note, 8, height / 2)
}
