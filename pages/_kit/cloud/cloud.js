// The map of a layer: all layers' places are here, so that the slider moves points without asking anyone.
const MORPH = 450 // ms from one layer to the next
const NEAR = 14 // px from a point that count as on it
const EMPTY = { places: new Float32Array(0), start: 0, step: 1 }

class Cloud {
  constructor(root, words, key) {
    Object.assign(this, { root, words, key, view: new MapView(), group: 0, picked: null, pointed: null, at: null, from: null, known: new Map() })
    const parts = "map tip where legend read note list tools less all more picture numbers"
    for (const name of parts.split(" ")) this[`${name}Part`] = root.querySelector(`.${name}`)
    this.canvas = this.mapPart.querySelector("canvas")
    this.byPart = root.querySelector(".by select")
    this.namedPart = root.querySelector(".named input")
    root.querySelector(".by span").textContent = words.by
    root.querySelector(".named span").textContent = words.named
    root.querySelector("summary").textContent = words.list
    this.listPart.ariaLabel = words.list
    for (const [part, name] of [["less", "less"], ["more", "more"], ["all", "all"]]) this[`${part}Part`].ariaLabel = this[`${part}Part`].title = words[name]
    this.allPart.textContent = "1×"
    this.picturePart.textContent = words.picture
    this.numbersPart.textContent = words.numbers
    this.listen()
  }
  listen() {
    const { mapPart } = this
    this.lessPart.onclick = () => this.zoom(1 / 1.6)
    this.morePart.onclick = () => this.zoom(1.6)
    this.allPart.onclick = () => (this.view.reset(), this.draw())
    this.picturePart.onclick = () => this.savePicture()
    this.numbersPart.onclick = () => saveText(this.table(), this.tree.file, "csv", "text/csv")
    this.byPart.onchange = () => ((this.group = Number(this.byPart.value)), (this.picked = null), this.layLegend(), this.draw())
    this.namedPart.onchange = () => this.draw()
    this.listPart.onchange = () => this.point({ kind: "point", index: Number(this.listPart.value) })
    this.listPart.ondblclick = () => this.play()
    this.listPart.onkeydown = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), this.play())
    mapPart.onpointerdown = (event) => (this.drag = { x: event.clientX, y: event.clientY, far: 0 })
    mapPart.onpointermove = (event) => this.moved(event)
    mapPart.onpointerup = (event) => this.lifted(event)
    mapPart.onpointercancel = () => (this.drag = null)
    mapPart.onpointerleave = () => ((this.drag = null), this.point(null))
    mapPart.onkeydown = (event) => this.key_(event)
    mapPart.addEventListener("wheel", (event) => this.wheel(event), { passive: false })
    this.offs = [
      strata.on("feed", (kind) => this.fed(kind)),
      strata.on("chosen", () => this.follow()),
      strata.on("at", (now) => this.walk(now)),
    ]
    this.observer = new ResizeObserver(() => this.measure())
    this.observer.observe(this.root)
  }
  close() {
    this.closed = true
    this.observer.disconnect()
    for (const off of this.offs) off()
    strata.emit("moments", [])
  }
  async fed(kind) {
    if (kind === "cloud-sound") return this.takeSound()
    const feed = kind === "cloud" && strata.of("cloud").find((one) => one.head.key === this.key)
    if (!feed || feed.head.id === this.id) return
    this.id = feed.head.id
    const tree = await unpack(feed.bytes)
    if (this.closed || this.id !== feed.head.id) return
    const alike = this.tree?.of === tree.of
    this.from = alike ? this.places : null
    this.tree = tree
    this.view.reach = tree.reach
    if (!alike) this.fresh()
    this.layer = null
    this.measure()
    this.follow()
    this.root.dataset.ready = this.id
  }
  // Another kind of stretch: groups, list and zoom begin anew.
  fresh() {
    const { tree } = this
    Object.assign(this, { picked: null, pointed: null, group: tree.first })
    this.view.reset()
    this.known.clear()
    this.readPart.textContent = this.words.hint
    this.tipPart.hidden = true
    this.byPart.replaceChildren(...tree.groupings.map((one, at) => new Option(one.title, at, false, at === tree.first)))
    this.namedPart.checked = tree.named
    this.listPart.replaceChildren(...tree.titles.map((title, at) => new Option(title, at)))
    this.layLegend()
  }
  async takeSound() {
    const feed = strata.of("cloud-sound").find((one) => one.head.key === this.key)
    if (!feed || feed.head.id === this.soundId) return
    this.soundId = feed.head.id
    const tree = await unpack(feed.bytes)
    if (this.closed || tree.of !== this.tree?.of) return
    this.known.set(tree.index, { pcm: tree.pcm.values, rate: tree.rate })
    if (this.wanted === tree.index) this.sound(tree.index)
  }
  measure() {
    if (!this.tree) return
    this.root.dataset.narrow = this.root.clientWidth < 760
    this.look = readLook(this.root, {})
    this.view.width = this.mapPart.clientWidth
    this.view.height = this.mapPart.clientHeight
    this.layLegend()
    this.draw()
  }
  // The chosen layer, where its places are here; else the last one stays until they come.
  follow() {
    if (!this.tree) return
    const { stops } = this.tree
    const wanted = strata.chosen.layer ?? stops[0].value
    const found = stops.findIndex((stop) => stop.value === wanted)
    const next = found >= 0 ? found : this.layer ?? 0
    if (next === this.layer) return
    const start = this.places ?? this.from
    this.layer = next
    const stop = stops[next]
    this.wherePart.textContent = stop.title
    this.wherePart.style.setProperty("--depth", stop.colour)
    this.notePart.textContent = stop.note
    this.root.dataset.layer = stop.value
    this.mapPart.ariaLabel = fill(this.words.map, { what: this.tree.what, layer: stop.title })
    this.morph(start)
  }
  target(array) {
    const [, , count] = array.shape
    const out = new Float32Array(2 * count)
    const base = this.layer * 2 * count
    for (let i = 0; i < count; i++) for (const axis of [0, 1]) out[2 * i + axis] = this.value(array.values[base + axis * count + i], axis)
    return out
  }
  value(level, axis) {
    return ((2 * level) / 65535 - 1) * this.tree.reach[axis]
  }
  morph(start) {
    const goal = this.target(this.tree.points)
    const way = this.tree.paths[this.layer]
    this.path = way ? { start: way.start, step: way.step, places: this.interleaved(way.xy) } : EMPTY
    this.stations = this.target(this.tree.stations)
    const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches
    const begun = performance.now()
    const turn = (this.turn = (this.turn ?? 0) + 1)
    const step = (now) => {
      if (this.turn !== turn || this.closed) return
      const share = quiet || !start || start.length !== goal.length ? 1 : Math.min(1, (now - begun) / MORPH)
      const eased = share * share * (3 - 2 * share)
      this.places = share < 1 ? goal.map((value, i) => start[i] + (value - start[i]) * eased) : goal
      this.moving = share < 1
      this.draw()
      if (share < 1) requestAnimationFrame(step)
    }
    step(begun)
  }
  interleaved(array) {
    const count = array.shape[1]
    return Float32Array.from({ length: 2 * count }, (_, at) => this.value(array.values[(at % 2) * count + (at >> 1)], at % 2))
  }
  walk({ second, playing }) {
    if (playing) pieces.stop()
    if (this.at === second) return
    this.at = second
    this.waiting ??= requestAnimationFrame(() => ((this.waiting = null), this.draw()))
  }
  pixels(places) {
    const out = new Float32Array(places.length)
    for (let i = 0; i < places.length; i += 2) [out[i], out[i + 1]] = this.view.place(places[i], places[i + 1])
    return out
  }
  draw() {
    if (!this.places || !this.look || !this.view.width) return
    this.root.dataset.zoomed = this.view.zoomed
    this.allPart.textContent = `${number(this.view.zoom).replace(/\.0+$/, "")}×`
    const ratio = window.devicePixelRatio || 1
    const [width, height] = [this.view.width, this.view.height]
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio)
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = Math.round(height * ratio)
    const context = this.canvas.getContext("2d")
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    this.paint(context)
  }
  paint(context) {
    const { look } = this
    const grouping = this.tree.groupings[this.group]
    this.shown = this.pixels(this.places)
    drawPoints(context, this.shown, { group: grouping.groups, names: this.tree.names, picked: this.picked, dark: look.dark, look, named: this.namedPart.checked })
    if (this.moving) return
    this.way = this.pixels(this.path.places)
    const head = drawPath(context, { ...this.path, places: this.way }, this.at, look)
    this.stops = this.pixels(this.stations)
    drawStations(context, this.stops, this.tree.said.map((one) => one.label), look, this.pointed?.kind === "station" ? this.pointed.index : -1)
    if (head) ringed(context, ...head, 7, look, look.primary)
    if (this.pointed?.kind === "point") drawPointed(context, this.shown[2 * this.pointed.index], this.shown[2 * this.pointed.index + 1], look)
  }
  layLegend() {
    if (!this.tree || !this.look) return
    const grouping = this.tree.groupings[this.group]
    const counts = grouping.labels.map((_, at) => grouping.groups.filter((one) => one === at).length)
    const rest = grouping.groups.length - counts.reduce((one, other) => one + other, 0)
    const lines = grouping.labels.map((label, at) => this.legendLine(label, at, counts[at]))
    if (rest) lines.push(this.legendLine(this.words.others, -1, rest))
    this.legendPart.replaceChildren(...lines)
    this.legendPart.ariaLabel = grouping.title
  }
  legendLine(label, at, count) {
    const item = make("li", "")
    const button = make("button", "")
    const sign = make("canvas", "")
    sign.width = sign.height = 28
    const context = sign.getContext("2d")
    context.scale(2, 2)
    context.fillStyle = context.strokeStyle = at < 0 ? this.look.soft : inkOfGroup(at, this.look.dark)
    mark(context, at < 0 ? "circle" : formOfGroup(at), 7, 7, at < 0 ? SIZE * 0.6 : SIZE)
    button.type = "button"
    button.ariaPressed = String(this.picked === at)
    button.append(sign, Object.assign(make("span", ""), { textContent: label }), Object.assign(make("small", ""), { textContent: count }))
    button.onclick = () => {
      this.picked = this.picked === at ? null : at
      this.layLegend()
      this.draw()
    }
    item.append(button)
    return item
  }
}
