// Pointing, clicking, zooming and keys on the map; what is pointed at can be heard.
Object.assign(Cloud.prototype, {
  zoom(by, x, y) {
    this.view.zoomAt(by, x, y)
    this.draw()
  },
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const box = this.mapPart.getBoundingClientRect()
    this.zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top)
  },
  moved(event) {
    if (this.drag && this.view.zoomed) {
      const [x, y] = [event.clientX - this.drag.x, event.clientY - this.drag.y]
      this.drag = { x: event.clientX, y: event.clientY, far: this.drag.far + Math.abs(x) + Math.abs(y) }
      this.view.drag(x, y)
      return this.draw()
    }
    this.point(this.under(event))
  },
  lifted(event) {
    const dragged = this.drag && this.drag.far > 4
    this.drag = null
    if (dragged) return
    this.point(this.under(event))
    if (this.pointed) this.play()
  },
  under(event) {
    if (!this.shown || this.moving) return null
    const box = this.mapPart.getBoundingClientRect()
    const at = [event.clientX - box.left, event.clientY - box.top]
    const station = nearestPlace(this.stops ?? [], at, () => true)
    if (station.distance < NEAR) return { kind: "station", index: station.index }
    const { groups } = this.tree.groupings[this.group]
    const found = nearestPlace(this.shown, at, (index) => this.picked === null || groups[index] === this.picked)
    return found.distance < NEAR ? { kind: "point", index: found.index } : null
  },
  point(what) {
    const before = JSON.stringify(this.pointed)
    this.pointed = what
    if (JSON.stringify(what) === before) return
    this.tipPart.hidden = !what
    this.readPart.textContent = what ? this.titleOf(what) : this.words.hint
    if (what) this.showTip(what)
    if (what?.kind === "point") this.listPart.value = what.index
    const said = what?.kind === "station" ? this.tree.said[what.index] : null
    strata.emit("moments", said ? [{ start: said.start, end: said.end, label: said.label }] : [])
    this.draw()
  },
  titleOf(what) {
    if (what.kind === "point") return this.tree.titles[what.index]
    const said = this.tree.said[what.index]
    return fill(this.words.own, { label: said.label, start: seconds(said.start), end: seconds(said.end) })
  },
  showTip(what) {
    const places = what.kind === "point" ? this.shown : this.stops
    const [x, y] = [places[2 * what.index], places[2 * what.index + 1]]
    this.tipPart.textContent = this.titleOf(what)
    const wide = this.tipPart.offsetWidth
    const left = Math.max(4, Math.min(this.view.width - wide - 4, x - wide / 2))
    this.tipPart.style.transform = `translate(${left}px, ${y > 50 ? y - 42 : y + 18}px)`
  },
  play() {
    if (!this.pointed) return
    strata.sound()
    if (this.pointed.kind === "station") {
      const said = this.tree.said[this.pointed.index]
      pieces.stop()
      return strata.emit("play", [[said.start, said.end]])
    }
    const { index } = this.pointed
    this.wanted = index
    if (this.known.has(index)) this.sound(index)
    else this.tell("wanted", { index, of: this.tree.of, turn: Date.now() })
  },
  sound(index) {
    const { pcm, rate } = this.known.get(index)
    pieces.play(`point ${index}`, pcm, rate)
    this.root.dataset.heard = index
  },
  // Arrow keys go to the nearest point in that direction, Enter plays, + and - zoom.
  key_(event) {
    const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key]
    if (way) this.step(way)
    else if (event.key === "Enter" || event.key === " ") this.play()
    else if (event.key === "+" || event.key === "=") this.zoom(1.6)
    else if (event.key === "-") this.zoom(1 / 1.6)
    else if (event.key === "0") this.allPart.onclick()
    else return
    event.preventDefault()
  },
  step([across, down]) {
    if (!this.shown) return
    const now = this.pointed?.kind === "point" ? this.pointed.index : nearestPlace(this.shown, [this.view.width / 2, this.view.height / 2], () => true).index
    if (this.pointed?.kind !== "point") return this.point({ kind: "point", index: now })
    const [x, y] = [this.shown[2 * now], this.shown[2 * now + 1]]
    let best = { cost: Infinity, index: now }
    for (let i = 0; i < this.shown.length / 2; i++) {
      const along = (this.shown[2 * i] - x) * across + (this.shown[2 * i + 1] - y) * down
      const beside = Math.abs((this.shown[2 * i] - x) * down) + Math.abs((this.shown[2 * i + 1] - y) * across)
      const cost = along + 2 * beside
      if (along > 0.5 && beside <= along * 1.5 && cost < best.cost) best = { cost, index: i }
    }
    this.point({ kind: "point", index: best.index })
  },
  table() {
    const { tree } = this
    const plain = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
    const lines = tree.titles.map((title, i) => [plain(title), ...tree.groupings.map((one) => plain(one.names[one.of[i]] ?? "")), exact(this.places[2 * i]), exact(this.places[2 * i + 1])])
    return table([["stretch", ...tree.groupings.map((one) => one.title), `x, ${tree.stops[this.layer].title}`, "y"], ...lines])
  },
  savePicture() {
    const [width, height] = [this.view.width, this.view.height]
    const canvas = new OffscreenCanvas(2 * width, 2 * (height + 34))
    const context = canvas.getContext("2d")
    context.scale(2, 2)
    context.fillStyle = this.look.paper
    context.fillRect(0, 0, width, height + 34)
    context.fillStyle = this.look.text
    context.font = `600 15px ${this.look.font}`
    context.fillText(`${this.tree.what} · ${this.tree.stops[this.layer].title}`, 12, 23)
    context.translate(0, 34)
    this.paint(context)
    canvas.convertToBlob().then((blob) => download(blob, this.tree.file, "png"))
  },
})

function nearestPlace(places, [x, y], allowed) {
  let best = { distance: Infinity, index: -1 }
  for (let i = 0; i < places.length / 2; i++) {
    const distance = Math.hypot(places[2 * i] - x, places[2 * i + 1] - y)
    if (distance < best.distance && allowed(i)) best = { distance, index: i }
  }
  return best
}

const clouds = new WeakMap()
export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = spelled(bytes)
  const root = parentElement.querySelector(".cloud")
  if (!root || !data) return
  if (!clouds.has(root)) clouds.set(root, new Cloud(root, data.words, data.key))
  const cloud = clouds.get(root)
  cloud.tell = setStateValue
  cloud.fed("cloud")
  cloud.fed("cloud-sound")
  cloud.measure()
  return () => {
    cloud.close()
    clouds.delete(root)
  }
}
