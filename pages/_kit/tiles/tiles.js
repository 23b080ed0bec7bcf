// A row of sounds: a click chooses one, and the strip plays it as soon as it is there.
const PLAY = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5.2v13.6L19 12z"/></svg>'
const THUMB = 40 // pixels high

class Tiles {
  constructor(root, key) {
    Object.assign(this, { root, key, turn: 0 })
    root.onkeydown = (event) => this.step(event)
    this.off = strata.on("feed", (kind) => this.fed(kind))
    this.observer = new ResizeObserver(() => this.draw())
    this.observer.observe(root)
  }
  close() {
    this.off()
    this.observer.disconnect()
  }
  update({ words, chosen }, tell) {
    Object.assign(this, { words, chosen, tell })
    this.root.ariaLabel = words.tiles
    this.fed("tiles")
    this.mark()
    this.draw()
  }
  async fed(kind) {
    const feed = kind === "tiles" && strata.of("tiles").find((one) => one.head.key === this.key)
    if (!feed || feed.head.id === this.id) return
    this.id = feed.head.id
    const tree = await unpack(feed.bytes)
    if (this.id !== feed.head.id) return
    this.tree = tree
    this.root.replaceChildren(...tree.tiles.map((tile) => this.make(tile)))
    this.root.dataset.ready = tree.tiles.length
    this.mark()
    this.draw()
    this.root.querySelector("[aria-checked=true]")?.parentElement.scrollIntoView({ block: "nearest", inline: "nearest" })
  }
  make(tile) {
    const place = make("div", "tile")
    const choose = make("button", "choose")
    const length = seconds(tile.seconds, 1)
    choose.type = "button"
    choose.role = "radio"
    choose.ariaLabel = fill(this.words.tile, { title: tile.title, seconds: length })
    choose.dataset.name = tile.name
    choose.onclick = () => this.choose(tile)
    const title = Object.assign(make("span", "title"), { textContent: tile.title })
    const about = Object.assign(make("span", "about"), { textContent: [fill(this.words.seconds, { seconds: length }), tile.note].filter(Boolean).join(" · ") })
    choose.append(make("canvas", ""), title, about)
    const play = make("span", "play")
    play.innerHTML = PLAY
    place.append(choose, play)
    if (tile.own) place.append(this.remover(tile))
    place.tile = tile
    return place
  }
  remover(tile) {
    const remove = iconButton("remove", "×", fill(this.words.remove, { title: tile.title }))
    remove.onclick = () => this.tell("removed", { name: tile.name, turn: ++this.turn })
    return remove
  }
  choose(tile) {
    strata.sound()
    if (tile.name === this.chosen) return strata.emit("toggle")
    strata.playNext = true
    this.chosen = tile.name
    this.mark()
    this.tell("clip", { name: tile.name, turn: Date.now() })
  }
  mark() {
    for (const choose of this.root.querySelectorAll(".choose")) {
      const picked = choose.dataset.name === this.chosen
      choose.ariaChecked = String(picked)
      choose.tabIndex = picked ? 0 : -1
    }
    const first = this.root.querySelector(".choose")
    if (first && !this.root.querySelector("[aria-checked=true]")) first.tabIndex = 0
  }
  step(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const all = [...this.root.querySelectorAll(".choose")]
    const next = way && all[all.indexOf(event.target) + way]
    if (!next) return
    event.preventDefault()
    for (const one of all) one.tabIndex = one === next ? 0 : -1
    next.focus()
  }
  draw() {
    if (!this.tree) return
    const look = readLook(this.root, this.tree.tables)
    const ratio = window.devicePixelRatio || 1
    for (const place of this.root.children) {
      const canvas = place.querySelector("canvas")
      const width = canvas.clientWidth
      const state = `${width} ${ratio} ${look.dark}`
      if (!width || canvas.dataset.drawn === state) continue
      canvas.dataset.drawn = state
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(THUMB * ratio)
      const context = canvas.getContext("2d")
      context.imageSmoothingQuality = "high"
      context.drawImage(thumb(place.tile.picture, look), 0, 0, canvas.width, canvas.height)
    }
  }
}

function thumb(picture, look) {
  const [bands, frames] = picture.shape
  return bitmap(`${picture.hash}${look.dark}`, frames, bands, (pixels) => {
    const map = colourMap(look, "sound")
    for (let band = 0; band < bands; band++)
      for (let i = 0; i < frames; i++) pixels[(bands - 1 - band) * frames + i] = map[picture.values[band * frames + i]]
  })
}

const all = new WeakMap()
export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = spelled(bytes)
  const root = parentElement.querySelector(".tiles")
  if (!root || !data) return
  if (!all.has(root)) all.set(root, new Tiles(root, data.key))
  const tiles = all.get(root)
  tiles.update(data, setStateValue)
  return () => {
    tiles.close()
    all.delete(root)
  }
}
