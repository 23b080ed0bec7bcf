// Unpacks what payload.py packs.
const NUMBERS = { u1: Uint8Array, i2: Int16Array, u2: Uint16Array, f4: Float32Array }

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function unpack(bytes) {
  const head = readHead(bytes)
  const middle = head.body + head.tree
  const [tree, arrays] = await Promise.all([inflate(bytes.subarray(head.body, middle)), inflate(bytes.subarray(middle))])
  const revive = (name, value) => (value && value.$ ? readArray(value.$, arrays) : value)
  return JSON.parse(new TextDecoder().decode(tree), revive)
}

function readArray([kind, shape, offset, length, change, levels, hash], arrays) {
  const raw = arrays.subarray(offset, offset + length)
  const type = NUMBERS[kind]
  const values = type.BYTES_PER_ELEMENT === 2 ? joinPlanes(raw, type) : new type(raw.slice().buffer)
  if (change) addUp(values, shape[shape.length - 1])
  if (levels) for (let i = 0; i < values.length; i++) values[i] = Math.round((values[i] * 255) / (levels - 1))
  return { values, shape, hash }
}

function joinPlanes(raw, type) {
  const values = new type(raw.length / 2)
  for (let i = 0, high = values.length; i < values.length; i++) values[i] = raw[i] | (raw[high + i] << 8)
  return values
}

function addUp(values, width) {
  for (let row = 0; row < values.length; row += width)
    for (let i = row + 1; i < row + width; i++) values[i] += values[i - 1]
}
