// How points, the path of the visitor's sound and the legend are drawn.
// Colours of groups (after Okabe & Ito 2008, told apart by every kind of colour vision), for a light and a dark page;
// each turn through the colours takes the next shape, and neighbours in the list differ in both.
const INKS = {
  light: ["#0072b2", "#c04a00", "#00785a", "#a8458a", "#8a6100", "#2b7fb8", "#5a5f66", "#7a3fbf"],
  dark: ["#4fb0ee", "#ff9350", "#35d0a4", "#ee9cc8", "#f0c04a", "#9ad0f5", "#c3c7cc", "#c0a2f5"],
}
const FORMS = ["circle", "square", "triangle", "diamond", "cross", "plus", "ring"]
const SIZE = 4.2 // px, half a mark
const OUTSIDE = 0.12 // opacity of groups that were not picked

const inkOfGroup = (group, dark) => INKS[dark ? "dark" : "light"][group % 8]
const formOfGroup = (group) => FORMS[(group + Math.floor(group / 8)) % FORMS.length]

function mark(context, form, x, y, size) {
  context.beginPath()
  if (form === "circle" || form === "ring") context.arc(x, y, size, 0, 2 * Math.PI)
  else if (form === "square") context.rect(x - size * 0.88, y - size * 0.88, size * 1.76, size * 1.76)
  else if (form === "triangle") corners(context, [[x, y - size * 1.15], [x + size * 1.1, y + size * 0.85], [x - size * 1.1, y + size * 0.85]])
  else if (form === "diamond") corners(context, [[x, y - size * 1.3], [x + size * 1.3, y], [x, y + size * 1.3], [x - size * 1.3, y]])
  else {
    const turn = form === "cross" ? Math.PI / 4 : 0
    for (const angle of [turn, turn + Math.PI / 2]) {
      context.moveTo(x - Math.cos(angle) * size * 1.2, y - Math.sin(angle) * size * 1.2)
      context.lineTo(x + Math.cos(angle) * size * 1.2, y + Math.sin(angle) * size * 1.2)
    }
  }
  context.lineWidth = form === "ring" ? 1.8 : 2.2
  if (form === "cross" || form === "plus" || form === "ring") context.stroke()
  else context.fill()
}

function corners(context, places) {
  context.moveTo(...places[0])
  for (const place of places.slice(1)) context.lineTo(...place)
  context.closePath()
}

// All points: the letters themselves, or a mark for each group; the rest is grey and small.
function drawPoints(context, places, { group, names, picked, dark, look, named }) {
  context.font = `600 12px ${look.font}`
  context.textAlign = "center"
  context.textBaseline = "middle"
  const count = group.length
  for (const rest of [true, false])
    for (let i = 0; i < count; i++) {
      const at = group[i]
      const other = at < 0
      const shown = picked === null || picked === at
      if ((other || !shown) !== rest) continue
      const ink = other ? look.soft : inkOfGroup(at, dark)
      context.globalAlpha = shown ? (other ? 0.5 : 0.92) : OUTSIDE
      context.fillStyle = context.strokeStyle = ink
      const [x, y] = [places[2 * i], places[2 * i + 1]]
      if (named) context.fillText(names[i], x, y)
      else mark(context, other ? "circle" : formOfGroup(at), x, y, other ? SIZE * 0.6 : SIZE)
    }
  context.globalAlpha = 1
}

// The way of the visitor's sound, what was just heard strong; returns where the playhead is.
function drawPath(context, path, at, look) {
  const { places, start, step } = path
  const frames = places.length / 2
  if (!frames) return null
  const now = at === null ? -1 : (at - start) / step
  const line = (from, to, width, alpha) => {
    context.beginPath()
    for (let i = Math.max(0, from); i <= Math.min(frames - 1, to); i++) context.lineTo(places[2 * i], places[2 * i + 1])
    context.globalAlpha = alpha
    context.lineWidth = width
    context.strokeStyle = look.text
    context.lineJoin = "round"
    context.stroke()
    context.globalAlpha = 1
  }
  line(0, frames - 1, 1.6, 0.6)
  if (now < 0) return null
  line(Math.floor(now - 0.25 / step), Math.floor(now), 2.6, 0.95)
  const whole = Math.max(0, Math.min(frames - 1, now))
  const first = Math.floor(whole)
  const next = Math.min(frames - 1, first + 1)
  const part = whole - first
  return [0, 1].map((axis) => places[2 * first + axis] * (1 - part) + places[2 * next + axis] * part)
}

function ringed(context, x, y, size, look, fill) {
  context.beginPath()
  context.arc(x, y, size, 0, 2 * Math.PI)
  context.fillStyle = fill
  context.fill()
  context.lineWidth = 2
  context.strokeStyle = look.paper
  context.stroke()
  context.beginPath()
  context.arc(x, y, size + 1.5, 0, 2 * Math.PI)
  context.lineWidth = 1.5
  context.strokeStyle = look.text
  context.stroke()
}

// What the visitor's sound says, each where the layer puts it: a label on the page's ground with a line around it.
function drawStations(context, places, labels, look, pointed) {
  context.font = `600 12px ${look.font}`
  context.textAlign = "center"
  context.textBaseline = "middle"
  labels.forEach((label, i) => {
    const [x, y] = [places[2 * i], places[2 * i + 1]]
    const wide = Math.max(16, context.measureText(label).width + 8)
    context.beginPath()
    context.roundRect(x - wide / 2, y - 9, wide, 18, 5)
    context.fillStyle = pointed === i ? look.primary : look.paper
    context.globalAlpha = 0.9
    context.fill()
    context.globalAlpha = 1
    context.lineWidth = 1.5
    context.strokeStyle = look.text
    context.stroke()
    context.fillStyle = pointed === i ? look.onPrimary : look.text
    context.fillText(label, x, y + 0.5)
  })
}

function drawPointed(context, x, y, look) {
  context.beginPath()
  context.arc(x, y, 9, 0, 2 * Math.PI)
  context.lineWidth = 2.5
  context.strokeStyle = look.text
  context.stroke()
}
