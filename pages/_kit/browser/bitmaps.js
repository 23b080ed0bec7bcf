// Small pictures made from bytes, kept ready for the next time they are drawn.
const BITMAPS = 96 // pictures kept ready; older ones are made again when they are wanted
const bitmaps = new Map()

function colourMap(look, name) {
  const rgb = look.tables[name].values
  const map = new Uint32Array(256)
  // On a light page the neutral and layer maps run from paper to ink, on a dark one from ink to paper.
  for (let level = 0; level < 256; level++) {
    const at = 3 * (look.dark || name === "signed" ? level : 255 - level)
    map[level] = 0xff000000 | (rgb[at + 2] << 16) | (rgb[at + 1] << 8) | rgb[at]
  }
  return map
}

function bitmap(name, width, height, fillPixels) {
  const known = bitmaps.get(name)
  if (known) {
    bitmaps.delete(name)
    bitmaps.set(name, known)
    return known
  }
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext("2d")
  const image = context.createImageData(width, height)
  fillPixels(new Uint32Array(image.data.buffer))
  context.putImageData(image, 0, 0)
  bitmaps.set(name, canvas)
  if (bitmaps.size > BITMAPS) bitmaps.delete(bitmaps.keys().next().value)
  return canvas
}
