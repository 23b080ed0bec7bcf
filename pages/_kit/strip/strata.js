// Rows that lie as lines one above the other, and rows that lie over the spectrogram.
const LINES_TALL = 150 // pixels that the lines share
const VEIL = 0.72 // of a map that lies over the whole picture: what is below must still be seen
const LINE_GAP = 6 // pixels of a line from which on a gap parts it from the next

function strataHeight(row, narrow) {
  const lines = row.units.length
  return lines * Math.max(4, Math.min(14, Math.round((narrow ? 110 : LINES_TALL) / lines)))
}

function strataBitmap(row) {
  const lines = row.units.length
  const frames = row.values.shape[1]
  const from = row.values.values
  return bitmap(row.values.hash, frames, lines, (pixels) => {
    for (let line = 0; line < lines; line++)
      for (let i = 0, red = 3 * line * frames + i; i < frames; i++, red++)
        pixels[line * frames + i] = 0xff000000 | (from[red + 2 * frames] << 16) | (from[red + frames] << 8) | from[red]
  })
}

function paintStrata(context, row, view, width, height, look) {
  const lines = row.units.length
  const tall = height / lines
  drawFrames(context, strataBitmap(row), row, view, width, height, false)
  if (tall >= LINE_GAP) for (let line = 1; line < lines; line++) context.clearRect(0, Math.round(line * tall) - 1, width, 1)
  outlineChosen(context, row, width, height, look)
}

function chosenLine(row, look) {
  const at = row.units.indexOf(look.chosen?.[row.chooses])
  return at < 0 || !row.upward ? at : row.units.length - 1 - at
}

// A line around what is chosen among the lines of a row, with a seam of paper so that it stands out from any colour.
function outlineChosen(context, row, width, height, look) {
  const line = chosenLine(row, look)
  if (line < 0) return
  const tall = height / row.units.length
  const [top, bottom] = [Math.max(0, line * tall - 1), Math.min(height, (line + 1) * tall)]
  for (const [colour, inset] of [[look.text, 1], [look.paper, 2.5]]) {
    context.strokeStyle = colour
    context.lineWidth = inset === 1 ? 2 : 1
    if (inset === 1 || tall > 8) context.strokeRect(inset, top + inset, width - 2 * inset, Math.max(1, bottom - top - 2 * inset))
  }
}

// A thin mark at both ends of the chosen line, where lines are too thin for an outline.
function pointChosen(context, row, width, height, look) {
  const line = chosenLine(row, look)
  if (line < 0) return
  const tall = height / row.units.length
  const middle = (line + 0.5) * tall
  context.fillStyle = look.text
  for (const [x, way] of [[0, 1], [width, -1]]) {
    context.beginPath()
    context.moveTo(x, middle - 5)
    context.lineTo(x + 7 * way, middle)
    context.lineTo(x, middle + 5)
    context.fill()
  }
}

// What lies over the spectrogram: lines with a seam of paper, and maps of which only the upper half is drawn.
function paintOver(context, row, view, width, height, look) {
  if (row.kind !== "matrix" && row.kind !== "curve" && row.kind !== "slice") return
  if (row.kind !== "matrix" || row.against) stepBack(context, width, height, look)
  if (row.kind === "matrix") return drawFrames(context, overBitmap(row, look), row, view, width, height, !row.against)
  paintCurve(context, row, view, width, height, look)
}

function stepBack(context, width, height, look) {
  context.globalAlpha = 0.5
  context.fillStyle = look.paper
  context.fillRect(0, 0, width, height)
  context.globalAlpha = 1
}

function inkOf(look, colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(ink(look, colour).slice(at, at + 2), 16))
  return (blue << 16) | (green << 8) | red
}

function overBitmap(row, look) {
  const [bands, frames] = row.values.shape
  const above = inkOf(look, row.colour)
  const below = row.against ? inkOf(look, row.against) : 0
  return bitmap(`over${row.values.hash}${above}/${below}${row.upward}`, frames, bands, (pixels) => {
    for (let band = 0; band < bands; band++) {
      const line = (row.upward ? bands - 1 - band : band) * frames
      for (let i = 0; i < frames; i++) {
        const level = 2 * (row.values.values[band * frames + i] - 127.5)
        const alpha = row.against ? Math.min(255, Math.abs(level)) * VEIL : Math.max(0, level)
        pixels[line + i] = (alpha << 24) | (level > 0 ? above : below)
      }
    }
  })
}

const isOver = (spec) => (spec.kind === "choice" ? isOver(spec.options[0]) : Boolean(spec.over))
