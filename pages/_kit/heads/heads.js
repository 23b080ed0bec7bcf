// The grid of all heads and the chosen one; the choice is shared with the strip, which tells Python.
class Heads {
  constructor(root, words, key) {
    Object.assign(this, { root, words, key, sorted: -1, cells: [] })
    const parts = "title columns cells chosen kind picture numbers map axisX axisY ylabel xlabel low ramp high read measures"
    for (const name of parts.split(" ")) this[`${name}Part`] = root.querySelector(`.${name}`)
    this.canvas = this.mapPart.querySelector("canvas")
    this.hairs = [...root.querySelectorAll(".hair")]
    this.select = root.querySelector("select")
    root.querySelector(".sort span").textContent = words.sort
    root.querySelector(".grid").ariaLabel = words.grid
    this.titlePart.textContent = words.grid
    this.picturePart.textContent = words.save_picture
    this.numbersPart.textContent = words.save_numbers
    this.picturePart.onclick = () => this.savePicture()
    this.numbersPart.onclick = () => saveText(headNumbers(...this.large), this.file, "csv", "text/csv")
    this.select.onchange = () => ((this.sorted = Number(this.select.value)), this.layCells())
    this.select.ariaLabel = words.sort
    this.listen()
    this.fed("heads")
  }
  listen() {
    const { mapPart } = this
    mapPart.onpointermove = (event) => this.point(this.cellUnder(event))
    mapPart.onpointerleave = () => this.point(null)
    mapPart.onclick = (event) => this.play(this.cellUnder(event))
    mapPart.onkeydown = (event) => this.keyOnMap(event)
    mapPart.onblur = () => this.point(null)
    this.cellsPart.onkeydown = (event) => this.keyOnGrid(event)
    this.offs = [
      strata.on("feed", (kind) => this.fed(kind)),
      strata.on("chosen", () => this.follow()),
      strata.on("region", () => this.draw()),
    ]
    this.observer = new ResizeObserver(() => this.measure())
    this.observer.observe(this.root)
  }
  close() {
    this.observer.disconnect()
    for (const off of this.offs) off()
    strata.emit("moments", [])
  }
  async fed(kind) {
    if (kind === "heads") this.takeFine()
    const feed = kind === "heads" && strata.of("heads").find((one) => one.head.key === this.key)
    if (!feed || feed.head.id === this.id) return
    this.id = feed.head.id
    const tree = await unpack(feed.bytes)
    if (this.id !== feed.head.id) return
    this.tree = tree
    this.offer()
    this.layCells()
    this.root.dataset.ready = this.id
  }
  // One head finer than all of them together could travel.
  async takeFine() {
    const feed = strata.of("heads").find((one) => one.head.key === `${this.key}-fine`)
    if (this.fineId === feed?.head.id) return
    this.fineId = feed?.head.id
    const fine = feed ? await unpack(feed.bytes) : null
    if (this.fineId !== feed?.head.id) return
    this.fine = fine
    if (this.pointed) this.point(null)
    this.draw()
  }
  // What is drawn large, and which of its maps: the chosen head's own where it has come, else that of the grid.
  get large() {
    const at = this.at
    const come = this.fine && !this.tree.labels.length && this.fine.of.every((one, index) => one === at[index])
    return come ? [this.fine, 0, 0] : [this.tree, ...at]
  }
  offer() {
    const choices = [this.words.unsorted, ...this.tree.measures.map((measure) => measure.title)]
    this.sorted = Math.min(this.sorted, this.tree.measures.length - 1)
    this.select.replaceChildren(...choices.map((label, index) => new Option(label, index - 1, false, index - 1 === this.sorted)))
  }
  // Block 1 is layer 0 of the maps; the strip's layer 0 is the input of the first block, which has no heads.
  get at() {
    const { layers, heads } = this.tree
    const layer = Math.min(layers, Math.max(1, strata.chosen.layer ?? 1)) - 1
    return [layer, Math.min(heads - 1, Math.max(0, strata.chosen.head ?? 0))]
  }
  get file() {
    const [layer, head] = this.at
    return `attention layer ${layer + 1} head ${head + 1}`
  }

  layCells() {
    const { tree, words } = this
    this.root.style.setProperty("--across", tree.heads)
    const order = this.order()
    this.columnsPart.replaceChildren(...(this.sorted < 0 ? ["", ...Array.from({ length: tree.heads }, (_, head) => head + 1)] : []).map((label) => Object.assign(make("span", ""), { textContent: label })))
    this.cells = order.map(([layer, head]) => this.makeCell(layer, head))
    const lines = Array.from({ length: tree.layers }, (_, line) => {
      const element = make("div", "line")
      const name = make("span", "")
      if (this.sorted < 0) name.textContent = line + 1
      if (this.sorted < 0) name.style.setProperty("--depth", this.depth(line))
      else name.style.setProperty("--depth", "transparent")
      name.title = fill(words.layer, {})
      element.append(name, ...this.cells.slice(line * tree.heads, (line + 1) * tree.heads).map((cell) => cell.element))
      return element
    })
    this.cellsPart.replaceChildren(...lines)
    this.painted = ""
    this.measure()
    this.follow()
  }
  depth(layer) {
    const rgb = this.tree.tables[`layer:${layer + 1}`].values
    return `rgb(${rgb[3 * 128]}, ${rgb[3 * 128 + 1]}, ${rgb[3 * 128 + 2]})`
  }
  order() {
    const all = []
    for (let layer = 0; layer < this.tree.layers; layer++) for (let head = 0; head < this.tree.heads; head++) all.push([layer, head])
    const values = this.tree.measures[this.sorted]?.values
    return values ? all.sort((a, b) => (values[b[0]][b[1]] ?? -Infinity) - (values[a[0]][a[1]] ?? -Infinity)) : all
  }
  makeCell(layer, head) {
    const element = make("button", "cell")
    element.type = "button"
    element.role = "radio"
    element.ariaLabel = [fill(this.words.cell, { layer: layer + 1, head: head + 1 }), this.tree.kinds[layer]?.[head]].filter(Boolean).join(", ")
    element.title = [element.ariaLabel, ...this.measured(layer, head).map(([title, value]) => `${title}: ${value}`)].join("\n")
    element.append(make("canvas", ""))
    if (this.sorted >= 0) element.append(Object.assign(make("small", ""), { textContent: `${layer + 1}·${head + 1}` }))
    element.onclick = () => this.choose(layer, head)
    return { element, layer, head }
  }
  measured(layer, head) {
    return this.tree.measures.map(({ title, unit, values }) => [title, `${number(values[layer][head] ?? NaN)}${unit ? ` ${unit}` : ""}`])
  }
  measure() {
    if (!this.tree) return
    this.root.dataset.narrow = this.root.clientWidth < 720
    this.look = readLook(this.root, {})
    const side = this.cells[0].element.clientWidth || 40
    const state = [side, window.devicePixelRatio, this.look.dark].join()
    if (state !== this.painted) this.paint(side)
    this.painted = state
    this.draw()
  }
  paint(side) {
    for (const { element, layer, head } of this.cells) {
      const context = sized(element.firstChild, side, side)
      context.imageSmoothingQuality = "high"
      context.imageSmoothingEnabled = this.tree.spans.length > side / 2 // few pieces keep their edges
      context.drawImage(headBitmap(this.tree, layer, head, this.look.dark), 0, 0, side, side)
    }
  }

  choose(layer, head) {
    const begun = performance.now()
    strata.chosen = { ...strata.chosen, layer: layer + 1, head }
    this.follow()
    this.root.dataset.switch = (performance.now() - begun).toFixed(2)
    strata.emit("choose", { layer: layer + 1, head })
  }
  follow() {
    if (!this.tree) return
    const [layer, head] = this.at
    for (const cell of this.cells) {
      const picked = cell.layer === layer && cell.head === head
      cell.element.ariaChecked = String(picked)
      cell.element.tabIndex = picked ? 0 : -1
    }
    this.root.dataset.cell = `${layer + 1} ${head + 1}`
    this.chosenPart.textContent = fill(this.words.cell, { layer: layer + 1, head: head + 1 })
    this.kindPart.textContent = this.tree.kinds[layer]?.[head] ?? ""
    this.mapPart.ariaLabel = fill(this.words.large, { layer: layer + 1, head: head + 1 })
    this.measuresPart.replaceChildren(...this.measured(layer, head).map(([title, value], index) => {
      const element = make("div", "")
      element.title = this.tree.measures[index].help
      element.append(Object.assign(make("dt", ""), { textContent: title }), Object.assign(make("dd", ""), { textContent: value }))
      return element
    }))
    this.draw()
  }
  draw() {
    const side = this.mapPart.clientWidth
    if (!this.tree || !this.look || !side) return
    const [layer] = this.at
    const [tree, line, column] = this.large
    const worded = this.tree.labels.length > 0
    this.xlabelPart.textContent = worded ? this.words.at_said : this.words.at
    this.ylabelPart.textContent = worded ? this.words.looks_said : this.words.looks
    drawMap(tree, this.canvas, line, column, side, this.look, strata.region)
    drawAxes(tree, this.axisXPart, this.axisYPart, side, this.look)
    this.lowPart.textContent = fill(this.words.share, { share: 0 })
    this.highPart.textContent = fill(this.words.share, { share: number(100 * tree.tops[line][column]) })
    const map = colourMap({ tables: this.tree.tables, dark: this.look.dark }, `layer:${layer + 1}`)
    const steps = Array.from({ length: 9 }, (_, index) => map[Math.round(255 * Math.sqrt(index / 8))])
    this.rampPart.style.background = `linear-gradient(90deg, ${steps.map((one) => `rgb(${one & 255}, ${(one >> 8) & 255}, ${(one >> 16) & 255})`).join(",")})`
    if (!this.pointed) this.readPart.textContent = this.words.hint
  }

  cellUnder(event) {
    const box = this.mapPart.getBoundingClientRect()
    const count = this.large[0].spans.length
    const index = (share) => Math.max(0, Math.min(count - 1, Math.floor(share * count)))
    return [index((event.clientY - box.top) / box.height), index((event.clientX - box.left) / box.width)]
  }
  span(index) {
    const [tree] = this.large
    const [start, end] = tree.spans[index]
    const label = tree.labels[index]
    return fill(label ? this.words.span_said : this.words.span, { label, start: seconds(start), end: seconds(end) })
  }
  point(cell) {
    this.pointed = cell
    for (const hair of this.hairs) hair.hidden = !cell
    if (!cell) {
      strata.emit("moments", [])
      if (this.tree) this.readPart.textContent = this.words.hint
      return
    }
    const [query, key] = cell
    const unit = 100 / this.large[0].spans.length
    Object.assign(this.hairs[0].style, { left: `${key * unit}%`, width: `${unit}%` })
    Object.assign(this.hairs[1].style, { top: `${query * unit}%`, height: `${unit}%` })
    const share = number(100 * attentionAt(...this.large, query, key))
    this.readPart.textContent = fill(this.words.value, { share, query: this.span(query), key: this.span(key) })
    strata.emit("moments", [this.moment(query, this.words.query), this.moment(key, this.words.key)])
  }
  moment(index, label) {
    const [start, end] = this.large[0].spans[index]
    return { start, end, label }
  }
  play([query, key]) {
    strata.sound()
    this.point([query, key])
    strata.emit("play", [this.large[0].spans[query], this.large[0].spans[key]])
  }
  keyOnMap(event) {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    const last = this.large[0].spans.length - 1
    const now = this.pointed ?? [0, 0]
    if (moves) this.point(now.map((index, axis) => Math.max(0, Math.min(last, index + moves[axis]))))
    else if (event.key === "Enter" || event.key === " ") this.play(now)
    else return
    event.preventDefault()
  }
  keyOnGrid(event) {
    const by = { ArrowUp: -this.tree.heads, ArrowDown: this.tree.heads, ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!by) return
    event.preventDefault()
    const now = this.cells.findIndex((cell) => cell.element.ariaChecked === "true")
    const next = this.cells[now + by]
    if (!next) return
    this.choose(next.layer, next.head)
    next.element.focus()
  }
  savePicture() {
    const side = 800
    const canvas = new OffscreenCanvas(side + 90, side + 120)
    const context = canvas.getContext("2d")
    const axes = [document.createElement("canvas"), document.createElement("canvas")]
    drawAxes(this.large[0], ...axes, side, this.look)
    context.fillStyle = this.look.paper
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.fillStyle = this.look.text
    context.font = `16px ${this.look.font}`
    context.fillText(this.chosenPart.textContent, 80, 26)
    context.font = `13px ${this.look.font}`
    context.fillText(this.xlabelPart.textContent, 80 + side / 3, side + 110)
    context.save()
    context.translate(18, 40 + side / 1.5)
    context.rotate(-Math.PI / 2)
    context.fillText(this.ylabelPart.textContent, 0, 0)
    context.restore()
    context.imageSmoothingEnabled = false
    context.drawImage(headBitmap(...this.large, this.look.dark), 80, 40, side, side)
    context.drawImage(axes[0], 80, 40 + side, side, this.tree.labels.length ? AXIS : FLAT_AXIS)
    context.drawImage(axes[1], 80 - AXIS, 40, AXIS, side)
    canvas.convertToBlob().then((blob) => download(blob, this.file, "png"))
  }
}

const all = new WeakMap()
export default function ({ data: bytes, parentElement }) {
  const data = spelled(bytes)
  const root = parentElement.querySelector(".heads")
  if (!root || !data) return
  if (!all.has(root)) all.set(root, new Heads(root, data.words, data.key))
  const heads = all.get(root)
  heads.measure()
  return () => {
    heads.close()
    all.delete(root)
  }
}
