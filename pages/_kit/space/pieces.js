// Tiles of pieces of other recordings: the stretch itself is bright, what stands around it is veiled.
const TALL = 52 // pixels
const PLAY_SIGN = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5.2v13.6L19 12z"/></svg>'
const STOP_SIGN = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6.5 6.5h11v11h-11z"/></svg>'

class Pieces {
  constructor(root, key, words) {
    Object.assign(this, { root, key, words, buttons: [] })
    this.offs = [
      strata.on("feed", (kind) => this.fed(kind)),
      strata.on("at", ({ playing }) => playing && pieces.stop()),
      pieces.on((name) => this.mark(name)),
    ]
    this.observer = new ResizeObserver(() => this.draw())
    this.observer.observe(root)
    this.fed("pieces")
  }
  close() {
    this.observer.disconnect()
    for (const off of this.offs) off()
  }
  async fed(kind) {
    const feed = kind === "pieces" && strata.of("pieces").find((one) => one.head.key === this.key)
    if (!feed || feed.head.id === this.id) return
    this.id = feed.head.id
    const tree = await unpack(feed.bytes)
    if (this.id !== feed.head.id) return
    this.tree = tree
    this.root.ariaLabel = tree.name
    this.buttons = tree.pieces.map((piece, at) => this.make(piece, at))
    this.root.replaceChildren(...this.buttons.map((button) => {
      const item = make("li", "")
      item.append(button)
      return item
    }))
    this.root.dataset.ready = tree.pieces.length
    this.mark(pieces.playing)
    this.draw()
  }
  name(at) {
    return `${this.key} ${this.id} ${at}`
  }
  make(piece, at) {
    const button = make("button", "")
    const picture = make("span", "picture")
    const sign = make("span", "sign")
    button.type = "button"
    button.ariaLabel = fill(this.words.play, piece)
    picture.append(make("canvas", ""), sign)
    button.append(picture, Object.assign(make("b", ""), { textContent: piece.title }), Object.assign(make("span", "said"), { textContent: piece.said }))
    button.onclick = () => {
      if (pieces.playing === this.name(at)) return pieces.stop()
      pieces.play(this.name(at), piece.pcm.values, piece.rate)
    }
    return button
  }
  mark(playing) {
    this.buttons.forEach((button, at) => {
      const own = playing === this.name(at)
      button.ariaPressed = String(own)
      button.querySelector(".sign").innerHTML = own ? STOP_SIGN : PLAY_SIGN
    })
  }
  draw() {
    if (!this.tree) return
    const look = readLook(this.root, this.tree.tables)
    const ratio = window.devicePixelRatio || 1
    this.buttons.forEach((button, at) => {
      const canvas = button.querySelector("canvas")
      const width = canvas.clientWidth
      const state = `${width} ${ratio} ${look.dark}`
      if (!width || canvas.dataset.drawn === state) return
      canvas.dataset.drawn = state
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(TALL * ratio)
      const context = canvas.getContext("2d")
      context.scale(ratio, ratio)
      context.imageSmoothingQuality = "high"
      const { picture, inside } = this.tree.pieces[at]
      context.drawImage(pieceBitmap(picture, look), 0, 0, width, TALL)
      const [from, to] = inside.map((share) => share * width)
      context.fillStyle = look.paper
      context.globalAlpha = 0.55
      if (to - from > 2) {
        context.fillRect(0, 0, from, TALL)
        context.fillRect(to, 0, width - to, TALL)
      }
      context.globalAlpha = 1
      context.fillStyle = look.text
      for (const x of to - from > 2 ? [from, to] : [(from + to) / 2]) context.fillRect(Math.round(x) - 0.75, 0, 1.5, TALL)
    })
  }
}

function pieceBitmap(picture, look) {
  const [bands, frames] = picture.shape
  return bitmap(`piece${picture.hash}${look.dark}`, frames, bands, (pixels) => {
    const map = colourMap(look, "sound")
    for (let band = 0; band < bands; band++)
      for (let i = 0; i < frames; i++) pixels[(bands - 1 - band) * frames + i] = map[picture.values[band * frames + i]]
  })
}

const lists = new WeakMap()
export default function ({ data: bytes, parentElement }) {
  const data = spelled(bytes)
  if (!data) return
  let root = parentElement.querySelector(".pieces")
  if (!root) parentElement.append((root = make("ul", "pieces")))
  if (!lists.has(root)) lists.set(root, new Pieces(root, data.key, data.words))
  const list = lists.get(root)
  list.fed("pieces")
  list.draw()
  return () => {
    list.close()
    lists.delete(root)
  }
}
