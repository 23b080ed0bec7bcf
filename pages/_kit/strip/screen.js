// What of the strip is on the screen: its rows, their controls, and what lies over them.
class Screen {
  find() {
    const parts = "play loop said clear read clock in out all body rows choices added surface region moments cross head scroll thumb pop live"
    for (const name of parts.split(" ")) this[name === "region" ? "band" : name === "loop" ? "loopButton" : name] = this.root.querySelector(`.${name}`)
    this.playButton = this.play
    this.playButton.onclick = () => this.toggle()
    this.loopButton.onclick = () => this.setLoop(!this.loop)
    this.clear.onclick = () => this.select(null)
    this.in.onclick = () => this.zoom(1.5)
    this.out.onclick = () => this.zoom(1 / 1.5)
    this.all.onclick = () => this.zoom(0)
    dragScroll(this, this.scroll)
    this.menus = new Menus(this, this.pop)
    this.nameParts()
  }
  nameParts() {
    const { words } = this
    this.root.ariaLabel = words.strip
    this.surface.ariaLabel = words.position
    this.surface.title = ""
    this.loopButton.ariaLabel = this.loopButton.title = words.loop
    this.clear.ariaLabel = this.clear.title = words.clear
    this.in.ariaLabel = this.in.title = words.zoom_in
    this.out.ariaLabel = this.out.title = words.zoom_out
    this.all.ariaLabel = this.all.title = words.zoom_all
    this.all.textContent = "1×"
    this.played()
  }
  measure() {
    this.narrow = this.root.clientWidth <= 640
    this.root.dataset.narrow = this.narrow
    this.rebuild()
  }
  relook() {
    this.look = readLook(this.root, this.tables)
    this.redraw()
  }
  rebuild() {
    if (!this.clip) return
    this.look ??= readLook(this.root, this.tables)
    this.lay(this.rows, this.base, "base")
    this.lay(this.added, this.specs, "added")
    this.layChoices()
    this.redraw()
    this.root.dataset.rows = this.specs.length
  }
  // Keeps the elements of rows that stay, so that nothing jumps and nothing is painted twice.
  lay(parent, specs, group) {
    const elements = this.elements.get(group) ?? []
    while (elements.length > specs.length) elements.pop().element.remove()
    while (elements.length < specs.length) {
      const element = new RowElement(this.words, (what, row) => this.menus.open(what, row))
      elements.push(element)
      parent.append(element.element)
    }
    this.elements.set(group, elements)
  }
  layChoices() {
    const found = choicesIn([...this.specs, ...this.overs])
    for (const [name, control] of this.controls) if (!found.has(name)) control.element.remove(), this.controls.delete(name)
    for (const [name, spec] of found) {
      if (!this.controls.has(name)) this.controls.set(name, new ChoiceElement(spec, this))
      this.choices.append(this.controls.get(name).element)
    }
    this.found = found
    this.choices.hidden = found.size === 0
  }
  get shown() {
    return [...(this.elements.get("base") ?? []), ...(this.elements.get("added") ?? [])]
  }
  // Rows that are on the screen now, the choices resolved.
  present() {
    const rows = [...this.specs, ...this.overs].map((spec) => resolve(spec, this.chosen))
    const found = rows.map((row) => (row.kind === "slice" ? sliced(row, rows, this.chosen, this.words) : row))
    const over = found.splice(this.specs.length).filter((row) => row.values)
    const name = (row) => [row.name, ...over.map((other) => other.name)].join(" + ")
    const base = over.length ? this.base.map((row) => (row.sound ? { ...row, over, title: name(row) } : row)) : this.base
    return [...base, ...found]
  }
  redraw() {
    if (!this.clip || !this.look) return
    const rows = this.present()
    const ratio = window.devicePixelRatio || 1
    this.look.region = this.region
    this.look.chosen = this.chosen
    this.shown.forEach((element, index) => element.show(rows[index], this.narrow))
    const width = this.surface.clientWidth
    let painted = 0
    for (const element of this.shown) painted += element.draw(this.view, width, this.look, ratio) ? 1 : 0
    for (const [name, control] of this.controls) control.show(this.found.get(name), this.chosen, this.words)
    this.root.dataset.painted = Number(this.root.dataset.painted ?? 0) + painted
    this.placeOver(width)
  }
  // Once per frame at most, however often the pointer moves.
  refresh() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null
      this.redraw()
    })
  }
  placeOver(width) {
    const { view, region, band } = this
    band.hidden = !region
    if (region) {
      band.style.left = `${view.x(region[0], width)}px`
      band.style.width = `${view.x(region[1], width) - view.x(region[0], width)}px`
    }
    this.scroll.hidden = !view.zoomed
    this.thumb.style.left = `${(100 * view.start) / view.seconds}%`
    this.thumb.style.width = `${(100 * view.width) / view.seconds}%`
    this.all.textContent = `${number(view.seconds / view.width).replace(/\.00$|\.0$/, "")}×`
    this.root.dataset.view = `${view.start.toFixed(4)} ${view.end.toFixed(4)}`
    for (const element of this.moments.children) {
      element.style.left = `${view.x(element.start, width)}px`
      element.style.width = `${Math.max(3, view.x(element.end, width) - view.x(element.start, width))}px`
    }
    this.moveHead(width)
  }
  moveHead(width) {
    const at = this.player.position
    this.head.style.transform = `translateX(${this.view.x(at, width)}px)`
    this.clock.textContent = `${seconds(at)} / ${seconds(this.view.seconds)} s`
    this.root.dataset.position = at.toFixed(3)
    strata.emit("at", { second: at, playing: this.player.playing })
    if (!this.surface.matches(":focus") && this.player.playing) return
    this.surface.ariaValueMax = this.view.seconds.toFixed(2)
    this.surface.ariaValueNow = at.toFixed(2)
    this.surface.ariaValueText = `${seconds(at)} s ${this.labelAt(at)}`
  }
  rowUnder(event) {
    return this.shown.find((element) => {
      const box = element.plot.getBoundingClientRect()
      return event.clientY >= box.top && event.clientY <= box.bottom
    })
  }
  hover(event) {
    this.cross.hidden = !event
    const element = event && this.rowUnder(event)
    for (const row of this.shown) row.element.classList.toggle("pointed", row === element)
    this.read.textContent = ""
    if (!event || !this.clip) return
    const box = this.surface.getBoundingClientRect()
    const x = Math.min(box.width, Math.max(0, event.clientX - box.left))
    const second = this.view.second(x, box.width)
    this.cross.style.transform = `translateX(${x}px)`
    const plot = element?.plot.getBoundingClientRect()
    const value = element ? readOut(element.row, second, (event.clientY - plot.top) / plot.height, this.look, this.words) : ""
    this.read.textContent = `${seconds(second, 3)} s${value ? ` · ${value}` : ""}`
  }
  showMoments(moments) {
    this.moments.replaceChildren(
      ...moments.map(({ start, end, label, colour }) => {
        const element = make("div", "moment")
        Object.assign(element, { start, end })
        element.style.setProperty("--colour", colour ?? "var(--st-primary-color)")
        const name = make("span", "")
        name.textContent = label ?? ""
        if (label) element.append(name)
        return element
      }),
    )
    this.placeOver(this.surface.clientWidth)
  }
}
