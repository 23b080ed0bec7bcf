// Draws one row on a canvas; every painter takes (context, row, view, width, height, look) in CSS pixels.
function matrixBitmap(row, look) {
  const [bands, frames] = row.values.shape
  return bitmap(`${row.values.hash}${row.colours}${row.upward}${look.dark}`, frames, bands, (pixels) => {
    const map = colourMap(look, row.colours)
    for (let band = 0; band < bands; band++) {
      const line = (row.upward ? bands - 1 - band : band) * frames
      for (let i = 0, from = band * frames; i < frames; i++) pixels[line + i] = map[row.values.values[from + i]]
    }
  })
}

function coloursBitmap(row) {
  const frames = row.values.shape[1]
  const rgb = row.values.values
  return bitmap(row.values.hash, frames, 1, (pixels) => {
    for (let i = 0; i < frames; i++)
      pixels[i] = 0xff000000 | (rgb[2 * frames + i] << 16) | (rgb[frames + i] << 8) | rgb[i]
  })
}

// Frame i covers half a step on either side of its centre.
function drawFrames(context, picture, row, view, width, height, smooth) {
  const first = row.start - row.step / 2
  const last = first + picture.width * row.step
  const from = Math.max(view.start, first)
  const to = Math.min(view.end, last)
  if (to <= from) return
  const left = view.x(from, width)
  const right = view.x(to, width)
  const source = (to - from) / row.step
  context.imageSmoothingEnabled = smooth || source > (right - left)
  context.imageSmoothingQuality = "high"
  context.drawImage(picture, (from - first) / row.step, 0, source, picture.height, left, 0, right - left, height)
}

function paintMatrix(context, row, view, width, height, look) {
  drawFrames(context, matrixBitmap(row, look), row, view, width, height, row.colours === "sound" && !row.chooses)
  for (const other of row.over || []) paintOver(context, other, view, width, height, look)
  if (!row.chooses) return
  if (height / row.units.length >= LINE_GAP) outlineChosen(context, row, width, height, look)
  else pointChosen(context, row, width, height, look)
}

function paintColours(context, row, view, width, height) {
  drawFrames(context, coloursBitmap(row), row, view, width, height, false)
}

function ink(look, colour) {
  return colour === "text" ? look.text : colour
}

const CURVE_STEPS = 4095 // levels of a line; 0 stands for what is not a number

function curveValue(row, index) {
  const level = row.values.values[index]
  return level === 0 ? NaN : row.low + ((level - 1) / CURVE_STEPS) * (row.high - row.low)
}

function paintCurve(context, row, view, width, height, look) {
  const y = (value) => height - 2 - ((value - row.low) / (row.high - row.low)) * (height - 4)
  const count = row.values.values.length
  const first = Math.max(0, Math.floor((view.start - row.start) / row.step) - 1)
  const last = Math.min(count - 1, Math.ceil((view.end - row.start) / row.step) + 1)
  const colour = ink(look, row.colour)
  if (row.chance != null) paintChance(context, y(row.chance), width, look)
  const line = new Path2D()
  const area = new Path2D()
  let begun = null
  let x = 0
  for (let i = first; i <= last + 1; i++) {
    const value = i <= last ? curveValue(row, i) : NaN
    if (Number.isNaN(value)) {
      if (begun !== null) area.lineTo(x, height), area.lineTo(begun, height)
      begun = null
      continue
    }
    x = view.x(row.start + i * row.step, width)
    if (begun === null) line.moveTo(x, y(value)), area.moveTo(x, y(value)), (begun = x)
    else line.lineTo(x, y(value)), area.lineTo(x, y(value))
  }
  context.fillStyle = colour
  context.globalAlpha = look.dark ? 0.3 : 0.16
  context.fill(area)
  context.globalAlpha = 1
  context.strokeStyle = colour
  context.lineWidth = look.dark ? 2 : 1.5
  context.lineJoin = "round"
  context.stroke(line)
}

function paintChance(context, y, width, look) {
  context.strokeStyle = look.faint
  context.lineWidth = 1
  context.setLineDash([4, 4])
  context.beginPath()
  context.moveTo(0, y)
  context.lineTo(width, y)
  context.stroke()
  context.setLineDash([])
}

// Highest and lowest sample of every 64, so that a long clip is drawn from few numbers.
const PEAK = 64
function peaks(pcm) {
  const count = Math.ceil(pcm.length / PEAK)
  const low = new Int16Array(count)
  const high = new Int16Array(count)
  for (let i = 0; i < count; i++) {
    let least = 32767
    let most = -32768
    for (let k = i * PEAK; k < Math.min(pcm.length, (i + 1) * PEAK); k++) {
      if (pcm[k] < least) least = pcm[k]
      if (pcm[k] > most) most = pcm[k]
    }
    low[i] = least
    high[i] = most
  }
  return { low, high }
}

function paintWave(context, row, view, width, height, look) {
  row.peaks ??= peaks(row.pcm)
  row.loudest ??= Math.max(1, row.peaks.high.reduce((a, b) => Math.max(a, b), 1), -row.peaks.low.reduce((a, b) => Math.min(a, b), -1))
  const thin = 1 / context.getTransform().a // one pixel of the screen
  const perPixel = (view.width * row.rate) / width
  const fine = perPixel < PEAK
  const [low, high, unit] = fine ? [row.pcm, row.pcm, 1] : [row.peaks.low, row.peaks.high, PEAK]
  const y = (value) => height / 2 - (value / row.loudest) * (height / 2 - 2)
  context.fillStyle = look.text
  context.globalAlpha = 0.72
  for (let x = 0; x < width; x += thin) {
    const from = Math.floor((view.start * row.rate + x * perPixel) / unit)
    const to = Math.max(from + 1, Math.floor((view.start * row.rate + (x + thin) * perPixel) / unit) + 1)
    let least = 32767
    let most = -32768
    for (let i = from; i < Math.min(to, low.length); i++) {
      if (low[i] < least) least = low[i]
      if (high[i] > most) most = high[i]
    }
    if (most < least) continue
    const top = y(most)
    context.fillRect(x, top, thin, Math.max(1, y(least) - top))
  }
  context.globalAlpha = 1
}
